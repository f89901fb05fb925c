"""What is read from a sheet: its activity, its rows, and what is wrong with each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from campaigns.sheets.sentences import sentence
from campaigns.times import day_start_us, rfc3339
from campaigns.wording.languages import DEFAULT_LANGUAGE

NOTICE_VERSION = "2026-01"
"""The notice that a template made today goes with."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something with content that was not read.

    kind: one of UNREAD_KINDS.
    row: where it stands; None for a column or a whole page.
    column: the heading of a column, or Excel's name of one without.
    cells: how many cells with content.
    nearest: the heading of the column that was most likely meant.
    """

    kind: str
    sheet: str
    row: int | None = None
    column: str | None = None
    cells: int = 0
    nearest: str | None = None


class InvalidSheet(Exception):
    """The file as a whole cannot be read; `reason` is one of FILE_REASONS.

    values: what its sentence says more exactly. unread: the columns that are asked about.
    """

    def __init__(self, reason: str, *, unread: tuple[Unread, ...] = (), **values: str) -> None:
        super().__init__(sentence(reason, DEFAULT_LANGUAGE, **values))
        self.reason = reason
        self.values = values
        self.unread = unread


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
    notice_version: the notice that was read out. notices: by purpose, where they differ.
    """

    activity_id: str
    day: date
    dealer: str | None = None
    notice_version: str = NOTICE_VERSION
    title: str = ""
    notices: Mapping[str, str] = field(default_factory=dict)

    def notice(self, purpose: str) -> str:
        """The notice that a consent for a purpose goes with."""
        return self.notices.get(purpose, self.notice_version)

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
    hidden: the row is hidden in Excel; it is read all the same. columns: those that its sheet has.
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
    said: Mapping[str, Any] = field(default_factory=dict)
    """The data of the card that it registers, also where it has faults."""
    columns: frozenset[str] = frozenset()


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
    hidden_columns: (sheet, heading) of columns that are hidden and have something below them.
    unread: everything with content that was not read.
    """

    name: str
    activity: SheetActivity
    rows: tuple[SheetRow, ...]
    blank_rows: tuple[BlankRow, ...] = ()
    hidden_rows: tuple[tuple[str, int], ...] = ()
    hidden_columns: tuple[tuple[str, str], ...] = ()
    unread: tuple[Unread, ...] = ()
