"""The sign-in sheet of an activity: filled in by hand or in Excel, printed on A4, read back."""

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from campaigns.sheets.columns import COLUMNS, NAME, NUMBER, ROW_ID
from campaigns.sheets.model import NOTICE_VERSION, SheetActivity
from campaigns.sheets.reading import EXAMPLE_ROW_ID
from campaigns.sheets.writing import (
    BOX,
    CENTRED,
    FONT_NAME,
    INK,
    LEFT,
    QUIET_FILL,
    ROW_HEIGHT,
    TEXT_FORMAT,
    TYPED_SIZE,
    add_checklist,
    add_drop_downs,
    add_hidden_sheet,
    put,
    set_up_print,
    write_heading,
    write_labels,
)
from campaigns.times import instant_us, parse_instant_us, shanghai_day

SHEET_TITLE = "签到表"
TITLE_ROW, LABEL_ROW, HINT_ROW, ENGLISH_ROW, HEADING_ROW, EXAMPLE_ROW = range(1, 7)
FIRST_ROW = EXAMPLE_ROW + 1
MOST_ROWS = 2_000

_HINT = (
    "一人一行；不知道的留空。出生只知年份就写年份；多个手机用“、”隔开；买了才填数量、单价、型号。"
    "同意各栏要先念告知书再问本人：是 / 否 / 未问。推荐会员写编号，本人同意才写。"
    "灰色示例行不会读入。"
    "  One person a row; leave blank what is unknown."
)
_FREE_CLINIC_HINT = "义诊现场不得销售、不得试用产品：试用、购买各栏请留空。"
_KINDS = {
    "health_lecture": "健康讲座",
    "free_clinic": "大型义诊",
    "expert_consultation": "专家咨询",
    "device_trial": "产品试用",
    "book_gift": "赠书",
    "club_meeting": "俱乐部",
    "promotion": "促销展销",
}
_LEFT_ALIGNED = frozenset({NAME, "address", "conditions", "medicines", "note"})


def activity_of(activity: Mapping[str, Any]) -> SheetActivity:
    """What a sheet needs of an activity: activity_id, starts_at, dealer, title, notice_version."""
    starts_at = activity["starts_at"]
    if isinstance(starts_at, datetime):
        starts_us = instant_us(starts_at)
    else:
        starts_us = parse_instant_us(str(starts_at))
    return SheetActivity(
        str(activity["activity_id"]),
        shanghai_day(starts_us),
        activity.get("dealer") or None,
        activity.get("notice_version") or NOTICE_VERSION,
        str(activity.get("title") or ""),
    )


def write_template(activity: Mapping[str, Any], rows: int = 80, *, row_ids: Iterator[str]) -> bytes:
    """An .xlsx for `rows` people.

    activity: activity_id, starts_at (RFC 3339 or datetime), dealer, title, kind, region,
    materials (what is to be taken along, and how many), …
    row_ids: gives each row an id that no other sheet has, e.g. random UUIDs.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise ValueError(f"a template has 1 to {MOST_ROWS} rows")
    about = activity_of(activity)
    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET_TITLE
    last_row = FIRST_ROW + rows - 1
    _write_top(sheet, about, str(activity.get("kind") or ""))
    write_heading(sheet, COLUMNS, ENGLISH_ROW)
    _write_example(sheet)
    for row in range(FIRST_ROW, last_row + 1):
        _write_blank_row(sheet, row, next(row_ids))
    sheet.freeze_panes = sheet.cell(FIRST_ROW, _index(NAME) + 1)
    add_drop_downs(sheet, COLUMNS, FIRST_ROW, last_row)
    last = get_column_letter(len(COLUMNS))
    heading_rows = f"{LABEL_ROW}:{HEADING_ROW}"
    set_up_print(sheet, heading_rows, f"B1:{last}{last_row}", about.title or about.activity_id)
    add_checklist(book, about.title or about.activity_id, activity.get("materials") or ())
    add_hidden_sheet(book, about)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _index(key: str) -> int:
    return next(index for index, column in enumerate(COLUMNS, 1) if column.key == key)


def _write_top(sheet: Any, about: SheetActivity, kind: str) -> None:
    # The first column is hidden, so everything that people read begins in the second.
    title = sheet.cell(TITLE_ROW, 2)
    put(title, f"{about.title or about.activity_id}　{_KINDS.get(kind, '')}　{SHEET_TITLE}")
    title.font = Font(name=FONT_NAME, size=24, bold=True, color=INK)
    sheet.row_dimensions[TITLE_ROW].height = 40
    write_labels(sheet, LABEL_ROW, about)
    hint = sheet.cell(HINT_ROW, 2)
    put(hint, (_FREE_CLINIC_HINT if kind == "free_clinic" else "") + _HINT)
    hint.font = Font(name=FONT_NAME, size=13, color="444444")
    hint.alignment = LEFT
    sheet.merge_cells(start_row=HINT_ROW, start_column=2, end_row=HINT_ROW, end_column=len(COLUMNS))
    sheet.row_dimensions[HINT_ROW].height = 44


def _write_example(sheet: Any) -> None:
    for index, column in enumerate(COLUMNS, 1):
        cell = sheet.cell(EXAMPLE_ROW, index)
        put(cell, EXAMPLE_ROW_ID if column.key == ROW_ID else column.example or None)
        cell.font = Font(name=FONT_NAME, size=TYPED_SIZE, italic=True, color="666666")
        cell.fill = QUIET_FILL
        cell.border = BOX
        cell.alignment = CENTRED
    sheet.row_dimensions[EXAMPLE_ROW].height = ROW_HEIGHT


def _write_blank_row(sheet: Any, row: int, row_id: str) -> None:
    for index, column in enumerate(COLUMNS, 1):
        cell = sheet.cell(row, index)
        cell.font = Font(name=FONT_NAME, size=TYPED_SIZE, color=INK)
        cell.border = BOX
        cell.alignment = LEFT if column.key in _LEFT_ALIGNED else CENTRED
        if column.as_text:
            cell.number_format = TEXT_FORMAT
        if column.key == "price":
            cell.number_format = "0.00"
        if column.key == ROW_ID:
            put(cell, row_id)
        elif column.key == NUMBER:
            put(cell, row - EXAMPLE_ROW)
    sheet.row_dimensions[row].height = ROW_HEIGHT
