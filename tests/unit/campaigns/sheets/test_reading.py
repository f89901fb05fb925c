"""What a filled row becomes, and how it keeps its ids."""

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.cloudevents import CheckedEvent, check_object
from campaigns.events.consents import CATEGORIES
from campaigns.sheets import InvalidSheet, read_sheet, refusals_of, write_answer
from campaigns.sheets.columns import BY_KEY, column_key
from campaigns.times import DAY_US, day_start_us
from tests.profiles import examples
from tests.unit.campaigns.sheets.sample_sheets import (
    FIRST_ROW,
    FULL,
    LABELS,
    filled,
    handmade,
    read,
    reasons,
    said,
    saved,
    template,
)


def test_a_full_row_says_everything_that_is_written_in_it() -> None:
    reading = read(filled(FULL))
    assert reasons(reading) == [[]]
    facts = said(reading)
    trial_id = facts["trial.started"].pop("trial_id")
    purchase_id = facts["purchase.made"].pop("purchase_id")
    assert facts["referral.made"].pop("referral_id") not in (trial_id, purchase_id)
    here = {"activity_id": "ACT-2026-05-03"}
    paper = here | {"notice_version": "2026-01", "method": "paper", "by": "self"}
    assert trial_id != purchase_id
    assert facts == {
        "card.registered": here
        | {
            "person": {"name": "王秀英", "sex": "female", "birth_date": "1950-03-02"},
            "contact": {"phones": ["13812345678"], "address": "朝阳区某路1号"},
            "health": {"conditions": ["高血压", "头晕"], "medicines": ["阿司匹林"]},
            "private": {"note": "女儿陪同"},
            "region": "110105",
            "source_kind": "activity",
        },
        "activity.attended": here,
        "clinic.consulted": here
        | {"health": {"systolic_mmhg": 135, "diastolic_mmhg": 85, "pulse_bpm": 72}},
        "trial.started": here | {"sku": "JX-B4", "serial": "TD26-00001"},
        "purchase.made": here
        | {
            "sku": "JX-B4",
            "quantity": 2,
            "unit_price_fen": 69_350,
            "channel": "activity",
            "dealer": "D-BJ",
        },
        "consent.given:archive": paper | {"purpose": "archive"},
        "consent.given:health": paper | {"purpose": "health"},
        "consent.given:share_with_dealer": paper
        | {"purpose": "share_with_dealer", "dealer": "D-BJ", "categories": [*CATEGORIES]},
        "consent.refused:marketing": {"purpose": "marketing"},
        "referral.made": {"member": "CL0001", "patient_agreed": True},
    }


def test_every_event_of_a_sheet_passes_the_door_on_the_day_of_the_activity() -> None:
    reading = read(filled(FULL, {"name": "李强"}))
    wires = [wire for row in reading.rows for wire in row.events]
    evening_us = day_start_us(reading.activity.day) + DAY_US
    answers = [check_object(wire, evening_us) for wire in wires]
    assert len(wires) == 12
    assert all(isinstance(answer, CheckedEvent) and answer.day_precision for answer in answers)
    assert {wire["source"] for wire in wires} == {"/sheets/ACT-2026-05-03"}
    assert len({wire["id"] for wire in wires}) == 12


def test_an_empty_template_has_no_rows_and_its_example_is_nobody() -> None:
    reading = read(template(5))
    assert reading.rows == ()
    assert [blank.row_id for blank in reading.blank_rows] == [f"row-{n}" for n in range(1, 6)]
    assert reading.unread == ()


def test_the_example_row_is_read_once_a_person_is_written_over_it() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(2)))
    book.active.cell(FIRST_ROW - 1, 3).value = "赵真人"
    reading = read(saved(book))
    assert [said(reading)["card.registered"]["person"]["name"]] == ["赵真人"]
    assert reading.rows[0].row_id.startswith("c-")


def test_a_file_read_twice_gives_the_same_events() -> None:
    data = filled(FULL, {"name": "李强"})
    assert read(data).rows == read(data).rows


def test_an_edited_cell_changes_no_id() -> None:
    before = read(filled(FULL)).rows[0]
    after = read(filled(FULL | {"name": "王秀莹", "price": 600})).rows[0]
    assert [wire["id"] for wire in before.events] == [wire["id"] for wire in after.events]
    assert before.events != after.events


def test_a_row_without_an_id_has_the_same_one_wherever_it_stands() -> None:
    first = read(saved(handmade(["王秀英", "13812345678"], ["李强", "13900000000"])))
    again = read(
        saved(handmade(["张三", ""], ["李强", "139 0000 0000"], ["王 秀英", "13812345678"]))
    )
    ids = {row.cells["name"]: row.row_id for row in first.rows}
    assert [row.row_id for row in again.rows[1:]] == [ids["李强"], ids["王秀英"]]
    assert len({row.row_id for row in again.rows}) == 3


