"""What stands above the headings of a sheet: which activity its rows belong to."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from campaigns.identifiers import looks_personal
from campaigns.sheets import values
from campaigns.sheets.columns import column_key
from campaigns.sheets.model import NOTICE_VERSION, CellValue, InvalidSheet, SheetActivity

HIDDEN_SHEET = "_jinxi"
"""The worksheet that says, out of sight, which activity the template was made for."""

CHECKLIST_SHEET = "要带的东西"
"""The worksheet that lists what is to be taken along, to be ticked on paper: it says nothing."""

TEMPLATE_VERSION = "1"

LABELS = {
    "activity_id": "活动编号",
    "day": "活动日期",
    "dealer": "经销商编号",
    "notice_version": "告知书版本",
}
"""What is said of the activity → the label in front of it, above the headings."""

_BY_LABEL = {label: name for name, label in LABELS.items()} | {
    "经销商": "dealer",
    "活动地区": "region",
    "活动地点": "venue",
    "活动地址": "venue",
    "地点": "venue",
}
_LOOSE = frozenset({"日期", "时间", "活动时间", "举办日期", "举办时间"})
"""What stands above hand-made sheets in front of the day, but also in front of other things."""
_BY_LABEL |= dict.fromkeys(_LOOSE, "day")
_LABELLED = re.compile(rf"({'|'.join(sorted(_BY_LABEL, key=len, reverse=True))})\s*[::]?\s*(.*)")
_LONGEST_VERSION = 200
_ID = re.compile(r"[A-Za-z0-9._:\-]{1,64}")
_OWN_WORDS = ("签到", "未收下的行", "一人一行", "义诊现场不得")
"""Of the lines above the headings, those that a template or an answer writes itself."""


@dataclass
class Head:
    """What the lines above the headings say, over all pages: name of a label → what it says."""

    said: dict[str, str] = field(default_factory=dict)

    def take(self, row: Sequence[CellValue]) -> bool:
        """Keep what a row says of the activity; whether all that is written in it was read.

        Two pages may not say two things.
        """
        said, understood = _labelled(row)
        for name, value in said.items():
            if not _same(name, self.said.setdefault(name, value), value):
                raise InvalidSheet("activity_contradictory", said=value, known=self.said[name])
        return understood or _is_own(row)


def is_labelled(row: Sequence[CellValue]) -> bool:
    """Whether a row among the people is one that says which activity they belong to."""
    first = next((value for value in row if value not in (None, "")), "")
    match = _LABELLED.fullmatch(values.narrow(first)) if isinstance(first, str) else None
    is_strict = match is not None and match[1] not in _LOOSE
    return is_strict and match is not None and _BY_LABEL[match[1]] in ("activity_id", "day")


def _labelled(row: Sequence[CellValue]) -> tuple[dict[str, str], bool]:
    """(what a row says of the activity: a label, in it or beside it the value; whether no more)."""
    said: dict[str, str] = {}
    cells = [values.narrow(value) for value in row if value not in (None, "")]
    read = [False] * len(cells)
    for index, text in enumerate(cells):
        match = _LABELLED.fullmatch(text)
        if match is None or (match[1] in _LOOSE and not _is_day(match[2] or _after(cells, index))):
            continue
        beside = "" if match[2] or index + 1 >= len(cells) else cells[index + 1]
        value = match[2] or beside
        read[index] = True
        if value and not _LABELLED.fullmatch(value):
            said[_BY_LABEL[match[1]]] = value
            read[min(index + bool(beside), len(cells) - 1)] = True
    return said, all(read)


def _after(cells: Sequence[str], index: int) -> str:
    return cells[index + 1] if index + 1 < len(cells) else ""


def _is_day(text: str) -> bool:
    try:
        values.day_of_activity(text)
    except (ValueError, KeyError):
        return False
    return True


def _is_own(row: Sequence[CellValue]) -> bool:
    """Whether a template or an answer writes such a line, or it is the English one."""
    texts = [values.written(value) for value in row if value not in (None, "")]
    return any(word in text for text in texts for word in _OWN_WORDS) or all(
        column_key(text) for text in texts
    )


def settled_activity(
    hidden: dict[str, str], seen: dict[str, str], given: SheetActivity | None
) -> SheetActivity:
    """The activity: what the hidden sheet says, else what is written above, else what is given.

    What is written above must not say otherwise, nor may the file name another activity than the
    given one: a template used again for another activity would file its people wrongly.
    """
    for name in ("activity_id", "day", "dealer"):
        if name in hidden and name in seen and not _same(name, hidden[name], seen[name]):
            raise InvalidSheet("activity_contradictory", said=seen[name], known=hidden[name])
    said = seen | hidden
    if given is not None and said.get("activity_id", given.activity_id) != given.activity_id:
        raise InvalidSheet(
            "activity_contradictory", said=said["activity_id"], known=given.activity_id
        )
    if "activity_id" not in said or "day" not in said:
        if given is None:
            raise InvalidSheet("no_activity")
        return replace(given, day=_day(said["day"])) if "day" in said else given
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
        return values.day_of_activity(text)
    except (ValueError, KeyError) as error:
        raise InvalidSheet("no_activity") from error


def hidden_facts(rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """The pairs of the hidden worksheet."""
    pairs = ((values.written(row[0]), values.written(row[1])) for row in rows if len(row) > 1)
    return {name: unicodedata.normalize("NFC", value) for name, value in pairs if name and value}
