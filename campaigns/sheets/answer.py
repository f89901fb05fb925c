"""The answer to a sheet: its rows that were not taken, with reasons, to mend and send again."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from campaigns.sheets.columns import (
    BY_KEY,
    COLUMNS,
    NOT_IN_TEMPLATES,
    REASON,
    REASON_COLUMN,
    ROW_ID,
    VERDICT_COLUMN,
    Column,
)
from campaigns.sheets.model import Broken, SheetReading, SheetRow
from campaigns.sheets.sentences import QUESTIONS, sentence
from campaigns.sheets.template import SHEET_TITLE
from campaigns.sheets.writing import (
    BOX,
    CENTRED,
    FONT_NAME,
    INK,
    LEFT,
    ROW_HEIGHT,
    TEXT_FORMAT,
    TYPED_SIZE,
    WRONG_BOX,
    WRONG_FILL,
    add_drop_downs,
    add_hidden_sheet,
    put,
    set_up_print,
    write_heading,
    write_labels,
)
from campaigns.wording.languages import Language

TITLE_ROW, LABEL_ROW, ENGLISH_ROW, HEADING_ROW = range(1, 5)
FIRST_ROW = HEADING_ROW + 1
_LINE_HEIGHT = 18
_ROW_ID_COLUMN = BY_KEY[ROW_ID]
_LAID_OUT = (
    _ROW_ID_COLUMN,
    REASON_COLUMN,
    *(column for column in COLUMNS if column is not _ROW_ID_COLUMN),
)


@dataclass(frozen=True, slots=True)
class SheetRefusal:
    """A cell for which a row was not taken; several may speak of one row."""

    sheet: str
    row: int
    column: str
    reason: str

    @property
    def sentence(self) -> str:
        """What is wrong and how to mend it, zh-CN."""
        return sentence(self.reason)


def refusals_of(rows: Iterable[SheetRow]) -> tuple[SheetRefusal, ...]:
    """The faults that show in the rows themselves."""
    return tuple(
        SheetRefusal(row.sheet, row.number, fault.column, fault.reason)
        for row in rows
        for fault in row.faults
    )


def write_answer(
    reading: SheetReading,
    refusals: Iterable[SheetRefusal],
    *,
    all_rows: bool = False,
    language: Language = "zh-CN",
) -> bytes:
    """An .xlsx of the rows that were not taken (or of all), the wrong cells marked.

    It keeps the row ids, so a mended row that is sent again is still the same row. It is built
    anew from what was read: no macro, link or formula of the original comes along. Answers to a
    CSV file are .xlsx too, for a CSV cannot say that something is text.
    """
    by_row: defaultdict[tuple[str, int], list[SheetRefusal]] = defaultdict(list)
    for refusal in refusals:
        by_row[refusal.sheet, refusal.row].append(refusal)
    rows = [row for row in reading.rows if all_rows or (row.sheet, row.number) in by_row]
    more = (each for each in NOT_IN_TEMPLATES if any(each.key in row.cells for row in rows))
    columns = (*_laid_out(by_row), *more, *_unknown_columns(rows))
    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET_TITLE
    _write_top(sheet, reading)
    write_heading(sheet, columns, ENGLISH_ROW)
    for number, row in enumerate(rows, FIRST_ROW):
        _write_row(sheet, number, columns, row, by_row[row.sheet, row.number], language)
    sheet.freeze_panes = sheet.cell(FIRST_ROW, 3)
    last_row = FIRST_ROW + max(len(rows), 1) - 1
    add_drop_downs(sheet, columns, FIRST_ROW, last_row)
    area = f"B1:{get_column_letter(len(columns))}{last_row}"
    set_up_print(sheet, f"{ENGLISH_ROW}:{HEADING_ROW}", area, reading.activity.title)
    add_hidden_sheet(book, reading.activity)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _laid_out(by_row: Mapping[Any, Iterable[SheetRefusal]]) -> tuple[Column, ...]:
    """With room for an answer where a row is a question."""
    asked = any(one.reason in QUESTIONS for refusals in by_row.values() for one in refusals)
    first, reason, *rest = _LAID_OUT
    return (first, reason, *((VERDICT_COLUMN,) if asked else ()), *rest)


def _unknown_columns(rows: Iterable[SheetRow]) -> list[Column]:
    headings = dict.fromkeys(heading for row in rows for heading in row.others)
    return [Column(heading, heading, "", 12) for heading in headings]


def _write_top(sheet: Any, reading: SheetReading) -> None:
    title = sheet.cell(TITLE_ROW, 2)
    put(title, f"{reading.activity.title}　未收下的行：改好后把这份表再传一次")
    title.font = Font(name=FONT_NAME, size=14, bold=True, color=INK)
    write_labels(sheet, LABEL_ROW, reading.activity)


def _write_row(
    sheet: Any,
    number: int,
    columns: Iterable[Column],
    row: SheetRow,
    refusals: list[SheetRefusal],
    language: Language,
) -> None:
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    for refusal in refusals:
        wrong[refusal.column].append(sentence(refusal.reason, language))
    cells: Mapping[str, Any] = {**row.others, **row.cells, ROW_ID: row.row_id}
    for index, column in enumerate(columns, 1):
        cell = sheet.cell(number, index)
        cell.font = Font(name=FONT_NAME, size=TYPED_SIZE, color=INK)
        cell.border = BOX
        cell.alignment = CENTRED
        if column.as_text:
            cell.number_format = TEXT_FORMAT
        if column.key == REASON:
            cell.alignment = LEFT
            text = _reasons(row, wrong)
            put(cell, text)
            sheet.row_dimensions[number].height = max(ROW_HEIGHT, _LINE_HEIGHT * _lines(text))
            continue
        value = cells.get(column.key)
        put(cell, value.shown if isinstance(value, Broken) else value)
        if column.heading in wrong:
            cell.fill, cell.border = WRONG_FILL, WRONG_BOX
            cell.comment = Comment("✗ " + "\n".join(wrong[column.heading]), SHEET_TITLE)


def _lines(text: str) -> int:
    """How many lines the reasons take in their column; a Chinese character is two wide."""
    return sum(2 * len(line) // int(REASON_COLUMN.width) + 1 for line in text.split("\n"))


def _reasons(row: SheetRow, wrong: Mapping[str, list[str]]) -> str:
    lines = [f"✗ {column}：{''.join(texts)}" for column, texts in wrong.items()]
    return "\n".join([f"原第 {row.number} 行", *lines])
