"""What is read from a sheet: its activity, its rows, and what is wrong with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from campaigns.sheets.sentences import sentence
from campaigns.times import day_start_us, rfc3339

NOTICE_VERSION = "2026-01"
"""The notice that a template made today goes with."""


class InvalidSheet(Exception):
    """The file as a whole cannot be read; `reason` is one of FILE_REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(sentence(reason))
        self.reason = reason


class Broken(NamedTuple):
    """A cell that has no value that could be taken."""

    reason: str
    shown: str


CellValue = Any
"""None, str, int, float, bool, a date or time, or Broken."""


@dataclass(frozen=True, slots=True)
class SheetActivity:
    """What a sheet says once for all its rows.

    day: the Shanghai day of the activity.
    dealer: who carries it out, to whom "share with the dealer" refers.
    notice_version: the notice that was read out.
    """

    activity_id: str
    day: date
    dealer: str | None = None
    notice_version: str = NOTICE_VERSION
    title: str = ""

    @property
    def source(self) -> str:
        """The source of every event of the sheet."""
        return f"/sheets/{self.activity_id}"

    @property
    def time(self) -> str:
        """The time of every event of the sheet: the day, RFC 3339."""
        return rfc3339(day_start_us(self.day))


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row is not taken: the heading of the column and a reason of ROW_REASONS."""

    column: str
    reason: str

    @property
    def sentence(self) -> str:
        """What is wrong and how to mend it, zh-CN."""
        return sentence(self.reason)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One filled row.

    sheet, number: where it stands; row_id: what its ids are computed from.
    events: wire form; empty when there are faults, for a row is taken whole or not at all.
    cells: what was typed, by column key; others: what stands below headings that are not known.
    hidden: the row is hidden in Excel; it is read all the same.
    """

    sheet: str
    number: int
    row_id: str
    card_id: str
    events: tuple[dict[str, Any], ...]
    faults: tuple[RowFault, ...]
    cells: Mapping[str, CellValue]
    others: Mapping[str, CellValue]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class BlankRow:
    """A row of the template in which nothing is written."""

    sheet: str
    number: int
    row_id: str
    card_id: str


@dataclass(frozen=True, slots=True)
class SheetReading:
    """Everything that was found in a file.

    hidden_rows: (sheet, number) of filled rows that are hidden in Excel; they are in `rows` too.
    unread_columns: headings that are not known and have something below them.
    unread_sheets: worksheets that hold something but have no headings.
    """

    name: str
    activity: SheetActivity
    rows: tuple[SheetRow, ...]
    blank_rows: tuple[BlankRow, ...] = ()
    hidden_rows: tuple[tuple[str, int], ...] = ()
    unread_columns: tuple[str, ...] = ()
    unread_sheets: tuple[str, ...] = ()
