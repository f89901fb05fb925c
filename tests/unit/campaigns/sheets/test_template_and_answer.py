"""What goes out: the template as people and printers see it, and the answer with the bad rows."""

import io
from typing import Any

import openpyxl
import pytest

from campaigns.sheets import SheetRefusal, refusals_of, sentence, write_answer, write_template
from campaigns.sheets.columns import BY_KEY, COLUMNS
from campaigns.sheets.sentences import FILE_REASONS, ROW_REASONS
from campaigns.wording.languages import LANGUAGES
from tests.unit.campaigns.sheets.sample_sheets import (
    ACTIVITY,
    FIRST_ROW,
    FULL,
    filled,
    handmade,
    read,
    reasons,
    saved,
    template,
)

HEADING_ROW = FIRST_ROW - 2


def opened(data: bytes) -> Any:
    """The workbook of some bytes."""
    return openpyxl.load_workbook(io.BytesIO(data))


def row_of(sheet: Any, number: int) -> list[Any]:
    """The values of one row."""
    return [cell.value for cell in sheet[number]]


def test_the_template_has_its_headings_ids_and_drop_downs() -> None:
    book = opened(template(80))
    sheet = book.active
    assert row_of(sheet, HEADING_ROW) == [column.heading for column in COLUMNS]
    assert [sheet.cell(row, 1).value for row in (7, 86)] == ["row-1", "row-80"]
    assert sheet.max_row == 86
    rules = {rule.formula1: rule for rule in sheet.data_validations.dataValidation}
    assert "S" not in str(rules['"男,女"'].sqref)
    assert str(rules['"男,女"'].sqref) == "D7:D86"
    consents = [r for r in sheet.data_validations.dataValidation if r.formula1 == '"是,否,未问"']
    assert len(consents) == 4


def test_the_template_prints_on_a4_with_its_headings_on_every_page() -> None:
    sheet = opened(template(80)).active
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert sheet.print_title_rows == "$2:$5"
    assert sheet.print_area.endswith("$B$1:$AA$86")
    assert sheet.freeze_panes == "D7"
    shown = [c.width for c in sheet.column_dimensions.values() if not c.hidden]
    assert 180 < sum(shown) < 280
    assert sheet.column_dimensions["A"].hidden


def test_ids_dealer_and_version_stand_out_of_sight() -> None:
    book = opened(template(1))
    hidden = book["_jinxi"]
    assert hidden.sheet_state == "hidden"
    facts = dict(hidden.values)
    assert facts["activity_id"] == "ACT-2026-05-03"
    assert (facts["day"], facts["dealer"], facts["template_version"]) == ("2026-05-03", "D-BJ", "1")


def test_what_is_to_be_taken_along_is_a_page_to_tick_that_says_nothing_when_it_comes_back() -> None:
    things = ACTIVITY | {"materials": [("=易拉宝", 2, ""), ("姓名牌", 30, "包")]}
    made = write_template(things, 3, row_ids=iter(["row-1", "row-2", "row-3"]))
    page = opened(made)["要带的东西"]
    assert [row for row in page.iter_rows(min_row=3, values_only=True)] == [
        ("☐", "=易拉宝", 2),
        ("☐", "姓名牌", "30 包"),
    ]
    assert page.cell(3, 2).data_type == "s"
    assert "要带的东西" not in opened(template(1)).sheetnames
    reading = read(filled({"name": "王秀英"}, data=made))
    assert [row.cells["name"] for row in reading.rows] == ["王秀英"]
    assert reading.unread == ()


def test_people_who_are_typed_on_the_page_to_tick_are_read_all_the_same() -> None:
    things = ACTIVITY | {"materials": [("易拉宝", 2, "")]}
    book = opened(write_template(things, 1, row_ids=iter(["row-1"])))
    for row in (("姓名", "手机"), ("李国强", "13812345678")):
        book["要带的东西"].append(row)
    assert [row.said["person"]["name"] for row in read(saved(book)).rows] == ["李国强"]


def test_the_day_of_a_template_is_the_shanghai_day() -> None:
    late = ACTIVITY | {"starts_at": "2026-05-03T23:30:00Z"}
    reading = read(write_template(late, 1, row_ids=iter(["row-1"])))
    assert reading.activity.day.isoformat() == "2026-05-04"


