"""From recorded events to touchpoints, whether they come from stored rows or from a folded past."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from campaigns.times import OrderKey
from crm.funnels.definition import ChainKind, Funnel
from crm.funnels.touchpoint import TOUCHPOINT_TYPES, Touchpoint

REFERRAL = "referral.made"
PURCHASE = "purchase.made"
RETURN = "purchase.returned"
_ACTIVITY_FIELDS = ("kind", "programme", "dealer", "region")


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """A recorded event that changes something, as far as funnels look at it."""

    type_name: str
    home: str
    order: OrderKey
    day_precision: bool
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How funnels find a card's person, a member's own card, and an activity's fields."""

    person_of_card: Callable[[str], str | None]
    card_of_member: Callable[[str], str | None]
    activity_fields: Callable[[str], Mapping[str, object]]


def types_needed(funnel: Funnel) -> frozenset[str]:
    """The event types that the funnel has to look at."""
    named = {step.type for step in funnel.steps}
    if funnel.kind == ChainKind.STRICT:
        named = set(TOUCHPOINT_TYPES)
    needed = {name for name in named if not name.startswith("referral.")}
    if len(needed) < len(named):
        needed.add(REFERRAL)
    if PURCHASE in named:
        needed.add(RETURN)
    return frozenset(needed)


def touchpoints(events: Iterable[CountedEvent], where: Whereabouts) -> Iterator[Touchpoint]:
    """The touchpoints; a purchase that was returned in full is none."""
    listed = list(events)
    returned: dict[object, int] = {}
    for event in listed:
        if event.type_name == RETURN:
            units = event.fields["quantity"]
            assert isinstance(units, int)
            purchase = event.fields["purchase_id"]
            returned[purchase] = returned.get(purchase, 0) + units
    for event in listed:
        if event.type_name == RETURN:
            continue
        if event.type_name != PURCHASE or _units_left(event, returned):
            yield from _of_event(event, where)


def _units_left(event: CountedEvent, returned: Mapping[object, int]) -> bool:
    quantity = event.fields["quantity"]
    assert isinstance(quantity, int)
    return returned.get(event.fields["purchase_id"], 0) < quantity


def _of_event(event: CountedEvent, where: Whereabouts) -> Iterator[Touchpoint]:
    card_id = event.home.partition("/")[2]
    if event.type_name != REFERRAL:
        yield from _touchpoint(event, event.type_name, card_id, where)
        return
    yield from _touchpoint(event, "referral.received", card_id, where)
    own_card = where.card_of_member(str(event.fields["member"]))
    if own_card is not None:
        yield from _touchpoint(event, "referral.given", own_card, where)


def _touchpoint(
    event: CountedEvent, type_name: str, card_id: str, where: Whereabouts
) -> Iterator[Touchpoint]:
    person = where.person_of_card(card_id)
    if person is None:
        return
    fields = event.fields
    activity_id = fields.get("activity_id")
    if isinstance(activity_id, str):
        fields = {**where.activity_fields(activity_id), **fields}
    yield Touchpoint(person, type_name, event.order[0], event.day_precision, event.order, fields)


def activity_fields(activity: object | None) -> Mapping[str, object]:
    """What an activity lends to the touchpoints at it."""
    if activity is None:
        return {}
    return {name: getattr(activity, name) for name in _ACTIVITY_FIELDS}
