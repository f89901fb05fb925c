"""Outcomes of all that happens to cards, for cards that are evaluated together.

In strata: erasures, voids, registrations, what refers to cards, what refers to that in turn.
Approvals of rewards are judged by the rewards themselves, who knows who entered what.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from campaigns.activity_rules import rule_of
from campaigns.events.purchases import PurchaseMade, PurchaseReturned, ReferralMade
from campaigns.times import OrderKey
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.creations import Created, judge_creation, thing_created
from crm.outcomes.outcome import BREACH, RECORDED, VOIDED, Outcome, rejected
from crm.outcomes.shared import Knows, Surroundings, missing_reference
from crm.outcomes.voids import Outcomes, judge_voids

_SECOND = frozenset({"trial.ended", "complaint.resolved", "purchase.returned"})
_THIRD = frozenset({"reward.approved", "reward.rejected", "reward.paid"})
_SALES = frozenset({"purchase.made", "trial.started"})


@dataclass
class CardOutcomes:
    """The outcomes of one evaluation and what came into being in it."""

    outcomes: Outcomes
    created: Created = field(default_factory=dict)
    voided_purchases: set[str] = field(default_factory=set)
    erased_from: dict[str, OrderKey] = field(default_factory=dict)
    """Home of an erased card → effective order of its erasure."""
    returned_units: dict[str, int] = field(default_factory=dict)

    def is_erased(self, event: LoggedEvent) -> bool:
        """Whether the event comes after the erasure of the card that it speaks of."""
        erased = self.erased_from.get(event.home)
        return erased is not None and event.order > erased


def judge_cards(events: Sequence[LoggedEvent], around: Surroundings) -> CardOutcomes:
    """Every event of some cards and rewards, in effective order."""
    result = CardOutcomes({})
    for event in events:
        if event.type_name == "card.erased":
            result.erased_from.setdefault(event.home, event.order)
    standing, result.outcomes = judge_voids(events, result.is_erased)
    if result.outcomes:
        result.voided_purchases = {
            event.data.purchase_id
            for event in events
            if isinstance(event.data, PurchaseMade) and result.outcomes.get(event.key) is VOIDED
        }
    strata: tuple[list[LoggedEvent], ...] = ([], [], [], [])
    for event in standing:
        strata[_stratum(event.type_name)].append(event)
    judge = _judging(result, around)
    for stratum in strata:
        for event in stratum:
            judge(event)
    return result


def judge_next(judged: CardOutcomes, event: LoggedEvent, around: Surroundings) -> CardOutcomes:
    """The outcomes with those of one more event, the last in effective order.

    It takes nothing back and registers no card, and nothing waits: the others stay as they are.
    """
    result = CardOutcomes(
        dict(judged.outcomes),
        dict(judged.created),
        judged.voided_purchases,
        judged.erased_from,
        dict(judged.returned_units),
    )
    _judging(result, around)(event)
    return result


def _judging(result: CardOutcomes, around: Surroundings) -> Callable[[LoggedEvent], None]:
    """Judges one event after the other into a result."""

    def knows_thing(kind: str, name: str) -> bool:
        if kind == "activity":
            return around.activity(name) is not None
        if kind == "member":
            return around.member(name) is not None
        return (kind, name) in result.created

    def knows_paid(kind: str, name: str) -> bool:
        # Money that moved is a fact, even when its purchase was taken back.
        return knows_thing(kind, name) or name in result.voided_purchases

    def judge(event: LoggedEvent) -> None:
        knows = knows_paid if event.type_name == "reward.paid" else knows_thing
        result.outcomes[event.key] = _judge(event, result, around, knows)

    return judge


def known_cards(events: Sequence[LoggedEvent], around: Surroundings) -> set[str]:
    """The cards that are known, from all events of some cards: what members wait for."""
    judged = judge_cards(
        [
            event
            for event in events
            if event.type_name in ("card.registered", "card.erased", "event.voided")
        ],
        around,
    )
    return {name for kind, name in judged.created if kind == "card"}


def _stratum(type_name: str) -> int:
    if type_name == "card.registered":
        return 0
    if type_name in _SECOND:
        return 2
    return 3 if type_name in _THIRD else 1


def _judge(event: LoggedEvent, result: CardOutcomes, around: Surroundings, knows: Knows) -> Outcome:
    missing = missing_reference(event, knows)
    if missing is not None:
        return missing
    outcome = judge_creation(event, result.created)
    if outcome is RECORDED:
        outcome = _own_rule(event, result, around)
    # Of several reasons the erasure is named last, as for words that take something back.
    if outcome.outcome == "recorded" and result.is_erased(event):
        outcome = outcome if event.type_name == "purchase.returned" else rejected("erased")
    if outcome.takes_effect:
        thing = thing_created(event)
        if thing is not None:
            result.created[thing] = event
    return outcome


def _own_rule(event: LoggedEvent, result: CardOutcomes, around: Surroundings) -> Outcome:
    data = event.data
    if isinstance(data, ReferralMade):
        return RECORDED if data.patient_agreed else rejected("patient_did_not_agree")
    if isinstance(data, PurchaseReturned):
        return _judge_return(data, result)
    activity_id = getattr(data, "activity_id", None)
    if activity_id is None:
        return RECORDED
    activity = around.activity(activity_id)
    assert activity is not None
    if event.type_name == "activity.attended" and activity.cancelled:
        return rejected("activity_cancelled")
    if event.type_name in _SALES and not rule_of(activity.kind).allows_sales:
        return BREACH
    return RECORDED


def _judge_return(data: PurchaseReturned, result: CardOutcomes) -> Outcome:
    bought = result.created[("purchase", data.purchase_id)].data
    assert isinstance(bought, PurchaseMade)
    returned = result.returned_units.get(data.purchase_id, 0)
    if returned + data.quantity > bought.quantity:
        return rejected("more_returned_than_bought")
    result.returned_units[data.purchase_id] = returned + data.quantity
    return RECORDED
