"""Whatever is wrong with a row is told at the cell where it was typed, and of that cell."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from campaigns.sheets.columns import BOUGHT_ON, COLUMNS, MEMBER, NOT_IN_TEMPLATES
from campaigns.sheets.faults import fault_at
from tests.integration.sheets.offices import HallOffice, hall_office
from tests.unit.campaigns.sheets.sample_sheets import FULL, handmade, read, saved

NOT_TYPED = {"row_id", "number", "signature"}
TYPED = tuple(each for each in (*COLUMNS, *NOT_IN_TEMPLATES) if each.key not in NOT_TYPED)
HEADINGS = [each.heading for each in TYPED]
WRONG: tuple[Any, ...] = (
    *("?", "13812345678", "2099-1-1", "1950-1-1", "1850", "99999-99-99", "明天", "0"),
    *(-1, 10**9, 10**17, 0.001, True, "字" * 201, "字" * 30_000, "=1+1", "#N/A"),
    *(date(2099, 1, 1), "a;b/c，d 、e", "王秀英、李小强"),
)
"""What may stand in any column, and is wrong in most."""
TOLD_ELSEWHERE = {"health_refused"}
"""A no to health is right; what is told is which cells of health have to be emptied."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallOffice]:
    with hall_office(tmp_path_factory.mktemp("cells")) as made:
        yield made


def _row(number: int, **typed: Any) -> list[Any]:
    """A row of somebody of its own, in which everything is right but what is typed."""
    said = FULL | {"name": f"王{chr(0x4E00 + number)}", "phones": f"138{number:08d}"}
    said |= {BOUGHT_ON: "2026-5-10", MEMBER: ""}
    return [(said | typed).get(key, "") for key in (each.key for each in TYPED)]


def test_every_fault_of_a_row_points_at_the_cell_that_is_wrong(office: HallOffice) -> None:
    cases = [(column, value) for column in TYPED for value in WRONG]
    rows = [_row(n, **{column.key: value}) for n, (column, value) in enumerate(cases)]
    receipt = office.hand_over(saved(handmade(*rows, headings=HEADINGS)), "表.xlsx")
    first, refused, astray = 3, set(), []
    for each in receipt.refusals:
        column, value = cases[each.row - first]
        refused.add(column.key)
        if each.column != column.heading and each.reason not in TOLD_ELSEWHERE:
            astray.append((column.heading, str(value)[:20], each.column, each.reason))
    assert astray == []
    assert {each.key for each in TYPED} - refused == set()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("2099-5-10", "bought_to_come"),
        ("1950-5-10", "bad_day"),
        ("9999-12-31", "bought_to_come"),
        ("2026-2-30", "bad_day"),
        ("上周", "bad_day"),
    ],
)
def test_a_wrong_day_of_a_purchase_is_told_at_its_cell_and_the_other_rows_are_taken(
    office: HallOffice, typed: str, reason: str
) -> None:
    rows = [_row(2_000), _row(2_001, **{BOUGHT_ON: typed})]
    receipt = office.hand_over(saved(handmade(*rows, headings=HEADINGS)), "表.xlsx")
    told = [(each.row, each.column, each.reason) for each in receipt.refusals]
    assert told == [(4, "购买日期", reason)]


def test_what_an_account_may_not_say_is_told_where_the_row_says_it() -> None:
    (row,) = read(saved(handmade(_row(3_000, **{MEMBER: "M1"}), headings=HEADINGS))).rows
    told = [fault_at(wire, "not_allowed", "$.type").column for wire in row.events]
    assert told == [
        *("姓名", "姓名", "高压", "试用型号", "购买型号", "推荐会员"),
        *("同意建立档案", "同意记录健康情况", "同意交给经销商一份", "同意接收活动通知"),
    ]
