"""Sheets for the tests: the template filled in, and sheets made by hand."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

from campaigns.sheets import SheetReading, read_sheet, write_template
from campaigns.sheets.columns import BY_KEY

ACTIVITY = {
    "activity_id": "ACT-2026-05-03",
    "title": "护脑防衰讲座",
    "kind": "health_lecture",
    "region": "110105",
    "dealer": "D-BJ",
    "starts_at": "2026-05-03T09:00:00+08:00",
}
LABELS = ["活动编号：ACT-2026-05-03", "", "活动日期：2026-05-03", "", "经销商编号：D-BJ"]
SECRET = b"secret of the tests"
FIRST_ROW = 7
FULL = {
    "name": "王秀英",
    "sex": "女",
    "birth": "1950-3-2",
    "phones": "13812345678",
    "address": "朝阳区某路1号",
    "region": "110105",
    "conditions": "高血压、头晕",
    "medicines": "阿司匹林",
    "systolic": 135,
    "diastolic": 85,
    "pulse": 72,
    "trial_sku": "JX-B4",
    "trial_serial": "TD26-00001",
    "quantity": 2,
    "price": 693.5,
    "sku": "JX-B4",
    "consent_archive": "是",
    "consent_health": "是",
    "consent_dealer": "是",
    "consent_marketing": "否",
    "member": "CL0001",
    "note": "女儿陪同",
}
"""A row in which every column is filled, by column key."""
ALONE = {key: cell for key, cell in FULL.items() if key != "member"}
"""The same where nobody has enrolled the member."""

Row = Mapping[str, Any]


def template(rows: int = 20) -> bytes:
    """The template with row ids that the tests know: row-1, row-2, …"""
    return write_template(ACTIVITY, rows, row_ids=(f"row-{n}" for n in range(1, rows + 1)))


def filled(*rows: Row, data: bytes | None = None) -> bytes:
    """The template with these rows typed in from the first blank row on."""
    book = openpyxl.load_workbook(io.BytesIO(data or template()))
    sheet = book.active
    places = {cell.value: cell.column for cell in sheet[FIRST_ROW - 2]}
    for number, row in enumerate(rows, FIRST_ROW):
        for key, value in row.items():
            sheet.cell(number, places[BY_KEY[key].heading]).value = value
    return saved(book)


def handmade(
    *rows: Sequence[Any],
    headings: Sequence[str] = ("姓名", "手机"),
    labels: Sequence[str] = LABELS,
) -> openpyxl.Workbook:
    """A workbook typed from nothing: a line about the activity, headings, rows."""
    book = openpyxl.Workbook()
    for row in (labels, headings, *rows):
        book.active.append(list(row))
    return book


def saved(book: Any) -> bytes:
    """The workbook as the bytes of its file."""
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read(data: bytes, name: str = "签到表.xlsx") -> SheetReading:
    """The reading of a file, with the key of the tests."""
    return read_sheet(name, data, SECRET)


def reasons(reading: SheetReading) -> list[list[tuple[str, str]]]:
    """Of each row its faults as (column, reason)."""
    return [[(fault.column, fault.reason) for fault in row.faults] for row in reading.rows]


def said(reading: SheetReading, index: int = 0) -> dict[str, dict[str, Any]]:
    """What a row says: type, of consents with purpose → data without card_id."""
    found = {}
    for wire in reading.rows[index].events:
        name = wire["type"].removeprefix("jinxi.").removesuffix(".v1")
        purpose = wire["data"].get("purpose")
        data = {key: value for key, value in wire["data"].items() if key != "card_id"}
        found[f"{name}:{purpose}" if purpose else name] = data
    return found
