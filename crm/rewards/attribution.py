"""Whose referral a purchase is owed to: one referral at most, one level only.

Decided here, where the published rules are silent:
- a member is enrolled at a referral when the enrolment comes before it in effective order, and
  has left as soon as any leaving does; who left stays out (an enrolment written twice counts once);
- kind and institution are those of the enrolment and of the changes before the purchase in
  effective order;
- each referral is measured by the window of the rule that fits its own member; a referral that no
  rule fits is measured by the policy's longest window: it too keeps an earlier one from stepping
  in, and earns nothing;
- where the rules of a policy disagree on `which`, the last qualifying referral's rule decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from msgspec import Struct

from campaigns.events.rewards import PolicyRule
from campaigns.times import OrderKey
from crm.rewards.facts import MemberFact, Moment, PolicyFact, PurchaseFact, ReferralFact
from crm.rewards.policy import rule_for

Change = tuple[OrderKey, Mapping[str, str | None]]


@dataclass(frozen=True, slots=True)
class Membership:
    """A member's history, ready for questions.

    `left` is the first leaving; `trained_on` the Shanghai day of the first passed training.
    """

    member: str
    enrolled: Moment
    values: Mapping[str, str | None]
    changes: tuple[Change, ...]
    left: OrderKey | None
    trained_on: date | None
    phones: frozenset[str]
    card_id: str | None
    trained: Moment | None = None
    left_at: Moment | None = None

    def active_at(self, order: OrderKey) -> bool:
        """Whether the member was enrolled and had not left at that place in effective order."""
        return self.enrolled.order < order and (self.left is None or order < self.left)

    def kinds_at(self, order: OrderKey | None) -> tuple[str | None, str | None]:
        """(kind, institution kind) in force there; None asks for what is in force at the end."""
        values = self.values
        for changed, change in self.changes:
            if order is None or changed < order:
                values = {**values, **change}
        return values.get("kind"), values.get("institution_kind")


class Attribution(Struct, frozen=True, gc=False):
    """The referral that counts for a purchase, its member, and the rule that fits, if any."""

    referral: ReferralFact
    membership: Membership
    rule: PolicyRule | None


def membership_of(fact: MemberFact) -> Membership | None:
    """The member's history; None when no enrolment is recorded."""
    events = sorted(fact.events, key=lambda event: event.moment.order)
    enrolment = next((event for event in events if event.type == "enrolled"), None)
    if enrolment is None:
        return None
    passed = (event.moment.day for event in events if event.type == "trained" and event.passed)
    return Membership(
        member=fact.member,
        enrolled=enrolment.moment,
        values=enrolment.values,
        changes=tuple((e.moment.order, e.values) for e in events if e.type == "changed"),
        left=next((event.moment.order for event in events if event.type == "left"), None),
        trained_on=next(passed, None),
        phones=fact.phones,
        card_id=fact.card_id,
        trained=next((e.moment for e in events if e.type == "trained" and e.passed), None),
        left_at=next((event.moment for event in events if event.type == "left"), None),
    )


def comes_before(referral: Moment, purchase: Moment) -> bool:
    """Whether a referral was made before a purchase.

    On one Shanghai day it was when either time is only a day, else the clock decides; the same
    instant counts as before.
    """
    if referral.order[0] <= purchase.order[0]:
        return True
    either = referral.day_precision or purchase.day_precision
    return either and referral.day == purchase.day


def attribute(
    purchase: PurchaseFact,
    referrals: Iterable[ReferralFact],
    memberships: Mapping[str, Membership],
    policy: PolicyFact,
    *,
    is_first: bool = True,
) -> Attribution | None:
    """The referral that counts, of those by active members, made before and in the window.

    is_first: whether the person bought nothing before.
    """
    day = purchase.moment.day
    qualified: list[Attribution] = []
    for referral in referrals:
        membership = memberships.get(referral.member)
        if membership is None or not membership.active_at(referral.moment.order):
            continue
        if not comes_before(referral.moment, purchase.moment):
            continue
        rule, window_days = rule_and_window(membership, purchase, policy, is_first=is_first)
        if (day - referral.moment.day).days <= window_days:
            qualified.append(Attribution(referral, membership, rule))
    if not qualified:
        return None
    if len(qualified) == 1:
        return qualified[0]
    last = max(qualified, key=_order)
    if last.rule is not None and last.rule.which == "first":
        return min(qualified, key=_order)
    return last


def rule_and_window(
    membership: Membership, purchase: PurchaseFact, policy: PolicyFact, *, is_first: bool
) -> tuple[PolicyRule | None, int]:
    """The rule that fits a member at a purchase, if any, and the days that its referrals last."""
    kind, institution_kind = membership.kinds_at(purchase.moment.order)
    rule = rule_for(policy, kind, institution_kind, purchase.region, is_first=is_first)
    if rule is not None:
        return rule, rule.window_days
    return None, max((each.window_days for each in policy.rules), default=0)


def _order(attribution: Attribution) -> OrderKey:
    return attribution.referral.moment.order
