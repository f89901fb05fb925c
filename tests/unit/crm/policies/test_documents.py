"""A policy as a document: every fault is named with its place, nothing is passed over."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.events.rewards import PolicyRule, Tier
from crm.policies.document import PolicyInvalid, read, written
from crm.policies.law import findings
from crm.rewards.policy import DEFAULT_POLICY

GOOD = """\
policy: clerks-2027
effective_from: 2027-01-01
rules:
  - member_kind: clerk
    mode: HOLD_FOR_REVIEW
    amount_fen: 2000
    tiers:
      - from_units: 11
        amount_fen: 2500
    cap_fen_month: 50000
"""


def faults(text: str) -> dict[str, str]:
    with pytest.raises(PolicyInvalid) as caught:
        read(text)
    return {mistake.path: mistake.said("zh-CN") for mistake in caught.value.mistakes}


def test_what_is_left_out_takes_the_cautious_value() -> None:
    (rule,) = read(GOOD).rules
    assert (rule.hold_days, rule.window_days, rule.which) == (30, 90, "last")
    assert rule.training_required and rule.tiers == (Tier(from_units=11, amount_fen=2500),)
    (bare,) = read(GOOD.partition("    mode")[0]).rules
    assert bare.mode == "TRACK_ONLY"


@pytest.mark.parametrize(
    ("wrong", "right", "path", "said"),
    [
        ("amount_fen: 2000", "amout_fen: 2000", "$.rules[0].amout_fen", "amount_fen"),
        ("mode: HOLD_FOR_REVIEW", "mode: HOLD", "$.rules[0].mode", "TRACK_ONLY"),
        ("amount_fen: 2000", 'amount_fen: "2000"', "$.rules[0].amount_fen", "不对"),
        ("member_kind: clerk", "member_kind: nurse", "$.rules[0].member_kind", "doctor"),
        ("effective_from: 2027-01-01", "effective_from: soon", "$.effective_from", "2027-01-01"),
        ("    cap_fen_month: 50000", "    amount_fen: 1", "$", "第 10 行"),
        ("from_units: 11", "from_units: 1", "$.rules[0].tiers", "第 2 件"),
        ("mode: HOLD_FOR_REVIEW", "mode: NON_CASH", "$.rules[0].tiers", "只用于"),
        ("policy: clerks-2027", "plicy: clerks-2027", "$.plicy", "policy"),
        ("policy: clerks-2027", "policy: [", "$", "不是 YAML"),
        ("policy: clerks-2027", "policy: &a x", "$", "不用 & 和 *"),
    ],
)
def test_a_fault_is_named_with_its_place_and_how_to_mend_it(
    wrong: str, right: str, path: str, said: str
) -> None:
    found = faults(GOOD.replace(wrong, right))
    assert path in found, found
    assert said in found[path]


def test_a_document_that_is_no_mapping_or_too_large_is_refused() -> None:
    assert "$" in faults("- 1") and "$" in faults("") and "$" in faults("#" * 70_000)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    mistakes = None
    try:
        read(text)
    except PolicyInvalid as error:
        mistakes = [mistake.said("en") for mistake in error.mistakes]
    assert mistakes is None or all(mistakes)


def test_a_policy_written_and_read_again_is_the_same() -> None:
    text = written("again", date(2027, 1, 1), DEFAULT_POLICY.rules)
    assert read(text).rules == DEFAULT_POLICY.rules
    assert read(text).digest != read(text + "# x\n").digest


def codes(*rules: PolicyRule, starts: date = date(2027, 1, 1)) -> set[str]:
    return {found.code for found in findings(rules, starts, date(2026, 12, 1))}


def rule(kind: str, mode: str = "ALLOWED", **more: object) -> PolicyRule:
    given: dict[str, object] = {
        **{"member_kind": kind, "mode": mode, "basis": "per_unit", "amount_fen": 100},
        **{"window_days": 90, "which": "last", "hold_days": 30, "training_required": True},
        **{"cap_fen_month": 1000},
    }
    return PolicyRule(**{**given, **more})  # type: ignore[arg-type]


def test_the_shipped_policy_needs_nobodys_word() -> None:
    found = findings(DEFAULT_POLICY.rules, date(2027, 1, 1), date(2026, 12, 1))
    assert not [each for each in found if each.needs_agreement]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (rule("doctor"), "pays_doctor"),
        (rule("clerk", institution_kind="public_hospital"), "pays_public_hospital"),
        (rule("clerk"), "clerk_without_review"),
        (rule("consumer"), "cash_to_consumer"),
        (rule("clerk", hold_days=0), "before_return_window"),
        (rule("clerk", hold_days=14), "short_hold"),
        (rule("clerk", training_required=False), "without_training"),
        (rule("clerk", basis="percent", percent_bp=3001), "high_percent"),
        (rule("clerk", tiers=(Tier(from_units=5, percent_bp=4000),)), "high_percent"),
    ],
)
def test_the_law_asks_about_each_line_that_pays_what_it_should_not(
    asked: PolicyRule, code: str
) -> None:
    found = findings([asked], date(2027, 1, 1), date(2026, 12, 1))
    assert [each for each in found if each.code == code and each.needs_agreement]


def test_a_doctor_who_is_only_tracked_is_not_asked_about_and_the_past_is() -> None:
    assert "pays_doctor" not in codes(rule("doctor", "TRACK_ONLY"))
    assert "retroactive" in codes(rule("clerk"), starts=date(2026, 11, 30))
    assert "never_reached" in codes(rule("clerk"), rule("clerk", region="110000"))