def test_columns_of_numbers_that_are_no_amounts_are_formatted_as_text() -> None:
    sheet = opened(template(1)).active
    for key in ("phones", "id_number", "birth", "region"):
        place = [column.key for column in COLUMNS].index(key) + 1
        assert sheet.cell(FIRST_ROW, place).number_format == "@"


@pytest.mark.parametrize("sign", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")'])
def test_nothing_that_goes_out_is_a_formula(sign: str) -> None:
    titled = opened(write_template(ACTIVITY | {"title": sign}, 1, row_ids=iter(["row-1"])))
    reading = read(filled(FULL | {"name": f"{sign}x", "sex": "?", "note": "'" + sign}))
    answer = opened(write_answer(reading, refusals_of(reading.rows)))
    cells = [c for book in (titled, answer) for s in book.worksheets for r in s for c in r]
    assert "f" not in {cell.data_type for cell in cells}
    dangerous = [c for c in cells if isinstance(c.value, str) and c.value[0] in "=+-@\t\r"]
    assert dangerous
    assert all(cell.quotePrefix for cell in dangerous)


def test_the_answer_holds_only_the_bad_rows_with_reasons_first_and_marked_cells() -> None:
    reading = read(filled(FULL | {"sex": "?", "price": "贵"}, {"name": "李强"}))
    sheet = opened(write_answer(reading, refusals_of(reading.rows))).active
    headings = row_of(sheet, 4)
    assert headings[:3] == ["行编号（勿改）", "未收下的原因", "序号"]
    assert sheet.max_row == 5
    reason = sheet.cell(5, 2).value
    assert "原第 7 行" in reason
    assert f"✗ 性别：{sentence('bad_sex')}" in reason
    for heading in ("性别", "单价（元）"):
        cell = sheet.cell(5, headings.index(heading) + 1)
        assert cell.fill.fgColor.rgb == "00F8C9C4"
        assert cell.comment.text.startswith("✗ ")
    assert sheet.cell(5, headings.index("姓名") + 1).comment is None


def test_a_mended_answer_sent_again_is_the_row_that_it_was() -> None:
    for data in (filled(FULL | {"sex": "?"}), saved(handmade(["王秀英", "=1"], ["李强", "1"]))):
        reading = read(data)
        book = opened(write_answer(reading, refusals_of(reading.rows)))
        headings = row_of(book.active, 4)
        book.active.cell(5, headings.index("性别") + 1).value = "女"
        book.active.cell(5, headings.index("手机") + 1).value = "13812345678"
        mended = read(saved(book))
        assert reasons(mended) == [[]]
        assert mended.rows[0].card_id == reading.rows[0].card_id
        assert mended.rows[0].events


def test_a_name_corrected_in_the_answer_keeps_the_row_s_ids() -> None:
    reading = read(saved(handmade(["王秀英", "=1"])))
    book = opened(write_answer(reading, refusals_of(reading.rows)))
    headings = row_of(book.active, 4)
    book.active.cell(5, headings.index("姓名") + 1).value = "汪秀英"
    assert read(saved(book)).rows[0].row_id == reading.rows[0].row_id


def test_the_answer_keeps_what_stands_below_unknown_headings() -> None:
    reading = read(saved(handmade(["王秀英", "=1", "红"], headings=("姓名", "手机", "衣服"))))
    again = read(write_answer(reading, refusals_of(reading.rows)))
    assert again.rows[0].others == {"衣服": "红"}


def test_a_refusal_of_the_journal_marks_its_row_too() -> None:
    reading = read(filled(FULL, {"name": "李强"}))
    refusal = SheetRefusal("签到表", FIRST_ROW + 1, "姓名", "other_person")
    sheet = opened(write_answer(reading, [refusal], language="en")).active
    assert sheet.max_row == 5
    assert sentence("other_person", "en") in sheet.cell(5, 2).value


def test_every_reason_has_a_sentence_in_every_language() -> None:
    used = {column.bad for column in BY_KEY.values()}
    assert used <= set(ROW_REASONS)
    for reason in (*FILE_REASONS, *ROW_REASONS):
        said = [sentence(reason, language) for language in LANGUAGES]
        assert len(set(said)) == 3, reason
        assert all(text.endswith((".", "。")) and "_" not in text for text in said)
