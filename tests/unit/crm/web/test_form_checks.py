"""The checks of the phone's form: nothing typed is lost in silence, what is odd is asked once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.sentences import refusal_sentence
from campaigns.sheets.sentences import sentence
from campaigns.wording.languages import LANGUAGES
from crm.web.view.form_faults import IN_CELLS
from crm.web.view.form_fields import FIELDS, UNTICKED, described, fault_sentence
from crm.web.view.form_said import GIVERS
from crm.web.view.forms import checked
from crm.web.view.read_values import birth, fen, whole
from crm.web.view.signatures import Signature
from tests.unit.crm.web.form_entries import NOW_US, STAFF, entry
from tests.unit.crm.web.form_values import TICKS, VALUES

TODAY = date(2026, 5, 3)


def codes(**typed: str) -> set[str]:
    return set(checked(entry("C1", **typed), "/phones/u-1", STAFF, NOW_US).codes)


@given(
    st.fixed_dictionaries({}, optional={n: st.sampled_from(v) for n, v in VALUES.items()}),
    st.sets(st.sampled_from(TICKS)),
    st.booleans(),
    st.sampled_from(GIVERS),
)
def test_whatever_is_typed_and_ticked_or_not_is_in_an_event_or_in_a_question_or_wrong(
    typed: dict[str, str], ticks: set[str], new: bool, by: str
) -> None:
    filled = {**typed, "by": by, **dict.fromkeys(ticks, "1"), "trial_of": "T1", "return_of": "P1"}
    card = None if new else "C1"
    looked_at = checked(entry(card, **filled), "/phones/u-1", STAFF, NOW_US)
    told = {fault.field for fault in looked_at.faults} | {doubt.field for doubt in looked_at.doubts}
    asked_of = {code.partition(":")[2] for code in looked_at.codes if code.startswith("unticked:")}
    events = entry(card, **filled).events("/p")
    for name in typed:
        if not new and name in ("name", "phone", "born", "address"):
            continue
        without = {key: value for key, value in filled.items() if key != name}
        says_something = entry(card, **without).events("/p") != events
        assert says_something or name in told or FIELDS[name].under in asked_of, name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"systolic_mmhg": "80", "diastolic_mmhg": "120"}, "pair:pressure"),
        ({"systolic_mmhg": "300"}, "odd:systolic_mmhg"),
        ({"pulse_bpm": "72"}, "no_health_consent"),
        ({"purchase": "1", "quantity": "100", "price": "693"}, "odd:quantity"),
        ({"purchase": "1", "purchase_sku": "JX-B4", "quantity": "1", "price": "69.3"}, "odd:price"),
        ({"attended": "1", "serial": "TD26-1"}, "unticked:trial"),
        ({"attended": "1", "price": "693"}, "unticked:purchase"),
        ({"attended": "1", "member": "M-1"}, "unticked:referral"),
        ({"consent_archive": "1"}, "unsigned"),
        ({"consent_archive": "1", "by": "guardian"}, "giver_unnamed"),
        ({"consent_archive": "1", "by": "self", "giver_name": "李小明"}, "giver_unsaid"),
        ({"attended": "1", "by": "agent", "giver_name": "李小明"}, "giver_unsaid"),
    ],
)
def test_what_is_odd_or_would_be_left_unsaid_is_asked_about(
    typed: dict[str, str], code: str
) -> None:
    assert code in codes(**typed)


@pytest.mark.parametrize(
    "typed",
    [
        {"systolic_mmhg": "135", "diastolic_mmhg": "85", "consent_health": "1", "method": "paper"},
        {"purchase": "1", "purchase_sku": "JX-B4", "quantity": "1", "price": "650"},
        {"consent_archive": "1", "method": "paper"},
        {"consent_archive": "1", "method": "paper", "by": "agent", "giver_name": "李小明"},
    ],
)
def test_what_is_usual_asks_nothing(typed: dict[str, str]) -> None:
    assert codes(**typed) == set()


@pytest.mark.parametrize(("born", "is_odd"), [("1915", True), ("1916", False), ("2020", True)])
def test_nobody_of_the_season_is_older_than_a_hundred_and_ten_or_a_child(
    born: str, is_odd: bool
) -> None:
    looked_at = checked(entry(name="王", born=born), "/phones/u-1", STAFF, NOW_US)
    assert ("odd:born" in looked_at.codes) == is_odd


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1943年", {"birth_year": 1943}),
        ("1950年2月", {"birth_year": 1950}),
        ("1950.3", {"birth_year": 1950}),
        ("１９５０", {"birth_year": 1950}),
        ("１９５０－３－２", {"birth_date": "1950-03-02"}),
        ("195003", {"birth_year": 1950}),
        ("1950-2-30", {}),
        ("1849", {}),
        ("50", {}),
    ],
)
def test_a_birth_is_read_as_people_write_it(text: str, said: dict[str, Any]) -> None:
    assert birth(text) == said


def test_numbers_and_amounts_are_read_with_their_units_and_in_full_width() -> None:
    assert [whole(text) for text in ("2台", "１３５", "135mmHg", "12.8", "-1")] == [
        *(2, 135, 135, None, None)
    ]
    assert [fen(text) for text in ("¥1,234.5", "693元", "６９３", "1,23", "")] == [
        *(123450, 69300, 69300, None, None)
    ]


def test_a_fault_names_the_range_the_unit_and_an_example_in_every_language() -> None:
    for language in LANGUAGES:
        said = fault_sentence(FIELDS["systolic_mmhg"], language)
        assert all(part in said for part in ("40", "350", "mmHg", "135"))


def test_what_is_empty_is_said_to_be_missing_and_a_birth_names_its_range() -> None:
    empty = fault_sentence(FIELDS["price"], "zh-CN", is_empty=True)
    assert "单价（元）还没有填" in empty and "看不懂" not in empty
    assert "1850 年到今天" in fault_sentence(FIELDS["born"], "zh-CN")
    assert "1850 年到今年" in refusal_sentence("bad_value", "$.data.person.birth_year", "zh-CN")
    assert "1850 年到今年" in sentence("bad_birth")
    for field in ("birth_year", "sex", "name", "quantity", "phones"):
        assert "说明" not in refusal_sentence("bad_value", f"$.data.{field}", "zh-CN")


def test_a_typed_list_is_told_of_its_cells_and_of_no_ticks() -> None:
    told = described("zh-CN", TODAY, own_words=IN_CELLS)["say"]
    for reason in ("health_refused", "health_closed", "health"):
        assert "勾" not in told[reason] and "“是”" in told[reason]


def test_who_types_a_list_is_told_of_its_own_columns_alone() -> None:
    """Whatever is told weighs on the page."""
    told = described("zh-CN", TODAY, fields=["born", "quantity", "attended"])
    assert told["fields"].keys() == {"born", "quantity"}


def test_the_phone_is_told_every_field_and_every_question() -> None:
    told = described("zh-CN", TODAY)
    assert told["fields"].keys() == FIELDS.keys()
    assert told["unticked"].keys() == UNTICKED.keys() == {f.under for f in FIELDS.values()} - {""}
    assert told["say"]["name"] == refusal_sentence("missing_field", "$.data.person.name", "zh-CN")


@pytest.mark.parametrize(
    ("typed", "type_name", "data"),
    [
        ({"refused_marketing": "1"}, "consent.refused", {"purpose": "marketing"}),
        (
            {"refused_share_with_dealer": "1"},
            "consent.refused",
            {"purpose": "share_with_dealer", "dealer": "D1"},
        ),
        (
            {"trial_end": "1", "trial_of": "T1", "trial_outcome": "adverse", "trial_note": "头晕"},
            "trial.ended",
            {"trial_id": "T1", "outcome": "adverse", "private": {"note": "头晕"}},
        ),
        (
            {"gift_item": "雨伞", "gift_value": "30"},
            "gift.given",
            {"item": "雨伞", "value_fen": 3000, "activity_id": "A1"},
        ),
        ({"club_join": "1"}, "club.joined", {"club": "XYH-11"}),
        ({"club_leave": "XYH-11"}, "club.left", {"club": "XYH-11"}),
    ],
)
def test_whatever_happens_at_an_activity_can_be_said(
    typed: dict[str, str], type_name: str, data: dict[str, Any]
) -> None:
    (event,) = entry("C1", **typed).events("/p")
    assert event["type"] == f"jinxi.{type_name}.v1"
    assert event["data"] == {"card_id": "C1", **data}


def test_a_return_a_complaint_and_a_referral_have_ids_that_a_second_tap_repeats() -> None:
    typed = {"return": "1", "return_of": "P1", "return_quantity": "1", "return_reason": "quality"}
    typed |= {
        "complaint_kind": "effect",
        "complaint_text": "没有用",
        "referral": "1",
        "member": "M-1",
    }
    once, again = (entry("C1", **typed).events("/p") for _ in range(2))
    assert once == again
    returned, complaint, referral = (event["data"] for event in once)
    assert returned["purchase_id"] == "P1" and returned["reason_code"] == "quality"
    assert complaint["kind"] == "effect" and complaint["private"] == {"text": "没有用"}
    assert referral["member"] == "M-1" and referral["patient_agreed"] is True
    assert len({returned["return_id"], complaint["complaint_id"], referral["referral_id"]}) == 3


def test_the_same_purpose_is_not_both_agreed_to_and_refused() -> None:
    looked_at = checked(
        entry("C1", consent_club="1", refused_club="1", method="paper"),
        "/phones/u-1",
        STAFF,
        NOW_US,
    )
    assert [(f.field, f.reason) for f in looked_at.faults] == [("refused_club", "yes_and_no")]


def test_how_a_trial_went_and_why_something_came_back_is_chosen_by_nobody_but_a_person() -> None:
    typed = {"trial_end": "1", "trial_of": "T1", "return": "1", "return_of": "P1"}
    looked_at = checked(
        entry("C1", **typed, return_quantity="1", trial_outcome="", return_reason=""),
        *("/phones/u-1", STAFF, NOW_US),
    )
    assert [(f.field, f.reason) for f in looked_at.faults] == [
        ("trial_outcome", "not_filled"),
        ("return_reason", "not_filled"),
    ]
    assert "还没有选" in fault_sentence(FIELDS["return_reason"], "zh-CN", is_empty=True)


def test_a_yes_that_a_no_to_the_archive_makes_useless_is_asked_about_once() -> None:
    no = {"refused_archive": "1", "method": "paper"}
    for yes, codes in (("", ()), ("marketing", ("no_archive",)), ("club", ("no_archive",))):
        said = entry("C1", **no, **({f"consent_{yes}": "1"} if yes else {}))
        looked_at = checked(said, "/phones/u-1", STAFF, NOW_US)
        assert (looked_at.codes, looked_at.faults) == (codes, [])


@pytest.mark.parametrize(
    ("method", "proves"), [("screen", True), ("paper", True), ("voice", False)]
)
def test_a_drawing_or_a_photograph_of_signed_paper_is_evidence_of_the_consent(
    method: str, proves: bool
) -> None:
    picture = Signature("data:,", b"picture")
    said = replace(entry("C1", consent_archive="1", method=method), signature=picture)
    (event,) = said.events("/p")
    assert ("evidence_sha256" in event["data"]) is proves
    asked = checked(said, "/phones/u-1", STAFF, NOW_US).codes
    assert ("unticked:consent" in asked) is not proves
