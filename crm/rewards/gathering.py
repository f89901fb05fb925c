"""From recorded events to what rewards are judged from."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Literal, TypeVar

from msgspec import UNSET

from campaigns.events.members import (
    MemberChanged,
    MemberContact,
    MemberContactPatch,
    MemberEnrolled,
    MemberTrained,
)
from campaigns.events.purchases import PurchaseMade, PurchaseReturned, ReferralMade
from campaigns.events.rewards import (
    RewardApproved,
    RewardPaid,
    RewardPolicyPublished,
    RewardRejected,
)
from campaigns.identifiers import mobile_e164
from crm.cards.card import Card, as_told
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.cards import CardOutcomes
from crm.outcomes.shared import EvaluationContext, Member
from crm.rewards.attribution import Membership, membership_of
from crm.rewards.claims import Bench
from crm.rewards.facts import (
    MemberEvent,
    MemberFact,
    Moment,
    Patient,
    PersonFacts,
    PolicyFact,
    PurchaseFact,
    ReferralFact,
    ReturnFact,
    VerdictFact,
    VoidedPurchase,
)
from crm.rewards.policy import timetable

_VERDICTS: Mapping[str, Literal["approved", "rejected", "paid"]] = {
    "reward.approved": "approved",
    "reward.rejected": "rejected",
    "reward.paid": "paid",
}


Cards = tuple[Card, ...]
"""Those of one person."""
_Fact = TypeVar("_Fact", VerdictFact, ReturnFact)


def facts_of_people(
    persons: Iterable[Cards],
    events: Sequence[LoggedEvent],
    judged: CardOutcomes,
    context: EvaluationContext,
    only: Container[str] | None = None,
) -> tuple[list[PersonFacts], Bench]:
    """What the purchases of some people are judged by, person by person.

    only: the purchases to be judged; None: all of them. events: those about them at least.
    """
    verdicts = _by_purchase(_verdicts(events, judged))
    returns = _by_purchase(_returns(events, judged))
    facts = [
        fact
        for cards in persons
        if (fact := _person_facts(cards, judged, verdicts, returns, only)) is not None
    ]
    voided = {
        name: said
        for name, said in verdicts.items()
        if name in judged.voided_purchases and ("purchase", name) not in judged.created
    }
    if voided:
        facts.append(_voided_facts(voided))
    if not facts:
        return [], Bench({}, (), context.reached_day)
    codes = {referral.member for fact in facts for referral in fact.referrals}
    codes |= {verdict.member for fact in facts for verdict in fact.verdicts}
    return facts, Bench(_memberships(codes, context), _timetable(context), context.reached_day)


def _timetable(context: EvaluationContext) -> tuple[PolicyFact, ...]:
    policies: tuple[PolicyFact, ...] | None = context.worked_out.get("policies")
    if policies is None:
        policies = timetable(policy_fact(event) for event in context.policies)
        context.worked_out["policies"] = policies
    return policies


def _person_facts(
    cards: Cards,
    judged: CardOutcomes,
    verdicts: Mapping[str, Sequence[VerdictFact]],
    returns: Mapping[str, Sequence[ReturnFact]],
    only: Container[str] | None,
) -> PersonFacts | None:
    events = [event for card in cards for event in card.events]
    wanted: list[LoggedEvent] = []
    others: list[LoggedEvent] = []
    for event in events:
        if isinstance(event.data, PurchaseMade):
            is_wanted = only is None or event.data.purchase_id in only
            (wanted if is_wanted else others).append(event)
    if not wanted:
        return None
    purchases = tuple(
        purchase_fact(
            event,
            compliance_breach=bool(judged.outcomes[event.key].marks),
            erased=event.subject in judged.erased_from,
        )
        for event in wanted
    )
    names = [purchase.purchase_id for purchase in purchases]
    phones = (mobile_e164(phone) for card in map(as_told, cards) for phone in card.phones)
    first = min(others, key=attrgetter("order"), default=None)
    return PersonFacts(
        Patient(
            frozenset(card.card_id for card in cards),
            frozenset(phone for phone in phones if phone is not None),
        ),
        purchases,
        tuple(referral_fact(e) for e in events if isinstance(e.data, ReferralMade)),
        tuple(each for name in names for each in returns.get(name, ())),
        tuple(each for name in names for each in verdicts.get(name, ())),
        first_elsewhere=None if first is None else moment(first),
    )


def _returns(events: Iterable[LoggedEvent], judged: CardOutcomes) -> Iterator[ReturnFact]:
    for event in events:
        data = event.data
        made = isinstance(data, PurchaseReturned) and judged.created.get(("return", data.return_id))
        if made is event:
            yield return_fact(event)


def _by_purchase(facts: Iterable[_Fact]) -> dict[str, list[_Fact]]:
    found: dict[str, list[_Fact]] = {}
    for fact in facts:
        found.setdefault(fact.purchase_id, []).append(fact)
    return found


def purchase_fact(event: LoggedEvent, *, compliance_breach: bool, erased: bool) -> PurchaseFact:
    """A purchase as rewards look at it."""
    data = event.data
    assert isinstance(data, PurchaseMade)
    return PurchaseFact(
        data.purchase_id,
        data.card_id,
        moment(event),
        data.sku,
        data.quantity,
        data.unit_price_fen,
        data.region,
        compliance_breach=compliance_breach,
        erased=erased,
        outlet=data.outlet,
    )


def referral_fact(event: LoggedEvent) -> ReferralFact:
    """A referral as rewards look at it."""
    data = event.data
    assert isinstance(data, ReferralMade)
    return ReferralFact(data.referral_id, data.card_id, data.member, moment(event))


def return_fact(event: LoggedEvent) -> ReturnFact:
    """A return as rewards look at it."""
    data = event.data
    assert isinstance(data, PurchaseReturned)
    return ReturnFact(data.return_id, data.purchase_id, moment(event), data.quantity)


def verdict_fact(event: LoggedEvent) -> VerdictFact:
    """A word on a reward, or a payment."""
    data = event.data
    assert isinstance(data, RewardApproved | RewardRejected | RewardPaid)
    return VerdictFact(
        _VERDICTS[event.type_name],
        data.reward_id,
        data.purchase_id,
        data.member,
        data.amount_fen,
        moment(event),
        data.reference if isinstance(data, RewardPaid) else "",
    )


def _voided_facts(voided: Mapping[str, Sequence[VerdictFact]]) -> PersonFacts:
    return PersonFacts(
        Patient(frozenset(), frozenset()),
        verdicts=tuple(verdict for said in voided.values() for verdict in said),
        voided=tuple(VoidedPurchase(name) for name in sorted(voided)),
    )


def _verdicts(events: Iterable[LoggedEvent], judged: CardOutcomes) -> Iterator[VerdictFact]:
    for event in events:
        is_verdict = isinstance(event.data, RewardApproved | RewardRejected | RewardPaid)
        if is_verdict and judged.outcomes[event.key].takes_effect:
            yield verdict_fact(event)


def _memberships(codes: Iterable[str], context: EvaluationContext) -> dict[str, Membership]:
    found = {}
    for code in sorted(codes):
        member = context.member(code)
        membership = membership_of(member_fact(member)) if member is not None else None
        if membership is not None:
            found[code] = membership
    return found


def member_fact(member: Member) -> MemberFact:
    """A member as rewards look at it."""
    phones: tuple[str, ...] = ()
    card_id: str | None = None
    events = []
    for event in member.events:
        data = event.data
        if isinstance(data, MemberEnrolled | MemberChanged):
            if isinstance(data.contact, MemberContact | MemberContactPatch):
                phones = data.contact.phones if data.contact.phones is not UNSET else phones
            card_id = data.card_id if data.card_id is not UNSET else card_id
        told = _member_event(event)
        if told is not None:
            events.append(told)
    mobiles = frozenset(filter(None, map(mobile_e164, phones)))
    return MemberFact(member.member, tuple(events), mobiles, card_id)


def _member_event(event: LoggedEvent) -> MemberEvent | None:
    data = event.data
    if isinstance(data, MemberEnrolled):
        values = {"kind": data.kind, "institution_kind": data.institution_kind}
        return MemberEvent(moment(event), "enrolled", values)
    if isinstance(data, MemberChanged):
        named = {"kind": data.kind, "institution_kind": data.institution_kind}
        changed = {name: value for name, value in named.items() if value is not UNSET}
        return MemberEvent(moment(event), "changed", changed)
    if isinstance(data, MemberTrained):
        return MemberEvent(moment(event), "trained", passed=data.passed)
    if event.type_name == "member.left":
        return MemberEvent(moment(event), "left")
    return None


def policy_fact(event: LoggedEvent) -> PolicyFact:
    """A published policy as rewards look at it."""
    data = event.data
    assert isinstance(data, RewardPolicyPublished)
    return PolicyFact(data.policy, data.effective_from, data.rules, event.order)


def moment(event: LoggedEvent) -> Moment:
    """When, and by whom."""
    return Moment(event.order, event.day_precision, event.received_us, event.actor)
