"""A dealer's workbook says what a dealer reads: days, times and words, no codes."""

from io import BytesIO

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
            "channel": "phone",
            "result": "not_reached",
        },
    ],
    "purchases": [{"time": "2026-06-09T00:00:00+08:00", "sku": "JX-B2", "channel": "pharmacy"}],
    "health": {"readings": [{"time": "2026-11-05T09:54:01+08:00", "systolic_mmhg": 138}]},
}


def sheet_rows(title: str) -> list[list[object]]:
    stream = BytesIO()
    write_workbook(stream, [orjson.dumps(ROW)], Watermark("D1", "2026-11-22", "li"))
    rows = load_workbook(stream)[title].iter_rows(min_row=3, values_only=True)
    return [list(row) for row in rows][:-1]


def test_a_time_stands_as_people_write_it_in_shanghai_and_a_day_as_a_day() -> None:
    assert [row[1] for row in sheet_rows("经过")] == ["2026-07-14", "2026-07-17 12:36"]
    assert [row[1] for row in sheet_rows("购买")] == ["2026-06-09"]
    assert [row[1] for row in sheet_rows("血压")] == ["2026-11-05 09:54"]


def test_a_phone_stands_as_it_is_dialled() -> None:
    assert "13900000001" in sheet_rows("人员")[0]


def test_codes_stand_as_words() -> None:
    assert [row[4] for row in sheet_rows("经过")] == ["T1", "电话 · 没联系上"]
    assert [row[6] for row in sheet_rows("购买")] == ["药店"]
