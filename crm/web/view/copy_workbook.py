"""A dealer's copy as an Excel workbook, marked on every page with whose it is and who took it out.

Sheets: a row per person; a row per call that is due; a row per thing that happened, per purchase,
per reading, each with the number of its person. No text can be taken for a formula
(campaigns/sheets/writing.py).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import partial
from typing import Any, BinaryIO

import orjson
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from campaigns.regions import region_name
from campaigns.sheets.writing import (
    BOX,
    CENTRED,
    FONT_NAME,
    HEADING_FILL,
    INK,
    LEFT,
    put_formatted,
)
from campaigns.times import moment_of, parse_instant_us
from crm.follow_ups.schedule import has_lapsed, open_by_row
from crm.money import yuan_number
from crm.web.view import labels

MOST_ROWS = 1_000_000
"""A worksheet takes 1,048,576."""

_FAINT, _A4 = "BFBFBF", 9
_TITLE_ROW, _HEADING_ROW = 1, 2
_LONGEST_HEADER = 200

Row = Mapping[str, Any]
Lines = Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Watermark:
    """What the dealer is called whose copy it is, on which day, and who took it out."""

    dealer: str
    day: str
    by: str

    @property
    def text(self) -> str:
        """The line that stands on every sheet and every printed page."""
        return (
            f"经销商 {self.dealer} 的副本 · {self.day} · {self.by} 导出"
            " · 含个人信息，只作约定用途，不得转发"
        )


@dataclass(frozen=True, slots=True)
class _Sheet:
    title: str
    headings: Sequence[tuple[str, int]]
    lines: Callable[[int, Row], Lines]


def write_workbook(
    stream: BinaryIO,
    contents: Iterable[bytes],
    mark: Watermark,
    titles: Mapping[str, str] | None = None,
) -> int:
    """Write canonical rows, each a person, as a workbook; returns how many.

    titles: what activities are called, by id.
    """
    people = [_in_words(orjson.loads(content), titles or {}) for content in contents]
    book = Workbook(write_only=True)
    book.properties.creator = book.properties.title = ""
    for layout in _layouts(date.fromisoformat(mark.day)):
        _write_sheet(book, layout, people, mark)
    book.save(stream)
    return len(people)


def _write_sheet(book: Any, layout: _Sheet, people: Sequence[Row], mark: Watermark) -> None:
    sheet = book.create_sheet(layout.title)
    # In this way of writing, all that stands before the rows must be said before them.
    sheet.freeze_panes = f"A{_HEADING_ROW + 1}"
    for index, (_, width) in enumerate(layout.headings, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    _set_up_print(sheet, mark)
    sheet.append([_cell(sheet, mark.text, Font(name=FONT_NAME, size=12, color=_FAINT, bold=True))])
    sheet.append(
        [
            _cell(sheet, heading, Font(name=FONT_NAME, bold=True, color=INK), heading=True)
            for heading, _ in layout.headings
        ]
    )
    plain, written = Font(name=FONT_NAME, color=INK), 0
    for number, person in enumerate(people, 1):
        for values in layout.lines(number, person):
            sheet.append([_cell(sheet, value, plain) for value in values])
            written += 1
    # Excel draws the arrows of the filter into the row of headings.
    last = get_column_letter(len(layout.headings))
    sheet.auto_filter.ref = f"A{_HEADING_ROW}:{last}{_HEADING_ROW + written}"
    sheet.append([_cell(sheet, mark.text, Font(name=FONT_NAME, color=_FAINT))])


def _in_words(row: dict[str, Any], titles: Mapping[str, str]) -> Row:
    """The row with names instead of the codes of regions and activities, where there are any."""
    contact = row.get("contact", {})
    if "regions" in contact:
        regions = [region_name(code) or code for code in contact["regions"]]
        row = {**row, "contact": {**contact, "regions": regions}}
    if "history" in row:
        row = {**row, "history": [_at_named(item, titles) for item in row["history"]]}
    return row


def _at_named(item: Row, titles: Mapping[str, str]) -> Row:
    title = titles.get(str(item.get("activity_id")))
    return item if title is None else {**item, "activity_id": title}


def _set_up_print(sheet: Any, mark: Watermark) -> None:
    """A4 landscape; the mark and the headings on every page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = f"{_TITLE_ROW}:{_HEADING_ROW}"
    # In a header & begins a code.
    said = mark.text.replace("&", "&&")[:_LONGEST_HEADER]
    sheet.oddHeader.center.text = sheet.oddFooter.left.text = said
    sheet.oddHeader.center.color = _FAINT
    sheet.oddFooter.right.text = "&P / &N"


def _cell(sheet: Any, value: Any, font: Font, *, heading: bool = False) -> Any:
    cell = WriteOnlyCell(sheet)
    put_formatted(cell, value)
    cell.font = font
    if heading:
        cell.fill, cell.border, cell.alignment = HEADING_FILL, BOX, CENTRED
    elif isinstance(value, str):
        cell.alignment = LEFT
    return cell


