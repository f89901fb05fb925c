"""A reward explained: which events it rests on, which rule, the arithmetic, what would free it.

Nothing is decided here: it tells, from the same facts and by the same functions, how the decision
came about, so that nobody has to believe a number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from campaigns.events.rewards import PolicyRule
from crm.rewards.attribution import attribute, comes_before, rule_and_window
from crm.rewards.caps import used_before
from crm.rewards.claims import Bench, Claim, claims_of, first_moment
from crm.rewards.facts import Moment, PersonFacts, PolicyFact, PurchaseFact, ReferralFact
from crm.rewards.policy import in_force
from crm.rewards.tiers import graded_fen, shares, units_before

StepKind = Literal[
    "enrolled", "trained", "left", "referred", "bought", "returned", "approved", "rejected", "paid"
]
Why = Literal["counts", "not_member", "left", "after_purchase", "out_of_window", "earlier", "later"]
Free = Literal[
    "hold", "approval", "late_approval", "training_missing", "never", "nothing", "pay", "rejected"
]


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the chain. values: what it says of it, codes and numbers only."""

    kind: StepKind
    moment: Moment
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One referral of the person, and why it counts or not."""

    referral: ReferralFact
    why: Why
    days: int


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of the arithmetic: what is reckoned, with what, and what it comes to, in fen."""

    kind: Literal[
        "per_unit", "percent", "per_purchase", "tier", "cap_event", "cap_month", "cap_year", "state"
    ]
    fen: int
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say of one reward.

    frees: what would free it, and until when; empty fields where only a payment names the reward.
    """

    claim: Claim
    policy: PolicyFact | None
    rule: PolicyRule | None
    chain: tuple[Step, ...]
    referrals: tuple[Weighed, ...]
    sums: tuple[Sum, ...]
    due_fen: int
    frees: tuple[Free, ...]


def explain(
    person: PersonFacts, bench: Bench, reward_id: str, others: Iterable[Claim] = ()
) -> Explanation | None:
    """The explanation of a reward of a person's purchases; None when there is no such one.

    others: the member's other claims, which caps and tiers look at.
    """
    claims, _ = claims_of(person, bench)
    claim = next((each for each in claims if each.reward_id == reward_id), None)
    if claim is None:
        return None
    purchase = next((p for p in person.purchases if p.purchase_id == claim.purchase_id), None)
    chain = _chain(person, bench, claim, purchase)
    if purchase is None or claim.referral_id is None:
        return Explanation(claim, None, None, chain, (), (), 0, ("never",))
    policy = in_force(bench.policies, purchase.moment.day)
    is_first = purchase.moment == first_moment(person)
    owed = attribute(purchase, person.referrals, bench.memberships, policy, is_first=is_first)
    rule = None if owed is None else owed.rule
    everything = [each for each in others if each.reward_id != reward_id]
    sums, due_fen = _sums(claim, rule, [*everything, claim])
    return Explanation(
        claim,
        policy,
        rule,
        chain,
        tuple(_weighed(person, bench, purchase, policy, claim.referral_id, is_first=is_first)),
        sums,
        due_fen,
        _frees(claim, bench.reached_day, due_fen),
    )


def _chain(
    person: PersonFacts, bench: Bench, claim: Claim, purchase: PurchaseFact | None
) -> tuple[Step, ...]:
    membership = bench.memberships.get(claim.member)
    steps = []
    if membership is not None:
        steps.append(Step("enrolled", membership.enrolled, dict(membership.values)))
        if membership.trained is not None:
            steps.append(Step("trained", membership.trained))
        if membership.left_at is not None:
            steps.append(Step("left", membership.left_at))
    steps += [
        Step("referred", referral.moment)
        for referral in person.referrals
        if referral.referral_id == claim.referral_id
    ]
    if purchase is not None:
        sold = {"quantity": purchase.quantity, "unit_price_fen": purchase.unit_price_fen}
        steps.append(Step("bought", purchase.moment, sold))
    steps += [
        Step("returned", returned.moment, {"quantity": returned.quantity})
        for returned in person.returns
        if returned.purchase_id == claim.purchase_id
    ]
    steps += [
        Step(verdict.kind, verdict.moment, {"fen": verdict.amount_fen})
        for verdict in person.verdicts
        if verdict.reward_id == claim.reward_id
    ]
    return tuple(sorted(steps, key=lambda step: step.moment.order))


def _weighed(
    person: PersonFacts,
    bench: Bench,
    purchase: PurchaseFact,
    policy: PolicyFact,
    counts: str,
    *,
    is_first: bool,
) -> Iterable[Weighed]:
    chosen = next(each for each in person.referrals if each.referral_id == counts)
    for referral in sorted(person.referrals, key=lambda each: each.moment.order):
        days = (purchase.moment.day - referral.moment.day).days
        membership = bench.memberships.get(referral.member)
        why: Why
        if referral.referral_id == counts:
            why = "counts"
        elif membership is None or not membership.active_at(referral.moment.order):
            gone = membership is not None and membership.enrolled.order < referral.moment.order
            why = "left" if gone else "not_member"
        elif not comes_before(referral.moment, purchase.moment):
            why = "after_purchase"
        elif days > rule_and_window(membership, purchase, policy, is_first=is_first)[1]:
            why = "out_of_window"
        else:
            why = "earlier" if referral.moment.order < chosen.moment.order else "later"
        yield Weighed(referral, why, days)


def _sums(
    claim: Claim, rule: PolicyRule | None, member: list[Claim]
) -> tuple[tuple[Sum, ...], int]:
    """The lines, and what they come to: of several tiers no line is the whole."""
    if rule is None or claim.standing not in ("held", "payable"):
        return (Sum("state", 0, {"state": claim.standing, "reason": claim.reason}),), 0
    units = claim.quantity if rule.mode == "NON_CASH" else claim.quantity - claim.returned
    found = []
    if claim.tiers:
        for share in shares(claim, units_before(member, claim)):
            tier = share.tier
            values: dict[str, object] = {"units": share.units, "from_units": tier.from_units}
            rate = {"rate_fen": tier.amount_fen, "percent_bp": tier.percent_bp}
            found.append(Sum("tier", share.fen, {**values, **rate}))
        running = sum(each.fen for each in found)
    else:
        running = _plain_fen(claim, rule, units)
        values = {"units": units, "quantity": claim.quantity, "rate_fen": rule.amount_fen}
        priced = {"percent_bp": rule.percent_bp, "unit_price_fen": claim.unit_price_fen}
        found.append(Sum(rule.basis, running, {**values, **priced}))
    if rule.cap_fen_event is not None and running > rule.cap_fen_event:
        running = rule.cap_fen_event
        found.append(Sum("cap_event", running, {"cap_fen": rule.cap_fen_event}))
    used_fen = used_before(member, graded_fen(member), claim)
    capped = tuple(_capped(rule, running, used_fen))
    return (*found, *capped), capped[-1].fen if capped else running


def _capped(rule: PolicyRule, running: int, used_fen: tuple[int, int]) -> Iterable[Sum]:
    kinds: tuple[Literal["cap_month"], Literal["cap_year"]] = ("cap_month", "cap_year")
    caps = rule.cap_fen_month, rule.cap_fen_year
    for place, cap_fen in enumerate(caps):
        if cap_fen is not None:
            running = min(running, max(cap_fen - used_fen[place], 0))
            values = {"cap_fen": cap_fen, "used_fen": used_fen[place]}
            yield Sum(kinds[place], running, values)


def _plain_fen(claim: Claim, rule: PolicyRule, units: int) -> int:
    if rule.basis == "percent":
        return claim.unit_price_fen * units * (rule.percent_bp or 0) // 10_000
    amount_fen = (rule.amount_fen or 0) * units
    return amount_fen if rule.basis == "per_unit" else amount_fen // max(claim.quantity, 1)


def _frees(claim: Claim, reached_day: date | None, due_fen: int) -> tuple[Free, ...]:
    due = claim.standing in ("held", "payable")
    if due and claim.verdicts.payments and claim.verdicts.paid_fen >= due_fen:
        return ("nothing",)
    if claim.standing == "blocked":
        if claim.reason == "late_referral":
            return ("late_approval",)
        return ("training_missing",) if claim.reason == "not_trained" else ("never",)
    if claim.standing in ("tracked", "clawed_back"):
        return ("never",)
    if claim.standing == "rejected":
        return ("rejected",)
    found: list[Free] = []
    if claim.releases_on is not None and (reached_day is None or reached_day < claim.releases_on):
        found.append("hold")
    if claim.mode == "HOLD_FOR_REVIEW" and claim.verdicts.decision != "approved":
        found.append("approval")
    return tuple(found) or ("pay",)