def test_two_rows_of_one_name_without_ids_are_two_people() -> None:
    reading = read(saved(handmade(["王秀英", "13812345678"], ["王秀英", "13900000000"])))
    assert len({row.card_id for row in reading.rows}) == 2


def test_ids_of_rows_without_one_need_the_secret() -> None:
    data = saved(handmade(["王秀英", "13812345678"]))
    other = read_sheet("签到表.xlsx", data, b"another secret")
    assert read(data).rows[0].row_id != other.rows[0].row_id


def test_a_copied_row_with_another_person_is_another_card() -> None:
    copied = {"row_id": "row-1", "name": "李强", "phones": "13900000000"}
    reading = read(filled(FULL, copied))
    assert reading.rows[0].row_id == "row-1"
    assert reading.rows[1].row_id.startswith("c-")


def test_the_very_same_row_pasted_twice_is_one_row() -> None:
    reading = read(filled(FULL, FULL | {"row_id": "row-1"}))
    assert reading.rows[0].events == reading.rows[1].events


def test_one_bad_cell_keeps_its_row_back_and_no_other() -> None:
    reading = read(filled(FULL | {"sex": "?"}, {"name": "李强"}))
    assert reasons(reading) == [[("性别", "bad_sex")], []]
    assert reading.rows[0].events == ()
    assert len(reading.rows[1].events) == 2


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"name": None}, "姓名", "missing_name"),
        ({"birth": "1950年2月31日"}, "出生日期/年", "bad_birth"),
        ({"birth": "68岁"}, "出生日期/年", "bad_birth"),
        ({"birth": "50-3-2"}, "出生日期/年", "short_birth"),
        ({"birth": "2026-05-04"}, "出生日期/年", "bad_birth"),
        ({"id_number": 110105194912310021}, "身份证号", "digits_lost"),
        ({"id_number": "1.10105E+17"}, "身份证号", "digits_lost"),
        ({"region": "朝阳"}, "地区代码", "bad_region"),
        ({"systolic": "高"}, "高压", "bad_reading"),
        ({"systolic": 1350}, "高压", "bad_reading"),
        ({"pulse": 72.5}, "脉搏", "bad_reading"),
        ({"trial_sku": None}, "试用型号", "trial_incomplete"),
        ({"quantity": 0}, "购买数量", "bad_quantity"),
        ({"price": None}, "单价（元）", "purchase_incomplete"),
        ({"price": "1.234"}, "单价（元）", "bad_amount"),
        ({"price": -5}, "单价（元）", "bad_amount"),
        ({"sku": "13812345678"}, "购买型号", "id_is_personal"),
        ({"consent_health": "也许"}, "同意记录健康情况", "bad_choice"),
        ({"name": "长" * 201}, "姓名", "too_long"),
        ({"note": "=1+1"}, "备注", "formula"),
        ({"phones": "=A1"}, "手机", "formula"),
        ({"note": "#N/A"}, "备注", "error_value"),
        ({"address": "长" * 30_000}, "住址", "too_long"),
    ],
)
def test_a_bad_cell_is_named_with_its_reason(
    change: dict[str, object], column: str, reason: str
) -> None:
    reading = read(filled(FULL | change))
    assert reasons(reading) == [[(column, reason)]]
    assert reading.rows[0].faults[0].sentence


def test_consent_to_share_needs_a_dealer_that_the_sheet_names() -> None:
    data = saved(handmade(["王秀英", "是"], headings=("姓名", "同意经销商"), labels=LABELS[:3]))
    assert reasons(read(data)) == [[("同意交给经销商一份", "no_dealer")]]


def test_both_readings_in_one_cell_are_a_reading() -> None:
    headings = ("客户姓名", "血压")
    rows = (["王秀英", "150/90"], ["李强", "正常"], ["赵六", None], ["张三、李四", "120/80"])
    reading = read(saved(handmade(*rows, headings=headings)))
    readings = {"systolic_mmhg": 150, "diastolic_mmhg": 90}
    assert said(reading)["clinic.consulted"]["health"] == readings
    assert reasons(reading)[1:] == [
        [("高压", "bad_reading")],
        [],
        [("姓名", "several_names")],
    ]


@pytest.mark.parametrize("health", ["是", "否", "未问", ""])
def test_a_sheet_shares_more_than_name_and_phone_by_a_yes_to_health_alone(health: str) -> None:
    row = {"name": "王秀英", "consent_dealer": "是", "consent_health": health}
    shared = said(read(filled(row)))["consent.given:share_with_dealer"]
    assert shared.get("categories") == ([*CATEGORIES] if health == "是" else None)


