"""A sheet as the page carries it from look to look: the file in letters, and what was mended since.

Nothing of it is kept here: until it is sent for good it is in the page alone.
"""

import base64
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from starlette.datastructures import FormData, UploadFile

from campaigns.sheets import Edits, HeadingMap
from campaigns.sheets.columns import (
    BY_KEY,
    COLUMNS,
    NOT_IN_TEMPLATES,
    NUMBER,
    PRESSURE_COLUMN,
    ROW_ID,
)
from campaigns.sheets.sketches import Place

LARGEST_SHEET_BYTES = 700_000
_LONGEST_CELL, _LONGEST_HEADING, _LONGEST_NAME = 2_000, 200, 120
_CELL, _LEFT_OUT, _HEADING = "cell:", "out:", "head:"
_NEVER_MAPPED = frozenset({ROW_ID, NUMBER, "signature"})
TARGETS = tuple(
    (column.key, column.heading)
    for column in (*COLUMNS, PRESSURE_COLUMN, *NOT_IN_TEMPLATES)
    if column.key not in _NEVER_MAPPED
)
"""What a heading may be mapped to: key and heading of each column."""


class SheetTooLarge(Exception):
    """The file is larger than a page carries."""


@dataclass(frozen=True)
class SentSheet:
    """A file, and what was said of it in the page.

    headings: heading as it is written → key of the column that it means, empty: not to be read.
    """

    name: str
    data: bytes
    headings: Mapping[str, str] = field(default_factory=dict)
    edits: Edits = field(default_factory=Edits)

    @property
    def heading_map(self) -> HeadingMap:
        """What the headings mean, as the reader takes it."""
        return HeadingMap.of(
            {said: BY_KEY[key].heading if key else "" for said, key in self.headings.items()}
        )

    @property
    def letters(self) -> str:
        """The file as a hidden field carries it."""
        return base64.urlsafe_b64encode(self.data).decode()

    def carried(self) -> Iterator[tuple[str, str]]:
        """Name and value of the hidden fields that say again what was said of the sheet."""
        yield "name", self.name
        yield "data", self.letters
        for heading, key in self.headings.items():
            yield f"{_HEADING}{heading}", key


def sent_sheet(form: FormData) -> SentSheet | None:
    """The sheet of a form: a file that was just picked, or one that the page carried.

    None where there is neither; SheetTooLarge.
    """
    headings = {
        name.removeprefix(_HEADING)[:_LONGEST_HEADING]: str(value)
        for name, value in form.multi_items()
        if name.startswith(_HEADING) and (not value or value in BY_KEY)
    }
    picked = form.get("sheet")
    if isinstance(picked, UploadFile) and picked.filename:
        data = picked.file.read()
        if len(data) > LARGEST_SHEET_BYTES:
            raise SheetTooLarge
        name = PurePath(picked.filename).name[-_LONGEST_NAME:]
        return SentSheet(name, data, headings)
    letters, said = form.get("data"), form.get("name")
    if not isinstance(letters, str) or not letters or not isinstance(said, str):
        return None
    try:
        data = base64.b64decode(letters, altchars=b"-_", validate=True)
    except ValueError:
        return None
    return SentSheet(said[-_LONGEST_NAME:], data, headings, _edits(form))


def _edits(form: FormData) -> Edits:
    cells: defaultdict[Place, dict[str, str]] = defaultdict(dict)
    left_out = set()
    for name, value in form.multi_items():
        if name.startswith(_LEFT_OUT) and value:
            place = _place(name.removeprefix(_LEFT_OUT))
            if place is not None:
                left_out.add(place)
        elif name.startswith(_CELL):
            key, _, where = name.removeprefix(_CELL).partition(":")
            place = _place(where)
            if place is not None and key in BY_KEY and key != ROW_ID and isinstance(value, str):
                cells[place][key] = value.strip()[:_LONGEST_CELL]
    return Edits(cells, frozenset(left_out))


def cell_name(key: str, place: Place) -> str:
    """How the field of a cell is called."""
    return f"{_CELL}{key}:{place[1]}:{place[0]}"


def left_out_name(place: Place) -> str:
    """How the box is called that leaves a row out."""
    return f"{_LEFT_OUT}{place[1]}:{place[0]}"


def _place(text: str) -> Place | None:
    number, _, sheet = text.partition(":")
    return (sheet, int(number)) if number.isdecimal() and len(number) < 8 else None
