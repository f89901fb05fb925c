"""The bank's answer is read as a spreadsheet or a bank writes it, and no more than it says."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest

from campaigns.sheets import grids
from crm.reward_desk.bank_answer import (
    LONGEST_PASTED,
    MOST_ROWS,
    Answer,
    AnswerTooLong,
    AnswerUnreadable,
    Row,
    account_in,
    answers,
    in_tables,
    pasted,
)

ROWS = [["付款编号", "金额（元）", "结果"], ["JX1", "60.00", "成功"], ["JX2", "20.00", "失败"]]


@pytest.mark.parametrize("parted_by", [",", "\t", ";"])
def test_what_is_copied_from_a_spreadsheet_is_read_as_a_file_with_commas_is(parted_by: str) -> None:
    text = "\n".join(map(parted_by.join, ROWS))
    found = [(each.reference, each.amount_fen, each.result) for each in answers(pasted(text))]
    assert found == [("JX1", 6_000, "paid"), ("JX2", 2_000, "failed")]


@pytest.mark.parametrize("heading", ["金额", "金额(元)", "金额（元）", " 金额（元） "])
def test_the_column_of_amounts_is_known_by_what_banks_call_it(heading: str) -> None:
    text = f"结果\t付款编号\t{heading}\n成功\tJX1\t60.00\n"
    assert [each.amount_fen for each in answers(pasted(text))] == [6_000]


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
    (found,) = answers(pasted(f"付款编号\t金额\t结果\nJX1\t60.00\t{word}\n"))
    assert found.result == result


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(AnswerUnreadable, match="结果"):
        answers(pasted("付款编号\t金额\nJX1\t60.00\n"))


@pytest.mark.parametrize(
    "headings", ["付款編號\t金額（元）\t結果\t收款帳戶", "Reference\tAmount\tResult\tAccount"]
)
def test_headings_are_read_in_each_language_of_the_pages(headings: str) -> None:
    (found,) = answers(pasted(f"{headings}\nJX1\t60.00\tpaid\t6222020200112233445\n"))
    assert found == Answer(2, "JX1", 6_000, "paid", "6222020200112233445")


def test_of_two_columns_of_one_name_the_first_counts_which_is_the_files_own() -> None:
    (found,) = answers(pasted("付款编号,金额（元）,结果,金额\nJX1,60.00,成功,0.50\n"))
    assert found.amount_fen == 6_000


ABOVE = [["对公代付结果，共 2 笔，合计 80.00 元"], [], ["批次号", "20261130-7"]]


def workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def in_file(name: str, data: bytes) -> Sequence[Row]:
    return in_tables(table.rows for table in grids(name, data))


def said(found: Sequence[Answer]) -> list[tuple[int, str, int | None, str | None]]:
    return [(each.row, each.reference, each.amount_fen, each.result) for each in found]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("parted_by", [",", "\t"])
def test_the_banks_file_is_read_with_its_titles_in_whatever_encoding_it_writes(
    encoding: str, parted_by: str
) -> None:
    text = "\r\n".join(parted_by.join(row) for row in [*ABOVE, *ROWS, [], ["合计", "80.00"]])
    found = answers(in_file("回单.csv", text.encode(encoding)))
    assert said(found)[:2] == [(5, "JX1", 6_000, "paid"), (6, "JX2", 2_000, "failed")]
    assert said(found)[2:] == [(8, "合计", 8_000, None)]


def test_of_a_workbook_the_page_with_the_headings_is_read_and_its_numbers_as_they_are_seen() -> (
    None
):
    amounts = [60, 60.1, 1234.56, 0.1 + 0.2, "1,234.50", "¥20", "=10+10", None, True]
    rows = [[f"JX{place}", amount, "成功"] for place, amount in enumerate(amounts)]
    data = workbook([["说明"], ["结果", "见下页"]], [*ABOVE, ROWS[0], *rows], [ROWS[0]])
    found = answers(in_file("answer.xlsx", data))
    assert [each.amount_fen for each in found] == [
        *(6_000, 6_010, 123_456, 30, 123_450, 2_000),
        *(None, None, None),
    ]
    assert [each.row for each in found] == list(range(5, 14))


def test_an_account_that_a_workbook_keeps_as_a_number_is_not_there_in_full() -> None:
    heading = [*ROWS[0], "收款账户"]
    whole, long = "6222020200112233445", 6222020200112233445
    accounts = [whole, long, float(long), 622202020011223, 6222020200112233]
    rows = [["JX1", 60, "成功", account] for account in accounts]
    found = answers(in_file("answer.xlsx", workbook([heading, *rows])))
    assert [account_in(each.account) for each in found] == [
        whole,
        None,
        None,
        "622202020011223",
        None,
    ]
    assert all(each.account_shown for each in found)


def test_what_stands_above_the_headings_is_passed_over_when_it_is_pasted_too() -> None:
    text = "\n".join("\t".join(row) for row in [*ABOVE, *ROWS])
    assert said(answers(pasted(text))) == [(5, "JX1", 6_000, "paid"), (6, "JX2", 2_000, "failed")]


def test_a_workbook_without_the_headings_lacks_what_its_nearest_row_lacks() -> None:
    with pytest.raises(AnswerUnreadable, match="付款编号"):
        answers(in_file("a.xlsx", workbook([["共", 1]], [["金额", "交易结果"], [60, "成功"]])))
    with pytest.raises(AnswerUnreadable, match="付款编号"):
        answers(in_file("a.xlsx", workbook([])))


def test_of_more_than_is_read_nothing_is_read_so_that_nothing_is_left_out_unsaid() -> None:
    line, blank_line = ["JX1", "60", "成功"], [None, ""]
    rows = list(enumerate([ROWS[0], *[line] * (MOST_ROWS - 1)], 1))
    blank = list(enumerate([blank_line] * MOST_ROWS, MOST_ROWS + 1))
    assert len(answers(in_tables([[*rows, *blank]]))) == MOST_ROWS - 1
    with pytest.raises(AnswerTooLong):
        in_tables([[*rows, *blank, (4 * MOST_ROWS, ["JX2", 1, "失败"])]])
    with pytest.raises(AnswerTooLong):
        pasted("付款编号,金额,结果\n" + "x" * LONGEST_PASTED)
