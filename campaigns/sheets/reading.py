"""A file of sign-in rows → its activity and, row by row, events or faults.

How a row gets its id, which everything it says is derived from:

1. the hidden id of the template, as long as it comes once in the file (or again with the very same
   content, then it is the same row twice);
2. without one (typed below the template, copied from another row, made by hand) a keyed hash of
   activity, name and "how many-th row of this name without an id in the file". Rows may be sorted
   and inserted, and every cell but the name corrected, and it stays the same row. Keyed, because
   an id must not let anyone find out who was there.

Hidden rows are read like the others and reported. Of a merged area the first cell's value holds
down a column that people share (address, phone, region); elsewhere it is a fault.
"""

import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from campaigns.identifiers import looks_personal
from campaigns.sheets import delimited, workbook
from campaigns.sheets.columns import EXAMPLE_MARK, NAME, NUMBER, REASON, ROW_ID
from campaigns.sheets.heading import (
    HIDDEN_SHEET,
    Heading,
    heading_of,
    hidden_facts,
    labelled,
    settled_activity,
)
from campaigns.sheets.merging import Merging
from campaigns.sheets.model import (
    BlankRow,
    Broken,
    CellValue,
    InvalidSheet,
    SheetActivity,
    SheetReading,
    SheetRow,
)
from campaigns.sheets.rows import RowReader, card_id_of
from campaigns.sheets.workbook import Grid

EXAMPLE_ROW_ID = "example"

_HEADING_WITHIN_ROWS = 30
_NOT_CONTENT = frozenset({ROW_ID, NUMBER, REASON, "signature"})
_ROW_ID = re.compile(r"[A-Za-z0-9._:\-]{1,64}")
_TEXT_NAMES = (".csv", ".txt", ".tsv")
_EXAMPLE = unicodedata.normalize("NFKC", EXAMPLE_MARK)


@dataclass
class _Table:
    """A worksheet whose headings were found; its rows come after them."""

    grid: Grid
    heading: Heading


@dataclass
class OpenSheet:
    """A file whose headings are read; `rows` then reads on, a row at a time, once."""

    name: str
    activity: SheetActivity
    tables: list[_Table]
    secret: bytes
    blank_rows: list[BlankRow] = field(default_factory=list)
    hidden_rows: list[tuple[str, int]] = field(default_factory=list)
    unread_columns: dict[str, None] = field(default_factory=dict)
    unread_sheets: list[str] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _names: Counter[str] = field(default_factory=Counter)

    def rows(self) -> Iterator[SheetRow]:
        """Each filled row; what else was found is complete when they have all been read."""
        for table in self.tables:
            merging = Merging(table.grid.merged, table.heading.places)
            for number, values in table.grid.rows:
                row = self._row(table, merging, number, values)
                if row is not None:
                    yield row

    def _row(
        self, table: _Table, merging: Merging, number: int, values: list[CellValue]
    ) -> SheetRow | None:
        cells = table.heading.cells(values)
        title = table.grid.title
        filled = any(key not in _NOT_CONTENT and _is_filled(cells[key]) for key in cells)
        merging.take(number, cells)
        if not filled:
            self._keep_blank(title, number, cells)
            return None
        if _is_example(cells.get(NAME)):
            return None
        merging.apply(number, cells)
        content = {key: value for key, value in cells.items() if key not in _NOT_CONTENT}
        row_id = self._row_id(cells, content)
        reader = RowReader(self.activity, row_id, content)
        events = reader.events()
        others = table.heading.others(values)
        self.unread_columns |= dict.fromkeys(others)
        hidden = number in table.grid.hidden
        if hidden:
            self.hidden_rows.append((title, number))
        return SheetRow(
            title,
            number,
            row_id,
            reader.card_id,
            events,
            tuple(reader.faults),
            cells,
            others,
            hidden,
        )

    def _row_id(self, cells: dict[str, CellValue], content: dict[str, CellValue]) -> str:
        written = _written_row_id(cells)
        if written is not None:
            fingerprint = hash(tuple((key, str(value)) for key, value in content.items()))
            if self._seen.setdefault(written, fingerprint) == fingerprint:
                return written
        name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(cells.get(NAME, ""))))
        self._names[name] += 1
        parts = (self.activity.activity_id, name, str(self._names[name]))
        digest = hmac.digest(self.secret, "\n".join(parts).encode("utf-8", "replace"), "sha256")
        return f"c-{digest[:16].hex()}"

    def _keep_blank(self, title: str, number: int, cells: dict[str, CellValue]) -> None:
        row_id = _written_row_id(cells)
        if row_id is not None:
            card_id = card_id_of(self.activity.activity_id, row_id)
            self.blank_rows.append(BlankRow(title, number, row_id, card_id))

    def reading(self, rows: tuple[SheetRow, ...]) -> SheetReading:
        """All that was found, with these of its rows."""
        return SheetReading(
            self.name,
            self.activity,
            rows,
            tuple(self.blank_rows),
            tuple(self.hidden_rows),
            tuple(self.unread_columns),
            tuple(self.unread_sheets),
        )


