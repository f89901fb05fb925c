"""Money that moved is a fact: what each payment does to the state and the balances."""

from typing import Any

import pytest

from campaigns.ids import reward_id
from crm.rewards.facts import VerdictFact, VoidedPurchase
from tests.unit.crm.rewards.invented import (
    PATIENT,
    books,
    bought,
    judged,
    member,
    only,
    policy,
    referred,
    returned,
    rule,
    verdict,
)

SALE = (bought(), referred("clerk"), verdict("approved", "clerk", 35))


def paid(by: str = "clerk", day: int = 40, amount_fen: int = 6_000, **more: Any) -> VerdictFact:
    return verdict("paid", by, day, amount_fen=amount_fen, **more)


def told(*facts: Any, **more: Any) -> tuple[str, int, dict[str, int]]:
    """State, amount and balances of the one reward."""
    judgement = judged(*facts, **more)
    return only(judgement).state, only(judgement).amount_fen, books(judgement)


def test_a_payment_makes_what_is_payable_paid() -> None:
    assert told(*SALE, paid()) == ("paid", 6_000, {"reward_expense": 6_000, "bank": -6_000})
    assert only(judged(*SALE, paid(actor="cashier"))).marks == frozenset()


def test_less_than_what_is_left_leaves_the_rest_payable() -> None:
    booked = {"reward_expense": 6_000, "bank": -5_000, "payable": -1_000}
    assert told(*SALE, paid(amount_fen=5_000)) == ("paid", 6_000, booked)


def test_a_second_payment_pays_the_rest() -> None:
    facts = (*SALE, paid(amount_fen=5_000), paid(day=41, amount_fen=1_000))
    assert told(*facts) == ("paid", 6_000, {"reward_expense": 6_000, "bank": -6_000})


def test_beyond_what_is_left_is_a_receivable() -> None:
    booked = {"reward_expense": 6_000, "bank": -7_000, "receivable": 1_000}
    assert told(*SALE, paid(amount_fen=7_000)) == ("paid", 6_000, booked)


def test_a_partial_return_after_payment_is_a_receivable() -> None:
    booked = {"reward_expense": 4_000, "bank": -6_000, "receivable": 2_000}
    assert told(*SALE, paid(), returned(1, 50)) == ("paid", 4_000, booked)


def test_a_full_return_claws_back_what_was_paid() -> None:
    booked = {"bank": -6_000, "receivable": 6_000}
    assert told(*SALE, paid(), returned(3, 50)) == ("clawed_back", 0, booked)


@pytest.mark.parametrize(
    "facts",
    [
        (bought(), referred("doctor"), paid("doctor")),
        (bought(compliance_breach=True), referred("clerk"), paid()),
        (bought(), referred("clerk", received=8), paid()),
        (bought(), referred("clerk"), verdict("rejected", "clerk", 35), paid()),
    ],
    ids=["tracked", "blocked", "late", "rejected"],
)
def test_where_nothing_was_due_a_payment_makes_it_paid_and_a_receivable(
    facts: tuple[Any, ...],
) -> None:
    assert told(*facts) == ("paid", 0, {"bank": -6_000, "receivable": 6_000})
    reward = only(judged(*facts))
    assert "nothing_due" in reward.marks
    assert reward.reason is None


def test_a_blocked_reward_that_was_paid_is_clawed_back_when_all_is_returned() -> None:
    facts = (bought(compliance_breach=True), referred("clerk"), paid(), returned(3))
    assert told(*facts)[0] == "clawed_back"


def test_what_was_paid_stays_due_when_the_card_is_erased() -> None:
    facts = (bought(erased=True), *SALE[1:], paid())
    assert told(*facts) == ("paid", 6_000, {"reward_expense": 6_000, "bank": -6_000})


def test_erasure_does_not_hide_that_a_paid_referral_came_too_late() -> None:
    facts = (bought(erased=True), referred("clerk", received=8), paid())
    assert told(*facts) == ("paid", 0, {"bank": -6_000, "receivable": 6_000})


def test_a_payment_for_a_voided_purchase_is_a_receivable_with_a_row() -> None:
    judgement = judged(VoidedPurchase("p1"), paid())
    reward = only(judgement)
    assert (reward.state, reward.amount_fen, reward.referral_id) == ("clawed_back", 0, None)
    assert (reward.policy, reward.mode) == ("default", "HOLD_FOR_REVIEW")
    assert reward.reward_id == reward_id("p1", "clerk", "default")
    assert books(judgement) == {"bank": -6_000, "receivable": 6_000}


def test_a_payment_for_a_reward_owed_to_nobody_any_more_is_a_receivable_with_a_row() -> None:
    later = referred("consumer", -3, id="r2")
    rewards = {r.member: r for r in judged(*SALE, later, paid()).rewards}
    assert rewards["consumer"].state == "payable"
    assert (rewards["clerk"].state, rewards["clerk"].amount_fen) == ("clawed_back", 0)
    assert told(bought(), paid()) == ("clawed_back", 0, {"bank": -6_000, "receivable": 6_000})