_NUMBER, _TIME = ("序号", 8), ("时间", 24)
_PERSON_HEADINGS = (
    _NUMBER,
    ("姓名", 14),
    ("性别", 8),
    ("出生", 14),
    ("电话", 20),
    ("地址", 32),
    ("地区", 12),
    ("健康情况", 24),
    ("用药", 24),
    ("器械", 20),
    ("标记", 10),
    ("编号", 16),
)
_CALL_HEADINGS = (
    *(_NUMBER, ("姓名", 14), ("电话", 24), ("地区", 14), ("第几次回访", 12), ("该哪天打", 14)),
    *(("过期几天", 10), ("打的结果", 30)),
)
_HISTORY_HEADINGS = (_NUMBER, _TIME, ("是什么", 18), ("活动", 20), ("说明", 40))
_PURCHASE_HEADINGS = (
    *(_NUMBER, _TIME, ("型号", 16), ("数量", 8), ("退回", 8)),
    *(("单价（元）", 12), ("渠道", 14), ("序列号", 24)),
)
_READING_HEADINGS = (*(_NUMBER, _TIME, ("高压", 10), ("低压", 10), ("脉搏", 10), ("备注", 40)),)


def _layouts(day: date) -> list[_Sheet]:
    return [
        _Sheet("人员", _PERSON_HEADINGS, _person),
        _Sheet("该打的电话", _CALL_HEADINGS, partial(_calls, day)),
        _Sheet("经过", _HISTORY_HEADINGS, _history),
        _Sheet("购买", _PURCHASE_HEADINGS, _purchases),
        _Sheet("血压", _READING_HEADINGS, _readings),
    ]


def _person(number: int, row: Row) -> Iterator[Sequence[Any]]:
    identity, contact = row.get("identity", {}), row.get("contact", {})
    health = row.get("health", {})
    yield (
        number,
        _listed(identity.get("names")),
        labels.SEXES.get(identity.get("sex", ""), ""),
        str(identity.get("birth_date") or identity.get("birth_year") or ""),
        _listed([_dialled(phone) for phone in contact.get("phones", ())]),
        _listed(contact.get("addresses")),
        _listed(contact.get("regions")),
        *(_listed(health.get(name)) for name in ("conditions", "medicines", "devices")),
        "已故" if row.get("deceased") else "",
        str(row["key"])[:12],
    )


def _calls(day: date, number: int, row: Row) -> Iterator[Sequence[Any]]:
    """Whom to call on a day, to be printed: what was said is written beside it."""
    call = None if row.get("deceased") else open_by_row(row.get("history", ()), day)
    if call is None or has_lapsed(call[1], day):
        return
    which, due_on = call
    identity, contact = row.get("identity", {}), row.get("contact", {})
    yield (
        number,
        _listed(identity.get("names")),
        _listed([_dialled(phone) for phone in contact.get("phones", ())]),
        _listed(contact.get("regions")),
        which,
        due_on,
        (day - due_on).days,
        "",
    )


def _history(number: int, row: Row) -> Iterator[Sequence[Any]]:
    own_columns = {"type", "time", "timeprecision", "activity_id"}
    for item in row.get("history", []):
        more = " · ".join(_named(item[name]) for name in sorted(item) if name not in own_columns)
        what = labels.EVENTS.get(str(item.get("type")), "")
        yield number, _time(item), what, str(item.get("activity_id", "")), more


def _purchases(number: int, row: Row) -> Iterator[Sequence[Any]]:
    for item in row.get("purchases", []):
        yield (
            number,
            _time(item),
            str(item.get("sku", "")),
            item.get("quantity"),
            item.get("returned"),
            _yuan(item.get("unit_price_fen")),
            _named(item.get("channel", "")),
            _listed(item.get("serials")),
        )


def _readings(number: int, row: Row) -> Iterator[Sequence[Any]]:
    measures = ("systolic_mmhg", "diastolic_mmhg", "pulse_bpm")
    for item in row.get("health", {}).get("readings", []):
        values = (item.get(name) for name in measures)
        yield number, _time(item), *values, str(item.get("note", ""))


def _time(item: Row) -> date | str:
    """As Excel sorts and reckons it; of what is known to the day only, the day."""
    text = str(item.get("time", ""))
    try:
        moment = moment_of(parse_instant_us(text))
    except ValueError:
        return text
    # Not every item says how exactly its time is known: a day is written as its first instant.
    is_day = item.get("timeprecision") == "day" or moment.time() == time.min
    return moment.date() if is_day else moment.replace(microsecond=0, tzinfo=None)


def _named(value: Any) -> str:
    """What a code is called; anything else as it is."""
    return labels.label("value", str(value))


def _dialled(phone: str) -> str:
    """As it is dialled at home: `+8613912345678` → `13912345678`."""
    return phone.removeprefix("+86")


def _yuan(amount_fen: Any) -> Decimal | None:
    return yuan_number(amount_fen) if isinstance(amount_fen, int) else None


def _listed(values: Any) -> str:
    return "、".join(map(str, values)) if isinstance(values, list) else str(values or "")
