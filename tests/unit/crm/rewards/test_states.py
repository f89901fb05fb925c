"""Every reason to block and every change of state."""

from typing import Any

import pytest

from crm.rewards.facts import Patient, VerdictFact
from tests.unit.crm.rewards.invented import (
    MEMBERS,
    PATIENT,
    books,
    bought,
    day_of,
    judged,
    member,
    on,
    only,
    policy,
    referred,
    returned,
    rule,
    verdict,
)

SALE = (bought(), referred("clerk"))
TOO_LATE = referred("clerk", received=7.1)


def blocked(*facts: Any, **more: Any) -> str | None:
    """The reason of the one reward, which is blocked with nothing due and the rule's mode."""
    judgement = judged(*facts, **more)
    reward = only(judgement)
    assert (reward.state, reward.amount_fen, judgement.balances) == ("blocked", 0, {})
    assert reward.mode == "HOLD_FOR_REVIEW"
    return reward.reason


def state(*facts: Any, **more: Any) -> tuple[str, int]:
    """State and amount of the one reward."""
    reward = only(judged(*facts, **more))
    return reward.state, reward.amount_fen


def test_a_member_with_one_of_the_patients_phones_is_blocked() -> None:
    members = {"clerk": member("clerk", "clerk", phones=PATIENT.phones | {"+8613922220000"})}
    assert blocked(*SALE, members=members) == "self_referral"


def test_a_member_whose_own_card_is_the_patients_is_blocked() -> None:
    members = {"clerk": member("clerk", "clerk", card_id="card-7")}
    patient = Patient(frozenset({"card-1", "card-7"}), frozenset())
    assert blocked(*SALE, members=members, patient=patient) == "self_referral"


def test_a_sale_at_a_free_clinic_is_blocked() -> None:
    assert blocked(bought(compliance_breach=True), referred("clerk")) == "compliance_breach"


@pytest.mark.parametrize("trained", [None, 1])
def test_a_clerk_without_training_by_the_purchases_day_is_blocked(trained: int | None) -> None:
    members = {"clerk": member("clerk", "clerk", trained=trained)}
    assert blocked(*SALE, members=members) == "not_trained"


def test_a_training_on_the_purchases_own_day_is_in_time() -> None:
    members = {"clerk": member("clerk", "clerk", trained=0)}
    purchase = bought(moment=on(0, hour=9, id="p1-made"))
    assert state(purchase, referred("clerk"), members=members)[0] == "held"


def test_a_doctor_without_training_is_blocked_and_keeps_the_mode() -> None:
    reward = only(
        judged(
            bought(), referred("doctor"), members={"doctor": member("doctor", "doctor", trained=1)}
        )
    )
    assert (reward.state, reward.mode) == ("blocked", "TRACK_ONLY")


def test_a_consumer_needs_no_training() -> None:
    assert state(bought(), referred("consumer"))[0] == "payable"


def test_the_reward_of_an_erased_card_is_blocked() -> None:
    assert blocked(bought(erased=True), referred("clerk")) == "erased"


@pytest.mark.parametrize(("received", "late"), [(7, False), (7.1, True)])
def test_a_referral_received_over_seven_days_after_the_purchase_is_blocked(
    received: float, late: bool
) -> None:
    purchase = bought(moment=on(0, id="p1-made", received=0))
    reward = only(judged(purchase, referred("clerk", received=received)))
    assert (reward.reason == "late_referral") is late
    assert reward.state == ("blocked" if late else "held")


def test_a_forbidding_rule_leaves_a_row_that_no_approval_frees() -> None:
    forbidding = policy(rule(mode="FORBIDDEN"))
    word = verdict("approved", "clerk", policy="trial")
    reward = only(judged(bought(), TOO_LATE, word, policies=(forbidding,)))
    assert (reward.state, reward.reason, reward.mode) == ("blocked", "forbidden", "FORBIDDEN")


def test_of_several_reasons_the_first_in_their_order_is_given() -> None:
    reasons = []
    untrained = member("clerk", "clerk", trained=None)
    every = {"members": {"clerk": member("clerk", "clerk", trained=None, phones=PATIENT.phones)}}
    for sale, more in (
        (bought(compliance_breach=True, erased=True), every),
        (bought(compliance_breach=True, erased=True), {"members": {"clerk": untrained}}),
        (bought(erased=True), {"members": {"clerk": untrained}}),
        (bought(erased=True), {}),
        (bought(), {}),
    ):
        reasons.append(blocked(sale, TOO_LATE, **more))
    assert reasons == [
        "self_referral",
        "compliance_breach",
        "not_trained",
        "erased",
        "late_referral",
    ]


def test_an_approval_frees_a_late_referral_and_counts_as_the_approval_too() -> None:
    facts = (bought(), TOO_LATE, verdict("approved", "clerk", 3))
    assert state(*facts, reached=30) == ("held", 6_000)
    assert state(*facts, reached=31) == ("payable", 6_000)


def test_an_approval_frees_no_other_block() -> None:
    facts = (bought(compliance_breach=True), referred("clerk"), verdict("approved", "clerk"))
    assert blocked(*facts) == "compliance_breach"


