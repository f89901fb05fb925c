"""Files that were answered wrongly once, each handed over as it is."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from campaigns.sheets import InvalidSheet
from tests.integration.sheets.mangling import Mangled
from tests.integration.sheets.offices import HEAD, HEADINGS, HallOffice, hall_office, sheet_of


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HallOffice]:
    with hall_office(tmp_path) as made:
        yield made


def test_unknown_headings_are_all_named_and_nothing_of_the_sheet_counts(office: HallOffice) -> None:
    with pytest.raises(InvalidSheet) as raised:
        office.case("unknown-headings.csv")
    assert raised.value.reason == "unknown_headings"
    assert {each.column: each.nearest for each in raised.value.unread} == {
        "联系方式": "手机",
        "年龄": "备注",
        "是否同意建档": "同意建立档案",
        "同意建档(签字)": "同意建立档案",
        "购买盒数": "购买数量",
    }
    assert office.people() == []


def test_a_page_without_headings_is_named(office: HallOffice) -> None:
    receipt = office.case("second-worksheet-without-headings.xlsx")
    assert [(each.kind, each.sheet, each.cells) for each in receipt.refused_rows.unread] == [
        ("page", "接第一页", 2)
    ]
    assert office.people() == ["癸一"]


WITH_HEADINGS = [["手机", "姓名"], ["13811110021", "癸二"]]
COVER = [["社区健康日"], ["记录：某某", "天气：晴"]]
PEOPLE_ALONE = [["癸二", "13811110021", "", "1", "693", "JX-B4"], ["癸三", "", "", "", "", ""]]


@pytest.mark.parametrize(
    ("pages", "people", "unread"),
    [
        ([WITH_HEADINGS], ["癸一", "癸二"], []),
        ([PEOPLE_ALONE], ["癸一"], [("page", "第2页", 2)]),
        ([COVER, WITH_HEADINGS], ["癸一", "癸二"], [("page", "第2页", 2)]),
        ([[["不同意"]], PEOPLE_ALONE], ["癸一"], [("page", "第2页", 1), ("page", "第3页", 2)]),
    ],
)
def test_every_page_is_read_by_its_own_headings_or_named(
    office: HallOffice,
    pages: list[list[list[str]]],
    people: list[str],
    unread: list[tuple[str, str, int]],
) -> None:
    first = [list(HEADINGS), ["癸一", "13811110020", "", "", "", ""]]
    file = Mangled([first, *pages], is_workbook=True)
    receipt = office.hand_over(file.content(), file.name)
    found = [(each.kind, each.sheet, each.cells) for each in receipt.refused_rows.unread]
    assert (office.people(), found) == (people, unread)


def test_totals_and_footers_are_nobody_and_the_hidden_row_is_told(office: HallOffice) -> None:
    receipt = office.case("total-and-footer-rows.xlsx")
    assert office.people() == ["己三", "己四"]
    assert receipt.refused_rows.hidden_rows == (("Sheet", 4),)
    assert [each.kind for each in receipt.refused_rows.unread] == ["total", "footer"]


def test_a_workbook_of_a_mac_says_the_days_that_it_shows(office: HallOffice) -> None:
    office.case("mac-1904.xlsx")
    people = [event.data.person for event in office.standing("card.registered")]  # type: ignore[attr-defined]
    born = {each.name: str(each.birth_date or each.birth_year) for each in people}
    assert born == {"甲一": "1950-03-02", "甲二": "1950", "甲三": "1950-03-01"}


@pytest.mark.parametrize(
    ("written", "born"),
    [
        (datetime(1950, 3, 2), "1950-03-02"),
        (date(1944, 12, 31), "1944-12-31"),
        ("1950年3月2日", "1950-03-02"),
        (1950, "1950"),
        ("1950", "1950"),
    ],
)
@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_a_birth_is_the_same_whatever_day_a_workbook_counts_from(
    office: HallOffice, written: object, born: str, epoch: datetime
) -> None:
    book = openpyxl.Workbook()
    book.epoch = epoch
    for line in (*HEAD, ("姓名", "出生日期"), ("甲四", written)):
        book.active.append(line)
    stored = io.BytesIO()
    book.save(stored)
    office.hand_over(stored.getvalue(), "mac.xlsx")
    (card,) = office.standing("card.registered")
    person = card.data.person  # type: ignore[attr-defined]
    assert str(person.birth_date or person.birth_year) == born


@pytest.mark.parametrize(
    "wrong",
    [
        {"经销商编号": "D07"},
        {"活动日期": "2026-11-21"},
        {"活动日期": "2025-11-20"},
        {"活动地区": "120101"},
        {"经销商编号": "D07", "活动日期": "2026-11-02"},
    ],
)
def test_a_head_that_contradicts_the_activity_is_refused_before_anything_counts(
    office: HallOffice, wrong: dict[str, str]
) -> None:
    head = tuple((dict(HEAD) | wrong).items())
    with pytest.raises(InvalidSheet) as raised:
        office.hand_over(sheet_of(("商错", "13811300009"), head=head))
    assert raised.value.reason == "head_contradicts"
    assert all(said in str(raised.value) for said in wrong.values())
    assert office.people() == []


def test_the_case_of_the_wrong_dealer_is_refused(office: HallOffice) -> None:
    with pytest.raises(InvalidSheet) as raised:
        office.case("wrong-dealer.csv")
    assert raised.value.values["columns"] == "经销商编号 D07 ≠ D01"


def test_of_an_activity_that_nobody_planned_the_head_is_believed(office: HallOffice) -> None:
    head = (("活动编号", "A-9"), ("活动日期", "2026-11-20"), ("经销商编号", "D07"))
    assert office.hand_over(sheet_of(("李强", "13811300009"), head=head)).rows == 1