def read_sheet(
    name: str, data: bytes, secret: bytes, *, activity: SheetActivity | None = None
) -> SheetReading:
    """Read a whole file; see `open_sheet`, which needs less memory for very long ones."""
    sheet = open_sheet(name, data, secret, activity=activity)
    rows = tuple(sheet.rows())
    return sheet.reading(rows)


def open_sheet(
    name: str, data: bytes, secret: bytes, *, activity: SheetActivity | None = None
) -> OpenSheet:
    """Open an .xlsx or .csv file; raises InvalidSheet when it cannot be read as a whole.

    secret: key of the ids of rows that have none of their own.
    activity: what to take when the file does not say which activity it belongs to.
    """
    hidden: dict[str, str] = {}
    seen: dict[str, str] = {}
    tables: list[_Table] = []
    unread: list[str] = []
    for grid in _grids(name, data):
        if grid.title == HIDDEN_SHEET:
            hidden = hidden_facts([row for _, row in zip(range(50), _plain(grid), strict=False)])
            continue
        heading, filled = _find_heading(grid, seen)
        if heading is not None:
            tables.append(_Table(grid, heading))
        elif filled:
            unread.append(grid.title)
    if not tables:
        raise InvalidSheet("no_headings" if unread else "empty")
    settled = settled_activity(hidden, seen, activity)
    return OpenSheet(name, settled, tables, secret, unread_sheets=unread)


def _grids(name: str, data: bytes) -> list[Grid]:
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InvalidSheet("empty")
    if name.lower().endswith(_TEXT_NAMES) and not data.startswith(b"PK\x03\x04"):
        return [delimited.grid(name, data)]
    return workbook.grids(data)


def _plain(grid: Grid) -> Iterator[list[Any]]:
    for _, values in grid.rows:
        yield [None if isinstance(value, Broken) else value for value in values]


def _find_heading(grid: Grid, seen: dict[str, str]) -> tuple[Heading | None, bool]:
    """(the headings, whether anything was written); keeps what the rows above them say."""
    filled = False
    for number, row in grid.rows:
        filled = filled or any(_is_filled(value) for value in row)
        heading = heading_of(number, row)
        if heading is not None:
            return heading, True
        for name, value in labelled(row).items():
            seen.setdefault(name, value)
        if number >= _HEADING_WITHIN_ROWS:
            break
    return None, filled


def _is_filled(value: CellValue) -> bool:
    return value is not None and (not isinstance(value, str) or value.strip() != "")


def _is_example(name: CellValue) -> bool:
    return isinstance(name, str) and unicodedata.normalize("NFKC", name).strip().startswith(
        _EXAMPLE
    )


def _written_row_id(cells: dict[str, CellValue]) -> str | None:
    """The hidden id; what somebody typed over it is none."""
    text = str(cells.get(ROW_ID, "")).strip()
    if text == EXAMPLE_ROW_ID or not _ROW_ID.fullmatch(text) or looks_personal(text):
        return None
    return text
