"""Why a reward is blocked and in which state it is, as a function of the facts alone.

    tracked                              ─┐
    blocked ─approved (late_referral)→    │
    held ─hold over, approved→ payable   ─┼─ everything returned → clawed_back
    held, payable ─rejected→ rejected     │
    any ─paid→ paid                      ─┘

Decided here, where the published rules are silent:
- a rule that FORBIDs leaves a row, blocked as `forbidden`: nothing frees it, so it comes before
  `late_referral`;
- a block stands above a rejection and a rejection above a full return: only what is held or
  payable can be rejected, and what was rejected or blocked has nothing to take back;
- a later rejection takes a late referral's approval back: it is blocked again;
- `erased` blocks unpaid rewards only, so what was paid before stays due.
"""

from datetime import date
from typing import Literal

from campaigns.events.rewards import PolicyRule
from campaigns.times import DAY_US
from crm.rewards.attribution import Attribution
from crm.rewards.facts import Patient, PurchaseFact

State = Literal["tracked", "blocked", "held", "payable", "rejected", "paid", "clawed_back"]
Reason = Literal[
    "self_referral", "compliance_breach", "not_trained", "erased", "forbidden", "late_referral"
]
Decision = Literal["approved", "rejected"]

LATE_AFTER_US = 7 * DAY_US


def releases_on(bought_on: date, rule: PolicyRule) -> date:
    """The Shanghai day from which the hold is over: it lasts to the end of its last day."""
    return date.fromordinal(bought_on.toordinal() + rule.hold_days + 1)


def block_reason(
    purchase: PurchaseFact,
    attribution: Attribution,
    rule: PolicyRule,
    patient: Patient,
    *,
    approved: bool,
    paid: bool,
) -> Reason | None:
    """The first reason for which nothing is payable; None when nothing blocks."""
    membership = attribution.membership
    if membership.card_id in patient.cards or not membership.phones.isdisjoint(patient.phones):
        return "self_referral"
    if purchase.compliance_breach:
        return "compliance_breach"
    trained_on = membership.trained_on
    if rule.training_required and (trained_on is None or trained_on > purchase.moment.day):
        return "not_trained"
    if purchase.erased and not paid:
        return "erased"
    if rule.mode == "FORBIDDEN":
        return "forbidden"
    received_us = attribution.referral.moment.received_us
    if not approved and received_us > purchase.moment.received_us + LATE_AFTER_US:
        return "late_referral"
    return None


def standing(
    rule: PolicyRule,
    reason: Reason | None,
    decision: Decision | None,
    *,
    hold_over: bool,
    all_returned: bool,
) -> State:
    """The state before any payment is looked at."""
    if reason is not None:
        return "blocked"
    if rule.mode != "TRACK_ONLY" and decision == "rejected":
        return "rejected"
    if all_returned:
        return "clawed_back"
    if rule.mode == "TRACK_ONLY":
        return "tracked"
    approved = rule.mode != "HOLD_FOR_REVIEW" or decision == "approved"
    return "payable" if hold_over and approved else "held"


def state_when_paid(*, all_returned: bool, attributed: bool) -> State:
    """The state once money moved: paid, whatever the rest was, unless it has to come back."""
    return "paid" if attributed and not all_returned else "clawed_back"


def amount_due(state: State, granted_fen: int) -> int:
    """What is due in a state before payment, in fen: nothing unless held or payable."""
    return granted_fen if state in ("held", "payable") else 0
