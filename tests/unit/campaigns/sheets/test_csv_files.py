"""Sheets as CSV: the same headings, the encodings that Excel writes in China."""

import csv
import io

import openpyxl
import pytest

from campaigns.sheets import read_sheet
from tests.unit.campaigns.sheets.sample_sheets import (
    FULL,
    LABELS,
    SECRET,
    filled,
    read,
    reasons,
    said,
)

TEXT = "\r\n".join(
    [",".join(LABELS), "姓名,手机,住址", "王秀英,13812345678,某路1号", "李强,139 0000 0000,"]
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_is_read_in_every_encoding_that_excel_writes(encoding: str) -> None:
    reading = read(TEXT.encode(encoding), "签到.csv")
    assert [row.number for row in reading.rows] == [3, 4]
    assert said(reading)["card.registered"]["contact"]["address"] == "某路1号"


def test_tabs_and_semicolons_separate_too() -> None:
    for sign in "\t;":
        assert len(read(TEXT.replace(",", sign).encode(), "签到.csv").rows) == 2


def test_the_template_exported_as_csv_keeps_ids_and_events() -> None:
    workbook = filled(FULL, {"name": "李强"})
    written = io.StringIO()
    for row in openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0].values:
        csv.writer(written).writerow(["" if value is None else value for value in row])
    reading = read(written.getvalue().encode("gb18030"), "签到.CSV")
    assert [row.events for row in reading.rows] == [row.events for row in read(workbook).rows]


def test_a_cell_that_begins_like_a_formula_is_a_fault_in_a_csv_too() -> None:
    reading = read(TEXT.replace("某路", "=1+").encode(), "签到.csv")
    assert reasons(reading) == [[("住址", "formula")], []]


def test_a_csv_without_its_activity_takes_the_one_that_is_given() -> None:
    known = read(TEXT.encode(), "签到.csv").activity
    bare = "姓名,手机\n王秀英,13812345678\n".encode()
    reading = read_sheet("a.csv", bare, SECRET, activity=known)
    assert reading.activity == known
    assert len(reading.rows) == 1
