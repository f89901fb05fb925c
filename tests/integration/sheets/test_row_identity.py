"""A row is known by what stands in it, never by its place."""

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from campaigns.sheets import read_sheet, write_answer
from crm.intake.sheet_receipt import Answers
from tests.integration.sheets.offices import HallOffice, hall_office, sheet_of

WANG = ("王秀英", "13811110001", "1948-05-01", 1, 693, "JX-B4")
NAMESAKE = ("王秀英", "13811110002", "1955-07-09", 2, 693, "JX-B4")
LI = ("李强", "13811110003", "1950", "", "", "")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HallOffice]:
    with hall_office(tmp_path) as made:
        yield made


def test_a_corrected_name_is_a_question_that_names_both_rows(office: HallOffice) -> None:
    office.case("name-corrected-1.csv")
    receipt = office.case("name-corrected-2.csv")
    assert (receipt.accepted, receipt.refused) == (0, 1)
    (asked,) = receipt.asked
    assert (asked.row, asked.name, [name for _, name in asked.earlier]) == (5, "王秀莲", ["王秀英"])
    assert [r.reason for r in receipt.refusals] == ["who_is_it"]
    assert len(office.standing("purchase.made")) == 1


def test_answered_that_it_is_a_correction_there_is_one_person_with_one_sale(
    office: HallOffice,
) -> None:
    office.case("name-corrected-1.csv")
    data = sheet_of(("王秀莲", "13811110001", "", 2, 693, "JX-B4"))
    receipt = office.hand_over(data, answers=Answers(same=frozenset({5})))
    assert (receipt.refused, receipt.corrected) == (0, 1)
    assert office.people() == ["王秀英"] and len(office.standing("card.corrected")) == 1
    assert len(office.standing("purchase.made")) == 1
    assert office.hand_over(data).accepted == 0


def test_answered_that_it_is_somebody_else_there_are_two(office: HallOffice) -> None:
    office.case("name-corrected-1.csv")
    data = sheet_of(("王秀莲", "13811110001", "", 2, 693, "JX-B4"))
    assert office.hand_over(data, answers=Answers(others=frozenset({5}))).refused == 0
    assert office.people() == ["王秀英", "王秀莲"]
    assert office.hand_over(data).accepted == 0


@pytest.mark.parametrize(("verdict", "people"), [("更正", 1), ("另一个人", 2), (None, 1)])
def test_the_question_can_be_answered_in_the_file_that_comes_back(
    office: HallOffice, verdict: str | None, people: int
) -> None:
    office.case("name-corrected-1.csv")
    receipt = office.case("name-corrected-2.csv")
    answer = write_answer(receipt.refused_rows, receipt.refusals)
    mended = with_verdict(answer, verdict)
    again = office.hand_over(mended, "answer.xlsx")
    assert again.refused == (verdict is None)
    assert len(office.people()) == people
    assert len(office.standing("purchase.made")) == people


def with_verdict(data: bytes, verdict: str | None) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    places = {cell.value: cell.column for cell in sheet[4]}
    sheet.cell(5, places["更正还是另一个人"]).value = verdict
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_namesakes_that_are_sorted_change_nothing(office: HallOffice) -> None:
    first = office.case("namesakes-1.csv")
    again = office.case("namesakes-2-sorted.csv")
    assert (again.accepted, again.duplicate, again.refused) == (0, first.accepted, 0)


@pytest.mark.parametrize(
    "again",
    [
        (NAMESAKE, LI, WANG),
        (WANG,),
        (NAMESAKE,),
        (LI, NAMESAKE),
        (WANG, NAMESAKE, LI, LI),
    ],
)
def test_sorted_filtered_and_doubled_sheets_change_nothing(
    office: HallOffice, again: tuple[tuple[object, ...], ...]
) -> None:
    office.hand_over(sheet_of(WANG, NAMESAKE, LI))
    receipt = office.hand_over(sheet_of(*again))
    assert (receipt.accepted, receipt.refused, receipt.rows) == (0, 0, len(again))


def test_an_extended_sheet_says_what_is_new_alone(office: HallOffice) -> None:
    office.hand_over(sheet_of(WANG, LI))
    receipt = office.hand_over(sheet_of(NAMESAKE, LI, WANG))
    assert (receipt.accepted, receipt.duplicate, receipt.refused) == (3, 5, 0)
    assert office.people() == ["李强", "王秀英", "王秀英"]


@pytest.mark.parametrize(
    "edited",
    [
        ("王秀英", "13811110001", "1948-05-01", 3, 693, "JX-B4"),
        ("王秀英", "13811110001", "1948-06-01", 1, 693, "JX-B4"),
        ("王 秀英", "138 1111 0001", "1948-05-01", 1, 600, "JX-B4"),
        ("王秀英", "13811110011", "1948-05-01", 1, 693, "JX-B4"),
        ("王秀英", "", "1948-05-01", 1, 693, "JX-B4"),
    ],
)
def test_an_edited_row_is_corrected_wherever_it_stands(
    office: HallOffice, edited: tuple[object, ...]
) -> None:
    office.hand_over(sheet_of(WANG, NAMESAKE, LI))
    receipt = office.hand_over(sheet_of(LI, edited, NAMESAKE))
    assert (receipt.refused, receipt.corrected) == (0, 1)
    assert len(office.people()) == 3
    assert len(office.standing("purchase.made")) == 2
    assert office.hand_over(sheet_of(edited, NAMESAKE, LI)).accepted == 0


