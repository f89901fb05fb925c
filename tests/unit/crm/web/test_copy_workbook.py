"""A dealer's workbook says what a dealer reads: days, times and words, no codes."""

from datetime import datetime
from io import BytesIO
from typing import Any

import orjson
from openpyxl import load_workbook

from crm.web.view.copy_workbook import Watermark, write_workbook

ROW = {
    "key": "9f" * 32,
    "deceased": False,
    "contact": {"phones": ["+8613900000001"]},
    "history": [
        {
            "type": "trial.started",
            "time": "2026-07-14T00:00:00+08:00",
            "timeprecision": "day",
            "activity_id": "A1",
            "trial_id": "T1",
        },
        {
            "type": "follow_up.done",
            "time": "2026-07-17T04:36:08Z",
            "timeprecision": "second",
            "channel": "phone",
            "result": "not_reached",
        },
    ],
    "purchases": [
        {
            "time": "2026-06-09T00:00:00+08:00",
            "sku": "JX-B2",
            "channel": "pharmacy",
            "unit_price_fen": 69300,
        }
    ],
    "health": {"readings": [{"time": "2026-11-05T09:54:01+08:00", "systolic_mmhg": 138}]},
}


def sheet_cells(title: str, *rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    stream = BytesIO()
    written = map(orjson.dumps, rows or [ROW])
    write_workbook(stream, written, Watermark("D1", "2026-11-22", "li"))
    return list(load_workbook(stream)[title].iter_rows(min_row=3))[:-1]


def sheet_rows(title: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet_cells(title)]


def test_a_time_is_one_of_shanghai_that_excel_reckons_with_and_a_day_is_a_day() -> None:
    told = [(row[1].value, row[1].number_format) for row in sheet_cells("经过")]
    assert told == [
        (datetime(2026, 7, 14), "yyyy-mm-dd"),
        (datetime(2026, 7, 17, 12, 36, 8), "yyyy-mm-dd hh:mm:ss"),
    ]
    assert [row[1] for row in sheet_rows("购买")] == [datetime(2026, 6, 9)]
    assert [row[1] for row in sheet_rows("血压")] == [datetime(2026, 11, 5, 9, 54, 1)]


def test_whom_to_call_is_a_sheet_of_its_own_without_who_died_or_waits_ninety_days() -> None:
    def tried(day: str, **more: Any) -> dict[str, Any]:
        trial = {"type": "trial.started", "time": f"{day}T09:00:00+08:00", "trial_id": "T1"}
        person = {
            "identity": {"names": ["欧阳兰"]},
            "history": [{**trial, "timeprecision": "second"}],
        }
        return {**ROW, **person, **more}

    people = tried("2026-11-18"), tried("2026-11-18", deceased=True), tried("2026-06-01"), ROW
    (row,) = sheet_cells("该打的电话", *people)
    told = [cell.value for cell in row]
    assert told == [1, "欧阳兰", "13900000001", None, 1, datetime(2026, 11, 21), 1, None]


def test_a_price_is_a_number_of_yuan() -> None:
    (row,) = sheet_cells("购买")
    assert (row[5].value, row[5].number_format) == (693, "#,##0.00")


def test_a_phone_stands_as_it_is_dialled() -> None:
    assert "13900000001" in sheet_rows("人员")[0]


def test_codes_stand_as_words() -> None:
    assert [row[4] for row in sheet_rows("经过")] == ["T1", "电话 · 没联系上"]
    assert [row[6] for row in sheet_rows("购买")] == ["药店"]