def test_a_rejection_after_it_blocks_a_late_referral_again() -> None:
    words = (verdict("approved", "clerk", 3), verdict("rejected", "clerk", 4))
    assert blocked(bought(), TOO_LATE, *words) == "late_referral"


def test_a_late_referral_by_a_doctor_is_tracked_once_approved() -> None:
    facts = (bought(), referred("doctor", received=8), verdict("approved", "doctor"))
    assert state(*facts) == ("tracked", 0)


def test_the_hold_lasts_to_the_end_of_the_thirtieth_day() -> None:
    facts = (bought(), referred("consumer"))
    assert [state(*facts, reached=day)[0] for day in (None, 0, 30, 31)] == [
        *("held", "held", "held", "payable")
    ]
    assert only(judged(*facts)).releases_on == day_of(31)


def test_a_reviewed_reward_stays_held_until_it_is_approved() -> None:
    assert state(*SALE) == ("held", 6_000)
    assert state(*SALE, verdict("approved", "clerk", 2), reached=30) == ("held", 6_000)
    assert state(*SALE, verdict("approved", "clerk", 2), reached=31) == ("payable", 6_000)


@pytest.mark.parametrize("reached", [5, 400])
def test_what_is_held_or_payable_can_be_rejected(reached: int) -> None:
    judgement = judged(
        bought(), referred("consumer"), verdict("rejected", "consumer", 2), reached=reached
    )
    assert (only(judgement).state, only(judgement).amount_fen) == ("rejected", 0)
    assert judgement.balances == {}


def test_of_approval_and_rejection_the_later_word_holds() -> None:
    yes, no = verdict("approved", "clerk", 5), verdict("rejected", "clerk", 6)
    assert state(*SALE, yes, no)[0] == "rejected"
    assert state(*SALE, no, verdict("approved", "clerk", 7))[0] == "payable"


def test_what_is_tracked_or_blocked_is_not_rejected() -> None:
    tracked = (bought(), referred("doctor"), verdict("rejected", "doctor"))
    assert state(*tracked)[0] == "tracked"
    assert blocked(bought(erased=True), referred("clerk"), verdict("rejected", "clerk")) == "erased"


@pytest.mark.parametrize(
    ("by", "reached"), [("doctor", 400), ("clerk", 400), ("consumer", 5), ("consumer", 400)]
)
def test_what_is_tracked_held_or_payable_is_clawed_back_when_all_is_returned(
    by: str, reached: int
) -> None:
    facts = (bought(), referred(by), returned(2), returned(1, 6, id="b2"))
    judgement = judged(*facts, reached=reached)
    assert (only(judgement).state, only(judgement).amount_fen) == ("clawed_back", 0)
    assert judgement.balances == {}


def test_a_partial_return_lowers_the_amount_and_keeps_the_state() -> None:
    judgement = judged(*SALE, returned(1))
    assert (only(judgement).state, only(judgement).amount_fen) == ("held", 4_000)
    assert books(judgement) == {"reward_expense": 4_000, "held": -4_000}


def test_what_was_rejected_or_blocked_has_nothing_to_claw_back() -> None:
    assert state(*SALE, returned(3), verdict("rejected", "clerk"))[0] == "rejected"
    assert blocked(bought(erased=True), referred("clerk"), returned(3)) == "erased"


def test_what_is_due_is_booked_as_held_then_as_payable() -> None:
    assert books(judged(*SALE)) == {"reward_expense": 6_000, "held": -6_000}
    approved = judged(*SALE, verdict("approved", "clerk"))
    assert books(approved) == {"reward_expense": 6_000, "payable": -6_000}


@pytest.mark.parametrize("actor", ["seller", "scribe", "enroller"])
def test_nobody_approves_what_they_entered(actor: str) -> None:
    word = verdict("approved", "clerk", actor=actor)
    judgement = judged(*SALE, word)
    assert judgement.refused_verdicts == {word.moment.key}
    assert only(judgement).state == "held"


def test_a_refused_approval_leaves_an_earlier_rejection_standing() -> None:
    words = (verdict("rejected", "clerk", 4), verdict("approved", "clerk", 5, actor="seller"))
    assert state(*SALE, *words)[0] == "rejected"


def test_who_entered_something_may_still_reject_it() -> None:
    judgement = judged(*SALE, verdict("rejected", "clerk", actor="seller"))
    assert (only(judgement).state, judgement.refused_verdicts) == ("rejected", frozenset())


def test_an_approval_of_a_reward_owed_to_nobody_is_judged_by_purchase_and_enrolment() -> None:
    words = [
        verdict("approved", "consumer", actor=actor, id=actor)
        for actor in ("seller", "enroller", "scribe", "chief")
    ]
    judgement = judged(*SALE, *words)
    assert judgement.refused_verdicts == {("test", "seller"), ("test", "enroller")}
    assert only(judgement).member == "clerk"


def test_an_approval_under_another_policys_id_approves_nothing() -> None:
    word: VerdictFact = verdict("approved", "clerk", policy="other")
    assert state(*SALE, word)[0] == "held"
    assert len(judged(*SALE, word, members=MEMBERS).rewards) == 1
