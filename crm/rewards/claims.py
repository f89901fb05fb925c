"""From one person's facts to claims: what each member may have earned by each purchase.

A purchase that is owed to a referral makes one claim. A payment that names another reward makes a
claim of its own with nothing due, so that the money stays visible as a receivable.

Decided here, where the published rules are silent: a reward that only a payment names has the
policy whose name gives its id, and the mode of that policy's rule for the member (as of the
purchase; of a voided purchase, as known last and without a region); no such policy or rule: None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from msgspec import Struct, field

from campaigns.events.rewards import Mode, PolicyRule, Tier
from campaigns.ids import reward_id
from campaigns.times import OrderKey
from crm.rewards.attribution import Attribution, Membership, attribute
from crm.rewards.facts import (
    EventKey,
    Moment,
    Patient,
    PersonFacts,
    PolicyFact,
    PurchaseFact,
    VerdictFact,
)
from crm.rewards.policy import granted_fen, in_force, rule_for, steps_of
from crm.rewards.states import (
    Reason,
    State,
    amount_due,
    block_reason,
    releases_on,
    standing,
    state_when_paid,
)
from crm.rewards.verdicts import (
    NO_VERDICTS,
    Named,
    Verdicts,
    entered_by,
    refused_approvals,
    verdicts_on,
)


class Claim(Struct, frozen=True, gc=False):
    """One member's claim by one purchase, before caps.

    `standing` is the state without the payments, `due_fen` what is due in it after returns.
    `order` is the purchase's; it is None, with nothing due, for what only a payment names.
    `card_id` is the patient's, `quantity` and `returned` are units, `rule_number` counts the
    policy's rules from 1; `entered_by` are those who may not approve, sorted. With `tiers` what is
    due hangs on the member's other claims of the month (tiers.py): `due_fen` is then without them.
    """

    reward_id: str
    purchase_id: str
    member: str
    referral_id: str | None
    policy: str | None
    mode: Mode | None
    standing: State
    state: State
    reason: Reason | None
    due_fen: int
    releases_on: date | None
    verdicts: Verdicts = field(name="words")
    order: OrderKey | None = None
    bought_on: date | None = None
    cap_fen_month: int | None = None
    cap_fen_year: int | None = None
    card_id: str | None = None
    quantity: int = 0
    returned: int = 0
    unit_price_fen: int = 0
    rule_number: int | None = None
    entered_by: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = ()
    cap_fen_event: int | None = None
    outlet: str | None = None
    entered_late_us: int = 0

    @property
    def looks_at(self) -> Literal["month", "year"] | None:
        """The time of whose other claims of the member hangs what is due by this one."""
        if self.cap_fen_year is not None:
            return "year"
        return "month" if self.cap_fen_month is not None or self.tiers else None


@dataclass(frozen=True, slots=True)
class Bench:
    """What every person is judged against: memberships, policies' timetable, the day reached."""

    memberships: Mapping[str, Membership]
    policies: tuple[PolicyFact, ...]
    reached_day: date | None


PurchaseClaims = tuple[list[Claim], frozenset[EventKey]]
"""The claims by a purchase, and the approvals of them that are not allowed."""


def claims_of(person: PersonFacts, bench: Bench) -> PurchaseClaims:
    """The claims by all of a person's purchases, and the approvals that are not allowed.

    ValueError: a verdict names a purchase that is neither the person's nor voided.
    """
    claims: list[Claim] = []
    refused: set[EventKey] = set()
    for more, not_allowed in claims_by_purchase(person, bench).values():
        claims += more
        refused |= not_allowed
    return claims, frozenset(refused)


def claims_by_purchase(person: PersonFacts, bench: Bench) -> dict[str, PurchaseClaims]:
    """The same by purchase, also of those that bring nobody anything."""
    returned_units: dict[str, int] = {}
    for returned in person.returns:
        before = returned_units.get(returned.purchase_id, 0)
        returned_units[returned.purchase_id] = before + returned.quantity
    verdicts: dict[str, list[VerdictFact]] = {}
    for verdict in person.verdicts:
        verdicts.setdefault(verdict.purchase_id, []).append(verdict)
    found: dict[str, PurchaseClaims] = {}
    first = first_moment(person)
    for purchase in person.purchases:
        claims: list[Claim] = []
        day = purchase.moment.day
        policy = in_force(bench.policies, day)
        attribution = attribute(
            purchase, person.referrals, bench.memberships, policy, is_first=purchase.moment is first
        )
        on_purchase = verdicts.pop(purchase.purchase_id, [])
        not_allowed = refused_approvals(purchase, attribution, bench.memberships, on_purchase)
        named = verdicts_on(on_purchase, not_allowed)
        if attribution is not None and attribution.rule is not None:
            units = returned_units.get(purchase.purchase_id, 0)
            sale = _Sale(purchase, day, units, attribution, attribution.rule, policy)
            claims.append(_owed(sale, person.patient, named, bench.reached_day))
        if named:
            claims += _unowed(purchase.purchase_id, named, purchase, bench)
        found[purchase.purchase_id] = claims, not_allowed
    for voided in person.voided:
        named = verdicts_on(verdicts.pop(voided.purchase_id, []), frozenset())
        found[voided.purchase_id] = _unowed(voided.purchase_id, named, None, bench), frozenset()
    if verdicts:
        raise ValueError(f"verdicts on purchases that were not given: {sorted(verdicts)}")
    return found


