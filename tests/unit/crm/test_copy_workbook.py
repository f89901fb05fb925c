"""What a dealer reads in the workbook of its copy: words for codes, times as people write them."""

from io import BytesIO

import orjson
from openpyxl import load_workbook

from crm.copy_workbook import Watermark, write_workbook

MARK = Watermark("D1", "2026-05-03", "li.qiang")


def cells_of(row: dict[str, object], sheet: str) -> list[object]:
    """The first line below the headings of a sheet, for a copy of one person."""
    stream = BytesIO()
    assert write_workbook(stream, [orjson.dumps({"key": "9f" * 16} | row)], MARK) == 1
    return [cell.value for cell in load_workbook(stream)[sheet][3]]


def test_codes_of_what_happened_stand_there_in_words() -> None:
    call = {"type": "follow_up.done", "time": "2026-05-03T01:12:30Z", "timeprecision": "second"}
    cells = cells_of({"history": [call | {"channel": "visit", "outcome": "reached"}]}, "经过")
    assert cells == [1, "2026-05-03 09:12", "回访", None, "上门 · 联系上了"]
    came = {"type": "activity.attended", "time": "2026-05-03T09:12:00+08:00"}
    assert cells_of({"history": [came | {"timeprecision": "day"}]}, "经过")[1] == "2026-05-03"


def test_a_purchase_and_a_reading_from_paper_show_the_day_alone() -> None:
    time = "2026-05-03T00:00:00+08:00"
    bought = {"time": time, "sku": "JX-B4", "quantity": 1, "channel": "pharmacy"}
    assert cells_of({"purchases": [bought]}, "购买")[:7:6] == [1, "药店"]
    assert cells_of({"purchases": [bought]}, "购买")[1] == "2026-05-03"
    readings = {"readings": [{"time": time, "systolic_mmhg": 135}]}
    assert cells_of({"health": readings}, "血压")[1:3] == ["2026-05-03", 135]
