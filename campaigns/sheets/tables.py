"""The lines of a page, each as what it is: a person, a blank row, a heading, or unread."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from campaigns.sheets import values
from campaigns.sheets.columns import BY_KEY, NAME, NOTE, NUMBER, REASON, ROW_ID, VERDICT
from campaigns.sheets.head import Head, is_labelled
from campaigns.sheets.heading import (
    Heading,
    HeadingMap,
    heading_of,
    is_filled,
    names_groups,
    with_second_line,
)
from campaigns.sheets.lines import kind_of_line
from campaigns.sheets.model import CellValue, Unread
from campaigns.sheets.nearest import nearest
from campaigns.sheets.workbook import Grid

NOT_CONTENT = frozenset({ROW_ID, NUMBER, REASON, VERDICT, "signature"})
"""Columns that say nothing about a person."""
_HEADING_WITHIN_ROWS = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One line below the headings, with the headings that hold for it."""

    number: int
    heading: Heading
    values: list[CellValue]
    cells: dict[str, CellValue]
    filled: bool
    """Whether anything about a person is written in it."""


@dataclass
class _Column:
    """A column that is not read: how many cells, and whether one of them answers something."""

    cells: int = 0
    telling: bool = False
    asks: bool = True


@dataclass
class Table:
    """A page. `head` hears what is said of the activity; `unread` fills as the lines are read."""

    grid: Grid
    said: HeadingMap
    head: Head
    found: bool = False
    unread: list[Unread] = field(default_factory=list)
    hidden_columns: dict[str, None] = field(default_factory=dict)
    _columns: dict[str, _Column] = field(default_factory=dict)
    _filled: int = 0

    def lines(self) -> Iterator[Line]:
        """Every line below headings that is about a person or blank, once from the start."""
        self.unread.clear()
        self._columns.clear()
        self._filled = 0
        heading: Heading | None = None
        above: list[CellValue] = []
        fresh = False
        for number, row in self.grid.rows:
            if not any(map(is_filled, row)):
                above, fresh = [], False
                continue
            self._filled += 1
            if heading is None and number > _HEADING_WITHIN_ROWS:
                continue
            new = heading_of(number, row, self.said, above)
            if new is None and fresh and heading is not None:
                new = with_second_line(heading, above, row, self.said)
                fresh = False
            elif new is not None:
                fresh = True
                if names_groups(above, row, self.said):
                    self._take_group(number)
            if new is not None:
                heading, self.found = new, True
            elif heading is not None:
                yield from self._below(heading, number, row)
            elif not self.head.take(row):
                self._unread("above", number, row)
            above = row
        if not self.found and self._filled:
            self.unread[:] = [Unread("page", self.grid.title, cells=self._filled)]

    def all_unread(self) -> Iterator[Unread]:
        """What was not read, columns last; complete once the lines were read to their end."""
        yield from self.unread
        for label, column in self._columns.items():
            yield Unread("column", self.grid.title, None, label, column.cells, nearest(label))

    def asked(self) -> Iterator[Unread]:
        """Of the columns that were not read those of which nobody may guess that it is no matter.

        They look like a known one, or hold telephone numbers or answers.
        """
        for unread in self.all_unread():
            column = self._columns.get(unread.column or "")
            near = unread.nearest not in (None, BY_KEY[NOTE].heading)
            if column is not None and column.asks and (column.telling or near):
                yield unread

    def _take_group(self, number: int) -> None:
        """The line above the headings is no title, for it names groups of columns."""
        if self.unread and (self.unread[-1].kind, self.unread[-1].row) == ("above", number - 1):
            self.unread.pop()

    def _below(self, heading: Heading, number: int, row: list[CellValue]) -> Iterator[Line]:
        cells = heading.cells(row)
        if is_labelled(row):
            if not self.head.take(row):
                self._unread("above", number, row)
            return
        kind = kind_of_line(cells.get(NAME), row, cells.get(NUMBER))
        if kind is not None:
            self._unread(kind, number, row)
            return
        filled = any(key not in NOT_CONTENT for key in cells)
        others = heading.others(row)
        if filled:
            self._note_columns(heading, cells, others)
        elif others or is_filled(cells.get("signature")) or _is_word(cells.get(NUMBER)):
            self._unread("nobody", number, row)
        yield Line(number, heading, row, cells, filled)

    def _unread(self, kind: str, number: int, row: list[CellValue]) -> None:
        cells = sum(map(is_filled, row))
        self.unread.append(Unread(kind, self.grid.title, number, None, cells))

    def _note_columns(
        self, heading: Heading, cells: dict[str, CellValue], others: dict[str, CellValue]
    ) -> None:
        for label, value in others.items():
            column = self._columns.setdefault(label, _Column())
            column.cells += 1
            column.telling = column.telling or _is_telling(value)
            column.asks = heading.asks(label)
        for key, index in heading.places.items():
            if key in cells and key != ROW_ID and self.grid.hides_column(index + 1):
                self.hidden_columns[_heading_text(key)] = None
        for index, label in heading.unknown.items():
            if label in others and self.grid.hides_column(index + 1):
                self.hidden_columns[label] = None
        if is_filled(cells.get("signature")):
            self._columns.setdefault(_heading_text("signature"), _Column(asks=False)).cells += 1


def _heading_text(key: str) -> str:
    return BY_KEY[key].heading


def _is_word(value: CellValue) -> bool:
    return isinstance(value, str) and not values.narrow(value).isdigit() and is_filled(value)


def _is_telling(value: Any) -> bool:
    """Whether a cell answers a question in words, or holds what may be a telephone number."""
    text = values.narrow(value)
    digits = "".join(filter(str.isdigit, text))
    return len(digits) >= 7 or (not text.isdigit() and values.answer(value) is not None)
