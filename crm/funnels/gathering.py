"""From recorded events to touchpoints and their columns, of stored rows or of a folded past."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from campaigns.times import OrderKey
from crm.funnels.codes import NONE, Array, fitting
from crm.funnels.columns import BY_DAY, Batch, Columns
from crm.funnels.definition import ChainKind, Funnel
from crm.funnels.touchpoint import TOUCHPOINT_TYPES, Touchpoint, text_of

REFERRAL = "referral.made"
PURCHASE = "purchase.made"
RETURN = "purchase.returned"
FEN = "#fen"
"""A column that no step can name: what of a purchase was paid for and kept, fen."""
_ACTIVITY_FIELDS = ("kind", "programme", "dealer", "region")


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """A recorded event that changes something, as far as funnels look at it."""

    type_name: str
    subject: str
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
    card_id = event.subject.partition("/")[2]
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


IDENTITIES = frozenset(
    (
        *("card_id", "trial_id", "purchase_id", "complaint_id", "referral_id", "serial"),
        "evidence_sha256",
    )
)
"""Fields that differ from touchpoint to touchpoint: no columns are held of them."""


@dataclass(slots=True)
class Gathering:
    """Touchpoints of one type on their way into the columns."""

    columns: Columns
    time: "array[int]" = field(default_factory=lambda: array("q"))
    person: "array[int]" = field(default_factory=lambda: array("i"))
    event: "array[int]" = field(default_factory=lambda: array("i"))
    state: bytearray = field(default_factory=bytearray)
    fields: "dict[str, array[int]]" = field(default_factory=dict)

    def add(
        self, person: str, time_us: int, event: int, state: int, fields: Mapping[str, object]
    ) -> None:
        """One more."""
        at = len(self.time)
        self.time.append(time_us)
        self.person.append(self.columns.people.code(person))
        self.event.append(event)
        self.state.append(state)
        for name, value in fields.items():
            text = None if name in IDENTITIES else text_of(value)
            if text is not None:
                codes = self.fields.setdefault(name, array("i"))
                codes.extend([NONE] * (at - len(codes)))
                codes.append(self.columns.word_codes(name).code(text))

    def batch(self) -> Batch:
        """All of them."""
        size = len(self.time)
        for codes in self.fields.values():
            codes.extend([NONE] * (size - len(codes)))
        base: dict[str, Array] = {
            "time": np.array(self.time, np.int64),
            "person": np.array(self.person, np.int32),
            "event": np.array(self.event, np.int32),
            "state": np.frombuffer(bytes(self.state), np.uint8),
        }
        fields = {name: fitting(np.array(codes, np.int32)) for name, codes in self.fields.items()}
        return Batch(base, fields)


def columns_of(touchpoints: Iterable[Touchpoint]) -> Columns:
    """Columns of touchpoints that are given one by one, what activities lend among their fields."""
    columns = Columns()
    gathered: dict[str, Gathering] = {}
    orders: list[OrderKey] = []
    for event, touchpoint in enumerate(touchpoints):
        orders.append(touchpoint.order)
        into = gathered.setdefault(touchpoint.type, Gathering(columns))
        state = BY_DAY if touchpoint.day_precision else 0
        into.add(touchpoint.person, touchpoint.starts_us, event, state, touchpoint.fields)
    for name, gathering in gathered.items():
        none = np.empty(0, np.int64)
        columns.kind(name).replace(
            none, gathering.batch(), lambda events: {event: orders[event] for event in events}
        )
    columns.mark_attended_again()
    return columns
