"""The bank's answer is read as a spreadsheet or a bank writes it, and no more than it says."""

import pytest

from crm.reward_desk.bank_file import AnswerUnreadable, answers

ROWS = [["付款编号", "金额（元）", "结果"], ["JX1", "60.00", "成功"], ["JX2", "20.00", "失败"]]


@pytest.mark.parametrize("parted_by", [",", "\t", ";"])
def test_what_is_copied_from_a_spreadsheet_is_read_as_a_file_with_commas_is(parted_by: str) -> None:
    text = "\n".join(map(parted_by.join, ROWS))
    found = [(each.reference, each.amount_fen, each.result) for each in answers(text)]
    assert found == [("JX1", 6_000, "paid"), ("JX2", 2_000, "failed")]


@pytest.mark.parametrize("heading", ["金额", "金额(元)", "金额（元）", " 金额（元） "])
def test_the_column_of_amounts_is_known_by_what_banks_call_it(heading: str) -> None:
    text = f"结果\t付款编号\t{heading}\n成功\tJX1\t60.00\n"
    assert [each.amount_fen for each in answers(text)] == [6_000]


@pytest.mark.parametrize(
    ("word", "result"),
    [
        *(("成功", "paid"), ("交易成功", "paid"), ("失败，户名不符", "failed"), ("PAID", "paid")),
        *(
            ("未成功", None),
            ("成功（已退票）", None),
            ("成功，后退汇", None),
            ("不成功", None),
            ("成功率", None),
            ("", None),
            ("处理中", None),
        ),
    ],
)
def test_the_banks_word_is_taken_with_its_reason_and_nothing_is_taken_for_it(
    word: str, result: str | None
) -> None:
    (found,) = answers(f"付款编号\t金额\t结果\nJX1\t60.00\t{word}\n")
    assert found.result == result


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(AnswerUnreadable, match="结果"):
        answers("付款编号\t金额\nJX1\t60.00\n")
