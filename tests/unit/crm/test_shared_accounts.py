"""Whose account is one with somebody else's, and how an account is read from a bank's answer."""

import pytest

from crm.reward_desk.bank_answer import AnswerNoTable, account_in, answers, pasted
from crm.watch.accounts import Paid, shared_accounts


def paid(member: str, employer: str | None = None, account: str = "A", n: int = 1) -> Paid:
    return Paid(account, member, employer, f"{member}-{n}")


def shared(*payments: Paid) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(each.account_key, each.member): each.others for each in shared_accounts(payments)}


def test_members_of_one_account_are_told_each_with_all_others() -> None:
    payments = paid("M1"), paid("M2"), paid("M3", "药店"), paid("M9", account="B")
    assert shared(*payments) == {
        ("A", "M1"): ("M2", "M3"),
        ("A", "M2"): ("M1", "M3"),
        ("A", "M3"): ("M1", "M2"),
    }


def test_one_employers_account_is_no_question_but_two_employers_account_is() -> None:
    assert shared(paid("M1", "药店"), paid("M2", "药店")) == {}
    assert shared(paid("M1", "药店"), paid("M2", "药房"), paid("M3", "药店")) == {
        ("A", "M1"): ("M2",),
        ("A", "M2"): ("M1", "M3"),
        ("A", "M3"): ("M2",),
    }


def test_who_was_paid_by_way_of_the_employer_and_once_without_is_asked_about() -> None:
    found = shared(paid("M1", "药店"), paid("M2", "药店"), paid("M2", n=2))
    assert found == {("A", "M1"): ("M2",), ("A", "M2"): ("M1",)}


def test_of_a_chain_with_many_clerks_only_who_is_none_of_them_is_compared_with_each() -> None:
    clerks = [paid(f"M{number:05}", "连锁药店") for number in range(5_000)]
    assert shared(*clerks) == {}
    found = shared(*clerks, paid("M9"))
    assert len(found["A", "M9"]) == 5_000
    assert {others for (_, member), others in found.items() if member != "M9"} == {("M9",)}


def test_of_each_the_first_reference_is_told_the_members_own_before_the_others() -> None:
    payments = paid("M2", n=2), paid("M2", n=1), paid("M1", n=3)
    told = {each.member: each.references for each in shared_accounts(payments)}
    assert told == {"M1": ("M1-3", "M2-1"), "M2": ("M2-1", "M1-3")}
    assert shared_accounts(payments[::-1]) == shared_accounts(payments)


@pytest.mark.parametrize(
    "written",
    [
        "6222020200112233445",
        "6222 0202-0011 2233445",
        "'6222020200112233445",
        "６２２２０２０２００１１２２３３４４５",
    ],
)
def test_one_account_is_one_however_it_is_written(written: str) -> None:
    assert account_in(written) == "6222020200112233445"


@pytest.mark.parametrize(
    "written",
    [
        *("", "6222****3445", "6.22202E+18", "尾号 3445", "财务供应商名录，按会员编号查", "3445"),
        # As a spreadsheet writes 6222020200112233445 in a column of numbers.
        "6222020200112230000",
        *("0000000000000000", "8888-8888"),
    ],
)
def test_what_is_masked_rounded_or_cut_short_is_no_account(written: str) -> None:
    assert account_in(written) is None


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_any_machine_ends_them(ending: str) -> None:
    told = answers(
        pasted(ending.join(("付款编号,金额（元）,结果", "JX1,1.00,成功", "JX2,2.00,失败")))
    )
    assert [(each.reference, each.result) for each in told] == [("JX1", "paid"), ("JX2", "failed")]


def test_a_quotation_mark_that_never_ends_is_said_to_be_no_table() -> None:
    with pytest.raises(AnswerNoTable):
        answers(pasted('付款编号,金额（元）,结果\n"' + "1" * 140_000))
