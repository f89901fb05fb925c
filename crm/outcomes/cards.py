"""Outcomes of all that happens to cards, for cards that are evaluated together.

In strata: erasures, voids, registrations, what refers to cards, what refers to that in turn.
Approvals of rewards are judged by the rewards themselves, who knows who entered what.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.activity_rules import rule_of
from campaigns.events.purchases import PurchaseMade, PurchaseReturned, ReferralMade
from campaigns.times import OrderKey
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.creations import (
    Created,
    Owners,
    is_welcome,
    judge_creation,
    owners_of,
    thing_created,
)
from crm.outcomes.outcome import BREACH, RECORDED, VOIDED, Outcome, rejected
from crm.outcomes.parties import Finds, Thing, lacking_right, missing_reference
from crm.outcomes.shared import EvaluationContext
from crm.outcomes.voids import Outcomes, judge_voids

_SECOND = frozenset({"trial.ended", "complaint.resolved", "purchase.returned"})
_THIRD = frozenset({"reward.approved", "reward.rejected", "reward.paid"})
_SALES = frozenset({"purchase.made", "trial.started"})


@dataclass
class CardOutcomes:
    """The outcomes of one evaluation and what came into being in it."""

    outcomes: Outcomes
    created: Created = field(default_factory=dict)
    voided_purchases: dict[str, LoggedEvent] = field(default_factory=dict)
    erased_from: dict[str, OrderKey] = field(default_factory=dict)
    """Subject of an erased card → effective order of its erasure."""
    returned_units: dict[str, int] = field(default_factory=dict)

    def is_erased(self, event: LoggedEvent) -> bool:
        """Whether the event comes after the erasure of the card that it speaks of."""
        erased = self.erased_from.get(event.subject)
        return erased is not None and event.order > erased


def judge_cards(events: Sequence[LoggedEvent], context: EvaluationContext) -> CardOutcomes:
    """Every event of some cards and rewards, in effective order."""
    result = CardOutcomes({})
    for event in events:
        if event.type_name == "card.erased":
            result.erased_from.setdefault(event.subject, event.order)
    standing, result.outcomes = judge_voids(events, result.is_erased)
    if result.outcomes:
        result.voided_purchases = {
            event.data.purchase_id: event
            for event in events
            if isinstance(event.data, PurchaseMade) and result.outcomes.get(event.key) is VOIDED
        }
    strata: tuple[list[LoggedEvent], ...] = ([], [], [], [])
    for event in standing:
        strata[_stratum(event.type_name)].append(event)
    judge, thing = _judging(result, context)
    for stratum in strata:
        owners = _owners(stratum, result, thing)
        for event in stratum:
            judge(event, owners)
    return result


def judge_next(
    judged: CardOutcomes, event: LoggedEvent, context: EvaluationContext
) -> CardOutcomes:
    """The outcomes with those of one more event, the last in effective order.

    It takes nothing back and registers no card, nothing waits, and no other party claims what it
    brings into being: the others stay as they are.
    """
    result = CardOutcomes(
        dict(judged.outcomes),
        dict(judged.created),
        judged.voided_purchases,
        judged.erased_from,
        dict(judged.returned_units),
    )
    judge, _ = _judging(result, context)
    judge(event, {})
    return result


def restored_outcomes(events: Sequence[LoggedEvent], outcomes: Outcomes) -> CardOutcomes:
    """What is known with the outcomes of all events, in effective order: nothing is judged."""
    result = CardOutcomes(outcomes)
    for event in events:
        outcome = outcomes[event.key]
        if event.type_name == "card.erased":
            result.erased_from.setdefault(event.subject, event.order)
        if outcome.takes_effect:
            _keep_created(result, event)
        elif outcome is VOIDED and isinstance(event.data, PurchaseMade):
            result.voided_purchases[event.data.purchase_id] = event
    return result


def is_claimed_by_another(event: LoggedEvent, events: Sequence[LoggedEvent]) -> bool:
    """Whether another party would bring into being what the event brings: who has it hangs on
    when both were received, so what stands already may change."""
    thing = thing_created(event)
    return thing is not None and any(
        thing_created(other) == thing and other.party != event.party for other in events
    )


def _judging(
    result: CardOutcomes, context: EvaluationContext
) -> tuple[Callable[[LoggedEvent, Owners], None], Finds]:
    """Judges one event after the other into a result; and finds what is there so far."""

    def thing(kind: str, name: str) -> Thing | None:
        if kind == "activity":
            return context.activity(name)
        if kind == "member":
            return context.member(name)
        return result.created.get((kind, name))

    def paid(kind: str, name: str) -> Thing | None:
        # Money that moved is a fact, even when its purchase was taken back.
        return thing(kind, name) or result.voided_purchases.get(name)

    def judge(event: LoggedEvent, owners: Owners) -> None:
        finds = paid if event.type_name == "reward.paid" else thing
        result.outcomes[event.key] = _judge(event, result, context, finds, owners)

    return judge, thing


def known_cards(
    events: Sequence[LoggedEvent], context: EvaluationContext
) -> dict[str, LoggedEvent]:
    """The cards that are known, each with its registration: what members wait for."""
    judged = judge_cards(
        [
            event
            for event in events
            if event.type_name in ("card.registered", "card.erased", "event.voided")
        ],
        context,
    )
    return {name: event for (kind, name), event in judged.created.items() if kind == "card"}


def _stratum(type_name: str) -> int:
    if type_name == "card.registered":
        return 0
    if type_name in _SECOND:
        return 2
    return 3 if type_name in _THIRD else 1


def _owners(stratum: Sequence[LoggedEvent], result: CardOutcomes, finds: Finds) -> Owners:
    """Who has what several parties claim. Quantities play no part: who returns too much still has
    the id of the return."""

    def is_fit(event: LoggedEvent) -> bool:
        return (
            getattr(event.data, "patient_agreed", True)
            and is_welcome(event, finds)
            and (event.type_name == "purchase.returned" or not result.is_erased(event))
        )

    return owners_of(stratum, is_fit)


def _judge(
    event: LoggedEvent,
    result: CardOutcomes,
    context: EvaluationContext,
    finds: Finds,
    owners: Owners,
) -> Outcome:
    missing = missing_reference(event, finds)
    if missing is not None:
        return missing
    creates = event.data.creates is not None
    outcome = judge_creation(event, result.created, owners) if creates else RECORDED
    if outcome is RECORDED:
        rule = _OWN_RULES.get(event.type_name, _at_activity)
        outcome = rule(event, result, context)
    if outcome.outcome == "recorded":
        outcome = lacking_right(event, finds) or outcome
    # Of several reasons the erasure is named last, as for words that take something back.
    if result.erased_from and outcome.outcome == "recorded" and result.is_erased(event):
        outcome = outcome if event.type_name == "purchase.returned" else rejected("erased")
    if creates and outcome.takes_effect:
        _keep_created(result, event)
    return outcome


def _keep_created(result: CardOutcomes, event: LoggedEvent) -> None:
    """What an event that takes effect brings into being."""
    thing = thing_created(event)
    if thing is not None:
        result.created[thing] = event
    if isinstance(event.data, PurchaseReturned):
        returned = result.returned_units
        bought = event.data.purchase_id
        returned[bought] = returned.get(bought, 0) + event.data.quantity


def _judge_referral(
    event: LoggedEvent, result: CardOutcomes, context: EvaluationContext
) -> Outcome:
    data = event.data
    assert isinstance(data, ReferralMade)
    return RECORDED if data.patient_agreed else rejected("patient_did_not_agree")


def _at_activity(event: LoggedEvent, result: CardOutcomes, context: EvaluationContext) -> Outcome:
    activity_id = getattr(event.data, "activity_id", None)
    if activity_id is None:
        return RECORDED
    activity = context.activity(activity_id)
    assert activity is not None
    if event.type_name == "activity.attended" and activity.cancelled:
        return rejected("activity_cancelled")
    if event.type_name in _SALES and not rule_of(activity.kind).allows_sales:
        return BREACH
    return RECORDED


def _judge_return(event: LoggedEvent, result: CardOutcomes, context: EvaluationContext) -> Outcome:
    data = event.data
    assert isinstance(data, PurchaseReturned)
    bought = result.created[("purchase", data.purchase_id)].data
    assert isinstance(bought, PurchaseMade)
    returned = result.returned_units.get(data.purchase_id, 0)
    if returned + data.quantity > bought.quantity:
        return rejected("more_returned_than_bought")
    return RECORDED


_OWN_RULES: Mapping[str, Callable[[LoggedEvent, CardOutcomes, EvaluationContext], Outcome]] = {
    "referral.made": _judge_referral,
    "purchase.returned": _judge_return,
}
"""What is asked of an event by its type; of all others, whether its activity allows it."""