@pytest.mark.parametrize(
    "like",
    [
        ("王秀莲", "13811110001", "1948-05-01", 1, 693, "JX-B4"),
        ("黄秀英", "13811110001", "", 1, 693, "JX-B4"),
        ("王绣英", "", "1948", 1, 693, "JX-B4"),
        ("王英", "", "", 1, 693, "JX-B4"),
        ("王秀英", "13999999999", "1961", "", "", ""),
        ("李建国", "13811110001", "", 1, 693, "JX-B4"),
    ],
)
def test_whoever_is_like_one_that_vanished_is_asked_about(
    office: HallOffice, like: tuple[object, ...]
) -> None:
    office.hand_over(sheet_of(WANG, LI))
    receipt = office.hand_over(sheet_of(like, LI))
    assert [(asked.row, asked.earlier[0][1]) for asked in receipt.asked] == [(5, "王秀英")]
    assert (receipt.accepted, len(office.people())) == (0, 2)
    both = office.hand_over(sheet_of(WANG, like, LI))
    assert (both.asked, both.refused) == ((), 0)
    assert len(office.people()) == 3


def test_the_file_that_comes_back_knows_its_rows_whatever_is_edited(office: HallOffice) -> None:
    receipt = office.hand_over(sheet_of(WANG, NAMESAKE, LI), keep_rows=True)
    assert receipt.all_rows is not None
    kept = write_answer(receipt.all_rows, (), all_rows=True)
    assert office.hand_over(kept, "kept.xlsx").accepted == 0
    edited = renamed(kept, "李强", "李墙")
    again = office.hand_over(edited, "kept.xlsx")
    assert (again.refused, again.corrected, again.asked) == (0, 1, ())
    assert len(office.people()) == 3


def renamed(data: bytes, name: str, other: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for line in book.active.iter_rows():
        for cell in line:
            cell.value = other if cell.value == name else cell.value
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_an_id_that_stands_beside_another_row_s_words_is_not_believed(office: HallOffice) -> None:
    """Sorting the visible columns alone leaves the hidden ids where they were."""
    receipt = office.hand_over(sheet_of(WANG, NAMESAKE, LI), keep_rows=True)
    assert receipt.all_rows is not None
    ids = [row.row_id for row in receipt.all_rows.rows]
    headings = ("行编号", "姓名", "手机", "出生日期", "购买数量", "单价", "购买型号")
    rows = [(ids[2], *WANG), (ids[0], *NAMESAKE), (ids[1], *LI)]
    again = office.hand_over(sheet_of(*rows, headings=headings))
    assert (again.accepted, again.refused) == (0, 0)


def test_an_id_of_a_card_that_no_sheet_brought_leads_nowhere(office: HallOffice) -> None:
    headings = ("行编号", "姓名", "手机")
    receipt = office.hand_over(
        sheet_of(("card:elsewhere", "李强", "13811110003"), headings=headings)
    )
    assert receipt.refused == 0
    assert {event.subject for event in office.standing("card.registered")} != {"card/elsewhere"}


@pytest.mark.parametrize("again", [(NAMESAKE, WANG), (NAMESAKE,), (LI, NAMESAKE, WANG)])
def test_an_erased_person_s_row_lands_on_nobody_else(
    office: HallOffice, again: tuple[tuple[object, ...], ...]
) -> None:
    office.hand_over(sheet_of(WANG, NAMESAKE))
    erased = next(
        event for event in office.standing("card.registered") if "13811110002" in str(event.data)
    )
    office.erase(erased.subject.partition("/")[2])
    receipt = office.hand_over(sheet_of(*again))
    assert [refusal.reason for refusal in receipt.refusals] == ["erased"]
    assert "13811110002" not in str([event.data for event in office.events()])


def test_an_erased_person_is_known_by_what_the_row_was_corrected_to(office: HallOffice) -> None:
    office.hand_over(sheet_of(WANG, LI))
    edited = ("王秀英", "13811110012", "1948-05-01", 1, 693, "JX-B4")
    assert office.hand_over(sheet_of(edited, LI)).corrected == 1
    (card,) = {event.subject for event in office.standing("card.corrected")}
    office.erase(card.partition("/")[2])
    receipt = office.hand_over(sheet_of(LI, edited))
    assert [refusal.reason for refusal in receipt.refusals] == ["erased"]


def test_identical_rows_are_named_and_count_once(office: HallOffice) -> None:
    receipt = office.hand_over(sheet_of(WANG, LI, WANG))
    assert [(n.row, n.code, n.other_row) for n in receipt.notices] == [(7, "same_row_twice", 5)]
    assert (receipt.rows, len(office.people())) == (3, 2)


def test_two_files_of_one_activity_that_were_merged_are_one(office: HallOffice) -> None:
    office.hand_over(sheet_of(WANG, LI))
    merged = sheet_of(WANG, LI, ("姓名", "出生日期", "手机"), ("赵红", "1951", "13811110009"))
    receipt = office.hand_over(merged)
    assert "赵红" in office.people()
    assert read_sheet("x.csv", merged, b"x").rows[2].cells["birth"] == "1951"
    assert receipt.accepted == 2
