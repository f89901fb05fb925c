"""Files that are not what they should be: each gets a clear answer, none brings the reader down."""

import io
import re
import struct
import tracemalloc
import zipfile
from contextlib import nullcontext

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.sheets import InvalidSheet, open_sheet
from campaigns.sheets.model import SheetActivity
from campaigns.sheets.reading import MOST_PEOPLE
from campaigns.sheets.sketches import own_ids
from tests.unit.campaigns.sheets.repacking import repacked
from tests.unit.campaigns.sheets.sample_sheets import (
    FIRST_ROW,
    FULL,
    LABELS,
    SECRET,
    filled,
    handmade,
    read,
    reasons,
    said,
    saved,
    template,
)
from tests.work import calls_of

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600


def sheet_xml(rows: str) -> bytes:
    """A worksheet's XML around these rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


FIRST_SHEET = "xl/worksheets/sheet1.xml"
BILLION_LAUGHS = (
    b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + sheet_xml("<row><c><v>&b;</v></c></row>")
)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.xlsx", b"", "empty"),
        ("a.csv", b"\xef\xbb\xbf\r\n", "empty"),
        ("a.xlsx", saved(openpyxl.Workbook()), "empty"),
        ("a.xlsx", "姓名,手机\n".encode(), "not_xlsx"),
        ("a.xlsx", b"<html><table></table></html>", "not_xlsx"),
        ("a.xlsx", b"PK\x03\x04 broken", "not_xlsx"),
        ("a.xlsx", repacked(template(1), {})[:-300], "not_xlsx"),
        ("a.xls", OLE, "legacy_xls"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.xlsx", repacked(template(1), {FIRST_SHEET: b"<worksheet><row"}), "damaged"),
        ("a.xlsx", repacked(template(1), {FIRST_SHEET: BILLION_LAUGHS}), "damaged"),
        ("a.xlsx", repacked(template(1), {"xl/workbook.xml": b"no xml"}), "damaged"),
        (
            "a.xlsx",
            repacked(
                template(1),
                {FIRST_SHEET: sheet_xml('<row r="5"/><row r="2"><c><v>1</v></c></row>')},
            ),
            "damaged",
        ),
        ("a.csv", b"\x00\x01\x02\xff\xff\x80", "unknown_encoding"),
        ("a.csv", "甲,乙\n1,2\n".encode(), "no_headings"),
        ("a.xlsx", saved(handmade(["王秀英"], headings=("人",))), "no_headings"),
        ("a.xlsx", saved(handmade(headings=("姓名", "手机", "手 机"))), "heading_repeated"),
        ("a.xlsx", saved(handmade(["王秀英"], labels=["签到"])), "no_activity"),
        ("a.xlsx", saved(handmade(labels=["活动编号：A-1", "活动日期：改天"])), "no_activity"),
        ("a.xlsx", saved(handmade(labels=["活动编号：13812345678", LABELS[2]])), "no_activity"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(InvalidSheet) as raised:
        read(data, name)
    assert raised.value.reason == reason


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = repacked(template(1), {"xl/media/zeros": b"\0" * (257 * 2**20)})
    tracemalloc.start()
    with pytest.raises(InvalidSheet) as raised:
        read(bomb)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert raised.value.reason == "file_too_large"
    assert peak_bytes < 8 * 2**20


CELLS = "<row>" + "<c><v>1</v></c>" * 90 + "</row>"
LONG = f'<row><c t="inlineStr"><is><t>{"a" * 60_000_000}</t></is></c></row>'


@pytest.mark.parametrize(
    ("name", "part"),
    [
        (FIRST_SHEET, sheet_xml("<row/>" * 500_000)),
        (FIRST_SHEET, sheet_xml(CELLS * 3_000)),
        (FIRST_SHEET, sheet_xml(LONG)),
        ("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 500_000 + b"</sst>"),
        ("xl/styles.xml", b"<styleSheet>" + b"<xf/>" * 500_000 + b"</styleSheet>"),
        ("xl/media/sheet1.xml", b"<a/>" * 500_000),
    ],
    ids=("rows", "cells", "one text", "strings", "styles", "somewhere"),
)
def test_little_that_unpacks_to_more_than_a_list_of_people_is_not_read(
    name: str, part: bytes
) -> None:
    small = repacked(template(1), {name: part})
    assert len(small) < 200_000
    with pytest.raises(InvalidSheet) as raised:
        read(small)
    assert raised.value.reason == "file_too_large"


@pytest.mark.long
def test_more_people_than_sign_in_anywhere_are_refused_before_any_is_taken() -> None:
    about = SheetActivity("A-1", read(template(1)).activity.day)
    for people, is_refused in ((MOST_PEOPLE, False), (MOST_PEOPLE + 1, True)):
        data = ("姓名,手机\n" + "王秀英,1\n" * people).encode()
        sheet = open_sheet("a.csv", data, SECRET, activity=about)
        with pytest.raises(InvalidSheet) if is_refused else nullcontext() as raised:
            assert next(sheet.rows(own_ids(sheet.sketches())))
        assert raised is None or raised.value.reason == "file_too_large"


def test_one_sheet_under_many_names_is_not_read_as_often() -> None:
    book = openpyxl.Workbook()
    for number in range(50):
        book.create_sheet(f"S{number}")
    data = saved(book)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        tied = archive.read("xl/_rels/workbook.xml.rels")
    tied = re.sub(rb"worksheets/sheet\d+\.xml", b"worksheets/sheet1.xml", tied)
    with pytest.raises(InvalidSheet) as raised:
        read(repacked(data, {"xl/_rels/workbook.xml.rels": tied}))
    assert raised.value.reason == "damaged"


def test_a_part_that_lies_about_its_size_is_damaged() -> None:
    data = bytearray(repacked(template(1), {FIRST_SHEET: sheet_xml("<row/>" * 20_000)}))
    at = data.rindex(FIRST_SHEET.encode()) - 46
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    with pytest.raises(InvalidSheet) as raised:
        read(bytes(data))
    assert raised.value.reason == "damaged"


@given(st.binary(min_size=1, max_size=40), st.integers(0, 10_000))
def test_damaged_bytes_anywhere_are_answered_or_read_but_never_crash(
    noise: bytes, place: int
) -> None:
    data = bytearray(template(1))
    at = place % (len(data) - len(noise))
    data[at : at + len(noise)] = noise
    try:
        rows = len(read(bytes(data)).rows)
    except InvalidSheet as invalid:
        assert str(invalid)  # noqa: PT017 (either answer is right)
    else:
        assert rows <= 1


def test_a_formula_is_never_computed_nor_its_stored_value_taken() -> None:
    stored = '<row r="2"><c t="str"><f>"王"&amp;"秀英"</f><v>王秀英</v></c></row>'
    heading = '<row r="1"><c t="inlineStr"><is><t>姓名</t></is></c></row>'
    data = repacked(saved(handmade()), {FIRST_SHEET: sheet_xml(heading + stored)})
    about = SheetActivity("A-1", read(template(1)).activity.day)
    rows = list(open_sheet("a.xlsx", data, SECRET, activity=about).rows())
    assert [fault.reason for fault in rows[0].faults] == ["formula"]
    assert rows[0].events == ()


def test_hidden_rows_are_read_and_reported() -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled(FULL, {"name": "李强"})))
    book.active.row_dimensions[FIRST_ROW + 1].hidden = True
    reading = read(saved(book))
    assert reading.hidden_rows == (("签到表", FIRST_ROW + 1),)
    assert [row.hidden for row in reading.rows] == [False, True]
    assert reading.rows[1].events


def test_a_merged_address_is_everybody_s_whom_it_covers() -> None:
    book = handmade(
        ["王秀英", "13812345678", "某路1号"],
        ["李强", None, None],
        headings=("姓名", "手机", "住址"),
    )
    book.active.merge_cells("B3:B4")
    book.active.merge_cells("C3:C4")
    reading = read(saved(book))
    contacts = [said(reading, index)["card.registered"]["contact"] for index in (0, 1)]
    assert contacts[0] == contacts[1] == {"phones": ["13812345678"], "address": "某路1号"}


def test_a_merged_consent_is_nobody_s_below_its_first_row() -> None:
    book = handmade(["王秀英", "是"], ["李强", None], headings=("姓名", "同意建立档案"))
    book.active.merge_cells("B3:B4")
    assert reasons(read(saved(book))) == [[], [("同意建立档案", "merged")]]


def test_cells_merged_across_columns_are_a_fault() -> None:
    book = handmade(["王秀英", "120/80", None], headings=("姓名", "高压", "低压"))
    book.active.merge_cells("B3:C3")
    assert reasons(read(saved(book))) == [[("低压", "merged"), ("高压", "bad_reading")]]


def test_a_merged_area_alone_makes_no_row() -> None:
    book = handmade(["王秀英", "13812345678"])
    book.active.merge_cells("B3:B60")
    assert len(read(saved(book)).rows) == 1


def test_rows_far_down_and_a_wrong_dimension_cost_little() -> None:
    """Each row that is passed over a few calls, however wide the sheet says it is."""
    far_down = 20_000
    rows = f'<row r="1"><c t="inlineStr"><is><t>姓名</t></is></c></row><row r="{far_down}"/>'
    wide = sheet_xml(rows).replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    data = repacked(saved(handmade()), {FIRST_SHEET: wide})
    about = SheetActivity("A-1", read(template(1)).activity.day)

    def open_it() -> None:
        assert list(open_sheet("a.xlsx", data, SECRET, activity=about).rows()) == []

    open_it()
    assert calls_of(open_it) < 25 * far_down


def sheet_of(people: int) -> bytes:
    """A workbook with a row for each of so many people."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("签到")
    sheet.append(LABELS)
    sheet.append(["姓名", "手机", "出生日期/年", "同意建立档案"])
    for number in range(people):
        sheet.append([f"王{number}", f"138{number:08d}", "1950.3.2", "是"])
    return saved(book)


@pytest.mark.long
def test_five_thousand_rows_are_read_a_row_at_a_time() -> None:
    rows = open_sheet("a.xlsx", sheet_of(5_000), SECRET, activity=None).rows()
    assert sum(len(row.events) for row in rows) == 15_000
    # Tracing takes four times as long as reading, and rows that are kept show after a thousand:
    # they take half as much again as the bound, and one at a time half of it.
    data = sheet_of(1_000)
    tracemalloc.start()
    rows = open_sheet("a.xlsx", data, SECRET, activity=None).rows()
    found = sum(len(row.events) for row in rows)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == 3_000
    assert peak_bytes < 3 * 2**20
