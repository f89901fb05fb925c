"""A sheet says which member referred whom: read as the form reads it, refused at that cell."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
import pytest

from campaigns.events.purchases import ReferralMade
from campaigns.intake import HEADQUARTERS, Credential
from campaigns.sheets.sentences import sentence
from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.intake.sheet_intake import accept_sheet
from crm.intake.sheet_receipt import SheetReceipt
from crm.intake.sheet_sentences import notice_sentence
from crm.recording.recorder import Recorder
from tests.integration.sheets.offices import HallOffice, hall_office, sheet_of

HEADINGS = ("姓名", "手机", "购买数量", "单价", "型号", "购买日期", "推荐会员")
DEALER = Credential("dealer", "u-shop", "D01", ("/sheets/A-1", "/dealers/D01"))


def _enrolled(code: str, dealer: str) -> dict[str, Any]:
    data = {
        "member": code,
        "kind": "clerk",
        "dealer": dealer,
        "person": {"name": "赵小店"},
        "contact": {"phones": ["13511112222"]},
    }
    return {
        "specversion": "1.0",
        "id": f"enrol-{code}",
        "source": f"/dealers/{dealer}",
        "type": "jinxi.member.enrolled.v1",
        "time": "2026-06-01T10:00:00+08:00",
        "subject": f"member/{code}",
        "data": data,
    }


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HallOffice]:
    """CL01 was enrolled by D01 itself, CL02 by the company for D01, CL09 by the company for D09."""
    with hall_office(tmp_path) as made:
        own, *others = (
            orjson.dumps(_enrolled(*one))
            for one in (("CL01", "D01"), ("CL02", "D01"), ("CL09", "D09"))
        )
        taken = [*made.intake.accept([own], DEALER), *made.intake.accept(others, HEADQUARTERS)]
        assert {receipt.status for receipt in taken} == {"accepted"}, taken
        recorder = Recorder(made.intake.engine, made.keyring)
        while recorder.record_next(now_us()) is not None:
            continue
        yield made


def _row(name: str, member: Any, bought_on: str = "") -> list[Any]:
    bought = [1, 693, "JX-B4", bought_on] if bought_on else ["", "", "", ""]
    return [name, f"138{crc32(name.encode()) % 10**8:08d}", *bought, member]


def _referrals(office: HallOffice) -> list[tuple[str, bool, str]]:
    return [
        (event.data.member, event.data.patient_agreed, str(shanghai_day(event.starts_us)))
        for event in office.standing("referral.made")
        if isinstance(event.data, ReferralMade)
    ]


def _told(receipt: SheetReceipt) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.reason) for each in receipt.refusals]


def test_who_was_referred_by_a_member_is_told_in_a_column_and_again_changes_nothing(
    office: HallOffice,
) -> None:
    rows = [
        _row("王秀英", "CL01"),
        _row("李国强", "ＣＬ０９"),
        _row("赵六", "无"),
        _row("孙七", ""),
    ]
    assert office.hand_over(sheet_of(*rows, headings=HEADINGS)).refused == 0
    assert sorted(_referrals(office)) == [
        ("CL01", True, "2026-11-20"),
        ("CL09", True, "2026-11-20"),
    ]
    again = office.hand_over(sheet_of(*rows, headings=HEADINGS))
    assert (again.accepted, again.corrected) == (0, 0)


def test_a_member_who_is_written_anew_or_away_is_corrected(office: HallOffice) -> None:
    office.hand_over(sheet_of(_row("王秀英", "CL01"), headings=HEADINGS))
    assert office.hand_over(sheet_of(_row("王秀英", "CL09"), headings=HEADINGS)).corrected == 1
    assert [code for code, *_ in _referrals(office)] == ["CL09"]
    # A sheet without the column says nothing about it.
    unsaid = office.hand_over(sheet_of(_row("王秀英", "")[:2], headings=HEADINGS[:2]))
    assert (unsaid.corrected, len(_referrals(office))) == (0, 1)
    assert office.hand_over(sheet_of(_row("王秀英", ""), headings=HEADINGS)).corrected == 1
    assert _referrals(office) == []


def test_a_referral_is_not_later_than_the_purchase_that_the_row_tells(office: HallOffice) -> None:
    rows = [_row("王秀英", "CL01", "2026-11-10"), _row("李国强", "CL01", "2026-11-25")]
    assert office.hand_over(sheet_of(*rows, headings=HEADINGS)).refused == 0
    assert sorted(day for *_, day in _referrals(office)) == ["2026-11-10", "2026-11-20"]
    assert office.hand_over(sheet_of(*rows, headings=HEADINGS)).accepted == 0
    earlier = [_row("王秀英", "CL01", "2026-11-12"), rows[1]]
    assert office.hand_over(sheet_of(*earlier, headings=HEADINGS)).corrected == 1
    assert sorted(day for *_, day in _referrals(office)) == ["2026-11-12", "2026-11-20"]


def test_nobodys_code_is_refused_at_its_cell_and_the_other_rows_are_taken(
    office: HallOffice,
) -> None:
    rows = [_row("王秀英", "CL77"), _row("李国强", "赵小店"), _row("赵六", "13511112222")]
    receipt = office.hand_over(sheet_of(*rows, _row("孙七", "CL01"), headings=HEADINGS))
    assert _told(receipt) == [
        (5, "推荐会员", "no_such_member"),
        (6, "推荐会员", "no_such_member"),
        (7, "推荐会员", "id_is_personal"),
    ]
    assert office.people() == ["孙七"]


def test_a_row_that_is_wrong_elsewhere_is_told_of_its_member_at_the_same_look(
    office: HallOffice,
) -> None:
    rows = [_row("王秀英", "CL77"), _row("李国强", "CL01"), _row("赵六", "—")]
    for row in rows:
        row[2] = "许多"
    told = _told(office.hand_over(sheet_of(*rows, headings=HEADINGS)))
    assert [row for row, column, _ in told if column == "推荐会员"] == [5]
    assert {row for row, column, _ in told if column == "购买数量"} == {5, 6, 7}


def test_a_dealer_names_members_whom_it_enrolled_and_learns_of_no_others(
    office: HallOffice,
) -> None:
    rows = [_row("王秀英", "CL01"), _row("李国强", "CL02"), _row("赵六", "CL09")]
    receipt = accept_sheet(
        *(office.intake, office.intake.engine, office.keyring, "表.csv"),
        *(sheet_of(*rows, headings=HEADINGS), DEALER),
    )
    assert _told(receipt) == [
        (6, "推荐会员", "member_closed"),
        (7, "推荐会员", "no_such_member"),
    ]
    assert [code for code, *_ in _referrals(office)] == ["CL01"]


def test_a_members_code_in_small_letters_is_nobodys_and_it_is_said_that_case_counts(
    office: HallOffice,
) -> None:
    receipt = office.hand_over(sheet_of(_row("王秀英", "cl01"), headings=HEADINGS))
    assert _told(receipt) == [(5, "推荐会员", "no_such_member")]
    assert "大小写也要一样" in sentence("no_such_member")


def _left(code: str, at: str) -> bytes:
    said = _enrolled(code, "D01") | {"id": f"left-{code}", "type": "jinxi.member.left.v1"}
    return orjson.dumps(said | {"time": at, "data": {"member": code}})


def _odd(receipt: SheetReceipt) -> list[tuple[int, str]]:
    return [(each.row, notice_sentence(each, "zh-CN")) for each in receipt.notices]


@pytest.mark.parametrize(
    ("left_at", "odd"),
    [("2026-11-15T09:00:00+08:00", [6]), ("2026-11-09T09:00:00+08:00", [5, 6])],
)
def test_who_referred_after_having_left_is_told_of_at_its_cell_and_is_taken(
    office: HallOffice, left_at: str, odd: list[int]
) -> None:
    """The first row tells of a purchase of 10 November, and so of a referral of that day; the
    activity is of the twentieth."""
    office.intake.accept([_left("CL01", left_at)], HEADQUARTERS)
    recorder = Recorder(office.intake.engine, office.keyring)
    while recorder.record_next(now_us()) is not None:
        continue
    rows = [_row("王秀英", "CL01", "2026-11-10"), _row("李国强", "CL01"), _row("赵六", "CL09")]
    receipt = office.hand_over(sheet_of(*rows, headings=HEADINGS))
    assert (receipt.refused, len(_referrals(office))) == (0, 3)
    day = f"11月{int(left_at[8:10])}日"
    assert [row for row, told in _odd(receipt) if f"推荐会员 2026年{day} 已经退出" in told] == odd
    assert _odd(office.hand_over(sheet_of(*rows, headings=HEADINGS))) == []


def test_a_purchase_of_more_than_a_year_before_the_activity_is_asked_about_and_taken(
    office: HallOffice,
) -> None:
    days = ("2025-11-20", "2025-11-19", "2026-11-20")
    rows = [
        _row(name, "", day) for name, day in zip(("王秀英", "李国强", "赵六"), days, strict=True)
    ]
    receipt = office.hand_over(sheet_of(*rows, headings=HEADINGS))
    assert receipt.refused == 0 and len(office.standing("purchase.made")) == 3
    assert [row for row, told in _odd(receipt) if "购买日期 2025年11月19日" in told] == [6]
    assert len(_odd(receipt)) == 1
