"""Tables: columns said once, and with them sorting, filters, pages, choice of columns and files.

A page describes a `Table`, asks what its visitor wants (`Asked`) and hands over where the rows come
from; grid.html draws it: a table on desktops, cards on phones, without any script.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

from starlette.datastructures import ImmutableMultiDict

from campaigns.wording.days import whole_day_text
from crm.web.guards.visit import Visit

ROWS_ON_A_PAGE = 50
MOST_ROWS_OF_A_FILE = 200_000
_LONGEST = 80
_MOST_IN_SIGHT = 2
"""Filters on a phone: more than these are folded away, all but the field that searches."""

R = TypeVar("R")
FileKind = Literal["", "csv", "xlsx"]
Taken = str | int | Decimal | date | datetime
"""What a file holds: texts, whole numbers, amounts in yuan, days, moments of Shanghai."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place. text: as people read it.

    href: where it leads; sent: where a tap on it sends the table's `beside` form. tone: good,
    waiting or wrong, shown as a badge. raw: what a file holds instead of the text: what can be
    reckoned with, or a text without signs.
    """

    text: str
    href: str = ""
    tone: str = ""
    raw: Taken | None = None
    sent: str = ""

    @property
    def taken(self) -> Taken:
        """As a file holds it."""
        return self.text if self.raw is None else self.raw


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column.

    key: in addresses and forms; word: its heading, to be translated.
    cell: what stands there; None: nothing.
    order: by what rows in memory are sorted; `sorts`: that whoever fetches the rows can sort by it.
    shown: whether it is there before anybody chooses. acts: it tells nothing and is in no file.
    """

    key: str
    word: str
    cell: Callable[[Visit, R], Cell | str | int | date | None]
    order: Callable[[R], Any] | None = None
    sorts: bool = False
    is_number: bool = False
    shown: bool = True
    acts: bool = False

    @property
    def is_sortable(self) -> bool:
        """Whether its heading sorts."""
        return self.sorts or self.order is not None


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter above a table: a choice where it has options, else a field of a kind of input.

    options: code → word, to be translated unless they are `as_they_are`.
    """

    name: str
    word: str
    options: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["search", "date"] = "search"
    as_they_are: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done with all the rows that are ticked: it is sent to `path` as `chosen`."""

    path: str
    word: str