def test_what_was_bought_on_another_day_is_of_that_day_and_not_of_the_activity() -> None:
    headings = ("姓名", "购买数量", "单价", "型号", "购买日期")
    rows: list[list[Any]] = [["王秀英", 2, 693, "JX-B4", "5月10日"]]
    rows += [["李强", 1, 693, "JX-B4", ""], ["赵六", 1, 693, "JX-B4", "2026/5/3"]]
    rows += [["孙七", 1, 693, "JX-B4", "上周"], ["周八", "", "", "", "5月10日"]]
    reading = read(saved(handmade(*rows, headings=headings)))
    later, here, written = (
        next(wire for wire in row.events if "purchase" in wire["type"]) for row in reading.rows[:3]
    )
    assert later["time"] == "2026-05-10T00:00:00+08:00"
    assert later["data"]["channel"] == "dealer" and "activity_id" not in later["data"]
    for wire in (here, written):
        assert wire["time"] == "2026-05-03T00:00:00+08:00"
        assert wire["data"]["channel"] == "activity" and "activity_id" in wire["data"]
    assert all(wire["time"] == here["time"] for wire in reading.rows[0].events if wire != later)
    assert reasons(reading)[3] == [("购买日期", "bad_day")]
    assert {reason for _, reason in reasons(reading)[4]} == {"purchase_incomplete"}
    answer = write_answer(reading, refusals_of(reading.rows), all_rows=True)
    again = read(answer)
    assert again.rows[0].cells["bought_on"] == "5月10日"


def test_who_did_not_come_is_registered_without_attendance() -> None:
    assert set(said(read(filled({"name": "李强", "attended": "否"})))) == {"card.registered"}


def test_what_is_not_known_is_reported_and_not_lost() -> None:
    book = handmade(
        ["王秀英", "13812345678", "红色"], headings=("姓名", "手机", "衣服"), labels=LABELS
    )
    book.create_sheet("随记").append(["明天再来"])
    reading = read(saved(book))
    assert {(each.kind, each.sheet, each.column) for each in reading.unread} == {
        ("column", "Sheet", "衣服"),
        ("page", "随记", None),
    }
    assert reading.rows[0].others == {"衣服": "红色"}


def test_a_template_of_another_activity_is_not_filed_under_its_old_one() -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled(FULL)))
    book.active["B2"].value = "活动编号：ACT-OTHER"
    with pytest.raises(InvalidSheet) as raised:
        read(saved(book))
    assert raised.value.reason == "activity_contradictory"


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=12)
rows = st.fixed_dictionaries(
    {"name": texts.filter(lambda text: not text.startswith(("=", "（示例", "(示例", "#")))},
    optional={
        "sex": st.sampled_from(["男", "女", None]),
        "birth": st.sampled_from(["1950.3.2", "1950年", 1948, "１９５０-１２-０１", 18_324]),
        "phones": st.sampled_from(["13812345678", 13812345678.0, "138 1234 5678、010-1", None]),
        "address": texts.filter(lambda text: not text.startswith(("=", "#"))),
        "attended": st.sampled_from(["是", "否", None]),
        "systolic": st.integers(40, 350),
        "consent_archive": st.sampled_from(["是", "否", "未问", "√"]),
        "consent_dealer": st.sampled_from(["是", "否", "未问"]),
    },
)


@examples(1 / 4)
@given(st.lists(rows, max_size=5))
def test_rows_come_back_the_same_through_template_answer_and_reading(
    typed: list[dict[str, object]],
) -> None:
    data = filled(*typed, data=template(6))
    first = read(data)
    refusals = refusals_of(first.rows)
    again = read(write_answer(first, refusals, all_rows=True))
    assert [row.number for row in first.rows] == [FIRST_ROW + n for n in range(len(typed))]
    assert [row.events for row in again.rows] == [row.events for row in first.rows]
    assert reasons(again) == reasons(first)
    assert again.activity == first.activity


@pytest.mark.parametrize(
    ("shown", "before"),
    [
        ("高压", "收缩压"),
        ("低压", "舒张压"),
        ("同意建立档案", "同意建档"),
        ("同意记录健康情况", "同意健康信息"),
        ("同意交给经销商一份", "同意共享经销商"),
        ("同意接收活动通知", "同意营销"),
    ],
)
def test_a_column_is_headed_in_the_words_of_the_pages_and_read_under_its_earlier_name(
    shown: str, before: str
) -> None:
    key = column_key(before)
    assert key is not None and key == column_key(shown)
    assert BY_KEY[key].heading == shown