def test_a_reward_owed_to_nobody_has_no_row_without_a_payment() -> None:
    facts = (bought(), verdict("approved", "clerk"), verdict("rejected", "clerk", 41))
    assert judged(*facts).rewards == ()


def test_a_payment_under_an_unheard_id_has_a_row_without_policy_and_mode() -> None:
    reward = only(judged(bought(), paid(named="unheard")))
    assert (reward.reward_id, reward.policy, reward.mode) == ("unheard", None, None)


def test_a_payment_by_who_approved_is_marked() -> None:
    payment = paid(actor="chief")
    judgement = judged(*SALE, payment)
    assert only(judgement).marks == {"approver_paid"}
    assert judgement.payment_marks == {payment.moment.key: {"approver_paid"}}


@pytest.mark.parametrize(("day", "marks"), [(30, {"paid_early"}), (31, set())])
def test_a_payment_before_the_holds_end_is_marked(day: int, marks: set[str]) -> None:
    facts = (bought(), referred("consumer"), paid("consumer", day, 1_000, actor="cashier"))
    judgement = judged(*facts, reached=day)
    assert (set(only(judgement).marks), only(judgement).state) == (marks, "paid")
    assert books(judgement) == {"reward_expense": 1_000, "bank": -1_000}


def test_who_was_refused_as_approver_may_pay_unmarked() -> None:
    refused = verdict("approved", "clerk", 34, actor="seller")
    assert only(judged(*SALE, refused, paid(actor="seller"))).marks == frozenset()


def set_off(first_paid: int, second_paid: int) -> tuple[int, int]:
    """(payable, receivable) of a clerk after an overpaid and an underpaid reward of 6,000."""
    second = [verdict("approved", "clerk", 36, purchase="p2"), bought(1, id="p2")]
    payments = [
        paid(amount_fen=first_paid),
        paid(day=50, amount_fen=second_paid, purchase="p2"),
    ]
    balances = judged(*SALE, *second, *payments).balances.values()
    assert all(sum(each.values()) == 0 for each in balances)
    return (
        sum(each.get("member:clerk:payable", 0) for each in balances),
        sum(each.get("member:clerk:receivable", 0) for each in balances),
    )


@pytest.mark.parametrize(
    ("second_paid", "left"),
    [(5_000, (0, 0)), (5_400, (0, 400)), (4_999, (-1_001, 1_000)), (6_000, (0, 1_000))],
)
def test_a_payment_that_falls_short_by_at_most_the_receivable_sets_it_off(
    second_paid: int, left: tuple[int, int]
) -> None:
    assert set_off(7_000, second_paid) == left


def test_payments_that_fall_short_take_from_the_receivable_in_effective_order() -> None:
    facts = [referred("clerk"), bought(id="p0"), bought(id="p1"), bought(id="p2")]
    facts += [verdict("approved", "clerk", purchase=id) for id in ("p0", "p1", "p2")]
    facts += [paid(amount_fen=7_000, purchase="p0")]
    facts += [paid(day=52, amount_fen=5_200, purchase="p1")]
    facts += [paid(day=51, amount_fen=5_500, purchase="p2")]
    balances = judged(*facts).balances
    assert "member:clerk:payable" in balances[reward_id("p1", "clerk", "default")]
    covered = balances[reward_id("p2", "clerk", "default")]
    assert covered["member:clerk:receivable"] == -500


def test_the_receivable_of_one_member_sets_off_nothing_of_another() -> None:
    members = {code: member(code, "clerk") for code in ("a", "b")}
    facts = [bought(id="p1"), referred("a", -9), bought(9, id="p2"), referred("b", 5, id="r2")]
    facts += [verdict("approved", by, purchase=p) for by, p in (("a", "p1"), ("b", "p2"))]
    facts += [paid("a", 50, 7_000), paid("b", 50, 5_000, purchase="p2")]
    balances = judged(*facts, members=members).balances
    assert balances[reward_id("p2", "b", "default")]["member:b:payable"] == -1_000


def test_a_self_referral_found_after_payment_is_a_receivable() -> None:
    members = {"clerk": member("clerk", "clerk", phones=PATIENT.phones)}
    assert told(*SALE, paid(), members=members)[2] == {"bank": -6_000, "receivable": 6_000}


def test_the_rest_of_what_was_paid_early_is_payable_not_held() -> None:
    trial = policy(rule(hold_days=30))
    facts = (bought(), referred("clerk"), paid(day=3, amount_fen=1_000, policy="trial"))
    booked = {"reward_expense": 3_000, "bank": -1_000, "payable": -2_000}
    assert told(*facts, policies=(trial,), reached=3)[2] == booked


def test_of_policies_with_one_name_the_latest_gives_the_mode_of_what_is_owed_to_nobody() -> None:
    published = policy(rule("clerk", mode="NON_CASH"), code="default")
    assert only(judged(bought(), paid(), policies=(published,))).mode == "NON_CASH"