def first_moment(person: PersonFacts) -> Moment | None:
    """When the person bought for the first time; what was returned was bought all the same."""
    moments = [purchase.moment for purchase in person.purchases]
    if person.first_elsewhere is not None:
        moments.append(person.first_elsewhere)
    if len(moments) == 1:
        return moments[0]
    return min(moments, key=lambda moment: moment.order, default=None)


class _Sale(Struct, frozen=True, gc=False):
    """A purchase that is owed to a referral, under the rule that fits."""

    purchase: PurchaseFact
    day: date
    returned_units: int
    attribution: Attribution
    rule: PolicyRule
    policy: PolicyFact


def _owed(
    sale: _Sale, patient: Patient, named: dict[Named, Verdicts], reached_day: date | None
) -> Claim:
    """The claim of the member to whom a purchase is owed; takes its verdicts out of `named`."""
    purchase, rule, owed = sale.purchase, sale.rule, sale.attribution
    member = owed.membership.member
    owed_id = reward_id(purchase.purchase_id, member, sale.policy.policy)
    verdicts = named.pop((owed_id, member), NO_VERDICTS)
    paid, approved = bool(verdicts.payments), verdicts.decision == "approved"
    reason = block_reason(purchase, owed, rule, patient, approved=approved, paid=paid)
    free_on = releases_on(sale.day, rule)
    hold_over = reached_day is not None and reached_day >= free_on
    all_returned = sale.returned_units >= purchase.quantity
    stands = standing(
        rule, reason, verdicts.decision, hold_over=hold_over, all_returned=all_returned
    )
    # By place: to find twenty-six fields by their names takes a microsecond, for each claim.
    return Claim(
        owed_id,
        purchase.purchase_id,
        member,
        owed.referral.referral_id,
        sale.policy.policy,
        rule.mode,
        stands,
        state_when_paid(all_returned=all_returned, attributed=True) if paid else stands,
        reason,
        amount_due(stands, granted_fen(rule, purchase, sale.returned_units)),
        free_on,
        verdicts,
        purchase.moment.order,
        sale.day,
        rule.cap_fen_month,
        rule.cap_fen_year,
        purchase.card_id,
        purchase.quantity,
        min(sale.returned_units, purchase.quantity),
        purchase.unit_price_fen,
        1 + sale.policy.rules.index(rule),
        tuple(sorted(entered_by(purchase, owed.membership, owed))),
        steps_of(rule),
        rule.cap_fen_event,
        purchase.outlet,
        max(owed.referral.moment.received_us - purchase.moment.received_us, 0),
    )


def _unowed(
    purchase_id: str, named: dict[Named, Verdicts], purchase: PurchaseFact | None, bench: Bench
) -> list[Claim]:
    """The claims of payments for what is owed to nobody; `purchase` is None when voided."""
    claims = []
    for (named_id, member), verdicts in named.items():
        if not verdicts.payments:
            continue
        names = {reward_id(purchase_id, member, each.policy): each for each in bench.policies[::-1]}
        policy = names.get(named_id)
        rule = None
        if policy is not None and member in bench.memberships:
            order = None if purchase is None else purchase.moment.order
            region = None if purchase is None else purchase.region
            rule = rule_for(policy, *bench.memberships[member].kinds_at(order), region)
        claims.append(
            Claim(
                reward_id=named_id,
                purchase_id=purchase_id,
                member=member,
                referral_id=None,
                policy=None if policy is None else policy.policy,
                mode=None if rule is None else rule.mode,
                standing="clawed_back",
                state=state_when_paid(all_returned=False, attributed=False),
                reason=None,
                due_fen=0,
                releases_on=None,
                verdicts=verdicts,
            )
        )
    return claims