@dataclass(frozen=True)
class Asked:
    """What a visitor wants to see of a table; sort: a column, with `-` before it downwards."""

    sort: str = ""
    page: int = 1
    columns: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    file: FileKind = ""

    @classmethod
    def of(cls, sent: ImmutableMultiDict[str, Any]) -> "Asked":
        """From the query of an address, or from a form; what is no wish is passed over."""
        texts = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
        last = {name: value.strip()[:_LONGEST] for name, value in texts}
        page, kind = last.get("page", ""), last.get("file", "")
        return cls(
            last.get("sort", ""),
            int(page) if page.isdecimal() and 0 < int(page) <= 1_000_000 else 1,
            tuple(value for name, value in texts if name == "col"),
            last,
            "csv" if kind == "csv" else "xlsx" if kind == "xlsx" else "",
        )

    def text(self, name: str) -> str:
        """What a filter is set to; empty when it is not."""
        return self.filters.get(name, "")

    @property
    def by(self) -> str:
        """The column it is sorted by; empty: as it comes."""
        return self.sort.removeprefix("-")

    @property
    def downwards(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")


Fetch = Callable[[Asked, int, int], tuple[Sequence[R], int]]
"""(what is wanted, most rows, rows to pass over) → (the rows, how many there are in all)."""


@dataclass(frozen=True)
class Table(Generic[R]):
    """How rows of one sort are shown.

    name: of files that are taken away. row_id: what a ticked row is called; empty: it is not
    ticked. by_post: whether what is searched for must stand in no address. tone: of a whole row.
    beside: the id of a form beside it that ticks and taps belong to; ticked: as what it gets them.
    """

    name: str
    columns: tuple[Column[R], ...]
    filters: tuple[Filter, ...] = ()
    actions: tuple[Action, ...] = ()
    row_id: Callable[[R], str] | None = None
    by_post: bool = False
    tone: Callable[[R], str] | None = None
    beside: str = ""
    ticked: str = "chosen"

    def show(self, visit: Visit, asked: Asked, fetch: Fetch[R], path: str) -> "ShownTable":
        """One page of it, or all of it for a file."""
        keys = [column.key for column in self.columns if column.is_sortable]
        if asked.by not in keys:
            asked = Asked("", asked.page, asked.columns, asked.filters, asked.file)
        chosen = [column for column in self.columns if column.key in asked.columns]
        picked = chosen or [column for column in self.columns if column.shown]
        picked = [column for column in picked if not (column.acts and asked.file)]
        most = MOST_ROWS_OF_A_FILE if asked.file else ROWS_ON_A_PAGE
        skipped = 0 if asked.file else (asked.page - 1) * ROWS_ON_A_PAGE
        rows, total = fetch(asked, most, skipped)
        return ShownTable(
            self,
            asked,
            path,
            tuple(picked),
            tuple(self._row(visit, row, picked) for row in rows),
            total,
        )

    def _row(self, visit: Visit, row: R, picked: Iterable[Column[R]]) -> "ShownRow":
        cells = tuple(_cell(visit, column.cell(visit, row)) for column in picked)
        name = self.row_id(row) if self.row_id is not None else ""
        return ShownRow(name, cells, self.tone(row) if self.tone is not None else "")

    def of_rows(self, rows: Sequence[R]) -> Fetch[R]:
        """Rows that are in memory already, filtered by whoever has them."""

        def fetch(asked: Asked, most: int, skipped: int) -> tuple[Sequence[R], int]:
            found = list(rows)
            order = next((c.order for c in self.columns if c.key == asked.by), None)
            if order is not None:
                known = [row for row in found if order(row) is not None]
                unknown = [row for row in found if order(row) is None]
                found = [*sorted(known, key=order, reverse=asked.downwards), *unknown]
            return found[skipped : skipped + most], len(found)

        return fetch


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row as it is drawn."""

    name: str
    cells: tuple[Cell, ...]
    tone: str = ""


@dataclass(frozen=True)
class ShownTable:
    """A table as a page draws it."""

    table: Table[Any]
    asked: Asked
    path: str
    picked: tuple[Column[Any], ...]
    rows: tuple[ShownRow, ...]
    total: int

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-self.total // ROWS_ON_A_PAGE))

    @property
    def has_ticks(self) -> bool:
        """Whether any of its rows can be ticked."""
        return bool(self.table.actions) or any(row.name for row in self.rows)

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is set."""
        return any(self.asked.text(each.name) for each in self.table.filters)

    @property
    def folded(self) -> tuple[Filter, ...]:
        """Filters that a phone folds away, so that the list begins on its first screen."""
        filters = self.table.filters
        if len(filters) <= _MOST_IN_SIGHT:
            return ()
        return tuple(each for each in filters if each.name != "text")

    @property
    def in_sight(self) -> tuple[Filter, ...]:
        """The other filters."""
        return tuple(each for each in self.table.filters if each not in self.folded)

    @property
    def folded_set(self) -> list[Filter]:
        """Which of those that are folded away are set: what a phone says of them."""
        return [each for each in self.folded if self.asked.text(each.name)]

    def next_sort(self, column: Column[Any]) -> str:
        """What a tap on a heading asks for."""
        return f"-{column.key}" if self.asked.sort == column.key else column.key

    def sorted_as(self, column: Column[Any]) -> str:
        """For a screen reader: ascending, descending, none."""
        if self.asked.by != column.key:
            return "none"
        return "descending" if self.asked.downwards else "ascending"


def _cell(visit: Visit, value: Cell | str | int | date | None) -> Cell:
    if isinstance(value, Cell):
        return value
    if value is None:
        return Cell("")
    if isinstance(value, int):
        return Cell(f"{value:,}", raw=value)
    if isinstance(value, date):
        return Cell(whole_day_text(value, visit.language), raw=value)
    return Cell(value)
