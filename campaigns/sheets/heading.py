"""What stands above the rows of a sheet: which activity, and which column holds what."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaigns.identifiers import looks_personal
from campaigns.sheets import values
from campaigns.sheets.columns import NAME, column_key
from campaigns.sheets.model import NOTICE_VERSION, CellValue, InvalidSheet, SheetActivity

HIDDEN_SHEET = "_jinxi"
"""The worksheet that says, out of sight, which activity the template was made for."""

TEMPLATE_VERSION = "1"

LABELS = {
    "activity_id": "活动编号",
    "day": "活动日期",
    "dealer": "经销商编号",
    "notice_version": "告知书版本",
}
"""What is said of the activity → the label in front of it, above the headings."""

_BY_LABEL = {label: name for name, label in LABELS.items()} | {"经销商": "dealer"}
_LABELLED = re.compile(rf"({'|'.join(sorted(_BY_LABEL, key=len, reverse=True))})\s*[::]?\s*(.*)")
_LONGEST_VERSION = 200
_ID = re.compile(r"[A-Za-z0-9._:\-]{1,64}")


@dataclass(frozen=True, slots=True)
class Heading:
    """The row of headings: where each column stands, by index from 0."""

    number: int
    places: dict[str, int]
    unknown: dict[str, int]
    """Headings that are not known."""

    def cells(self, row: Sequence[CellValue]) -> dict[str, CellValue]:
        """What is written in a row, by column key."""
        return _written(self.places, row)

    def others(self, row: Sequence[CellValue]) -> dict[str, CellValue]:
        """What is written below headings that are not known."""
        return _written(self.unknown, row)


def _written(places: dict[str, int], row: Sequence[CellValue]) -> dict[str, CellValue]:
    return {
        key: row[index]
        for key, index in places.items()
        if index < len(row) and row[index] is not None and row[index] != ""
    }


def heading_of(number: int, row: Sequence[CellValue]) -> Heading | None:
    """The headings, when this is their row: it holds 姓名; InvalidSheet when one comes twice."""
    places: dict[str, int] = {}
    unknown: dict[str, int] = {}
    repeated = False
    for index, value in enumerate(row):
        text = values.written(value) if isinstance(value, str) else ""
        if not text:
            continue
        key = column_key(text)
        repeated = repeated or key in places
        if key is None:
            unknown[text] = index
        else:
            places.setdefault(key, index)
    # The English line above has the same words: the Chinese one is the row of headings.
    if NAME not in places or not any("\u4e00" <= sign <= "\u9fff" for sign in _text(row, places)):
        return None
    if repeated:
        raise InvalidSheet("heading_repeated")
    return Heading(number, places, unknown)


def _text(row: Sequence[CellValue], places: dict[str, int]) -> str:
    return str(row[places[NAME]])


def labelled(row: Sequence[CellValue]) -> dict[str, str]:
    """What a row above the headings says of the activity: a label, in it or beside it the value."""
    said: dict[str, str] = {}
    cells = [values.narrow(value) for value in row if value not in (None, "")]
    for index, text in enumerate(cells):
        match = _LABELLED.fullmatch(text)
        if match is None:
            continue
        value = match[2] or (cells[index + 1] if index + 1 < len(cells) else "")
        if value and not _LABELLED.fullmatch(value):
            said[_BY_LABEL[match[1]]] = value
    return said


def settled_activity(
    hidden: dict[str, str], seen: dict[str, str], given: SheetActivity | None
) -> SheetActivity:
    """The activity: what the hidden sheet says, else what is written above, else what is given.

    What is written above must not say otherwise: a template used again for another activity
    would file its people wrongly.
    """
    for name in ("activity_id", "day"):
        if name in hidden and name in seen and not _same(name, hidden[name], seen[name]):
            raise InvalidSheet("activity_contradictory")
    said = seen | hidden
    if "activity_id" not in said or "day" not in said:
        if given is None or said.get("activity_id", given.activity_id) != given.activity_id:
            raise InvalidSheet("no_activity")
        return given
    dealer = said.get("dealer")
    written = (said["activity_id"], dealer or said["activity_id"])
    if not all(_ID.fullmatch(name) and not looks_personal(name) for name in written):
        raise InvalidSheet("no_activity")
    return SheetActivity(
        said["activity_id"],
        _day(said["day"]),
        dealer or None,
        (said.get("notice_version") or NOTICE_VERSION)[:_LONGEST_VERSION],
        said.get("title", ""),
    )


def _same(name: str, one: str, other: str) -> bool:
    return _day(one) == _day(other) if name == "day" else one == other


def _day(text: str) -> date:
    try:
        return date.fromisoformat(values.birth(text)["birth_date"])
    except (ValueError, KeyError) as error:
        raise InvalidSheet("no_activity") from error


def hidden_facts(rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """The pairs of the hidden worksheet."""
    pairs = ((values.written(row[0]), values.written(row[1])) for row in rows if len(row) > 1)
    return {name: unicodedata.normalize("NFC", value) for name, value in pairs if name and value}
