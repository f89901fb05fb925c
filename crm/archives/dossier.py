"""What an archive tells of a person at one look: kin, trials, purchases, readings, what is open.

Only what is recorded and takes effect counts; the timeline shows the rest too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from campaigns.events.care import (
    ClinicConsulted,
    ComplaintRaised,
    ComplaintResolved,
    TrialEnded,
    TrialStarted,
)
from campaigns.events.people import (
    IdentityDifferent,
    IdentitySame,
    IdentityUndecided,
    RelationStated,
)
from campaigns.events.purchases import PurchaseMade, PurchaseReturned, ReferralMade
from campaigns.times import shanghai_day
from crm.components.evaluation import Evaluation, PersonView
from crm.components.matched_cards import as_it_stands, identity_card
from crm.consents.uses import Closed
from crm.follow_ups.schedule import FollowUp, due_now, follow_ups
from crm.identity.clusters import Evidence
from crm.journal.logged_event import EventKey, LoggedEvent

INVERSE = {
    "spouse": "spouse",
    "child": "parent",
    "parent": "child",
    "sibling": "sibling",
    "friend": "friend",
}
"""A relation as it is seen from the other side; a carer has nobody's word for the one cared for."""


@dataclass(frozen=True, slots=True)
class Kin:
    """Somebody that a recorded word ties to the person.

    relation: what the other one is to the person; `cared_for` where the person is the carer.
    """

    person_id: str
    relation: str
    event: EventKey


@dataclass(frozen=True, slots=True)
class Decision:
    """The human word that stands on two cards, one of them the person's; same or different."""

    card_id: str
    other_card_id: str
    word: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One reading; health, so it opens by a tap. Millimetres of mercury, beats a minute."""

    at_us: int
    card_id: str
    systolic_mmhg: int | None
    diastolic_mmhg: int | None
    pulse_bpm: int | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A device on trial: ended_on is None while it runs; calls: its follow-ups."""

    trial_id: str
    card_id: str
    sku: str
    serial: str | None
    started_on: date
    ended_on: date | None
    outcome: str | None
    calls: tuple[FollowUp, ...]


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase, with how many of its units came back; the price is that of one, fen."""

    purchase_id: str
    on: date
    sku: str
    quantity: int
    returned: int
    unit_price_fen: int
    dealer: str | None
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint, open until it is resolved."""

    complaint_id: str
    card_id: str
    kind: str
    raised_on: date
    resolved_on: date | None


@dataclass(frozen=True, slots=True)
class Referred:
    """Who brought the person, and when."""

    member: str
    on: date


@dataclass(frozen=True, slots=True)
class Joined:
    """A card of several of one person, and on what evidence it belongs to another of them.

    is_corrected: a dealer has corrected one of the two by a row since, which the evidence passes
    over.
    """

    card_id: str
    evidence: Evidence
    is_corrected: bool = False


@dataclass(frozen=True)
class Dossier:
    """All of it; each list in effective order.

    household: ids of the others who live with the person; due: calls that are due by now.
    """

    household: tuple[str, ...] = ()
    kin: tuple[Kin, ...] = ()
    decisions: tuple[Decision, ...] = ()
    joined: tuple[Joined, ...] = ()
    readings: tuple[Measured, ...] = ()
    trials: tuple[Trial, ...] = ()
    purchases: tuple[Bought, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    referrals: tuple[Referred, ...] = ()
    due: tuple[FollowUp, ...] = ()


def dossier_of(
    person: PersonView, evaluation: Evaluation, closed: Closed, *, hidden: bool
) -> Dossier:
    """As of the evaluation's instant; hidden: nothing personal in it is for this viewer.

    Readings are there for nobody while health is closed.
    """
    if hidden:
        return Dossier()
    events = sorted((e for card in person.cards for e in card.events), key=lambda e: e.order)
    calls = list(follow_ups(person))
    today = shanghai_day(evaluation.at_us)
    return Dossier(
        tuple(
            other.person_id
            for other in evaluation.persons
            if other.household_id == person.household_id and other.person_id != person.person_id
        ),
        tuple(_kin(person, evaluation)),
        tuple(_decisions(person, evaluation)),
        tuple(_joined(person, evaluation)),
        () if closed.health else tuple(_readings(events)),
        tuple(_trials(events, calls)),
        tuple(_purchases(events)),
        tuple(_complaints(events)),
        tuple(
            Referred(event.data.member, _day(event))
            for event in events
            if isinstance(event.data, ReferralMade)
        ),
        tuple(due_now(calls, today)),
    )


def _kin(person: PersonView, evaluation: Evaluation) -> Iterator[Kin]:
    own = {card.card_id for card in person.cards}
    told: set[tuple[str, str]] = set()
    for event in evaluation.events:
        data = event.data
        if not isinstance(data, RelationStated) or not evaluation.outcomes[event.key].takes_effect:
            continue
        if data.card_id in own:
            other, relation = data.other_card_id, str(data.relation)
        elif data.other_card_id in own:
            other, relation = data.card_id, INVERSE.get(data.relation, "cared_for")
        else:
            continue
        link = evaluation.links.get(other)
        if link is None or other in own or (link.person_id, relation) in told:
            continue
        told.add((link.person_id, relation))
        yield Kin(link.person_id, relation, event.key)


def _decisions(person: PersonView, evaluation: Evaluation) -> Iterator[Decision]:
    own = {card.card_id for card in person.cards}
    last: dict[frozenset[str], Decision] = {}
    for event in evaluation.events:
        data = event.data
        if isinstance(data, IdentitySame | IdentityDifferent | IdentityUndecided):
            pair = frozenset((data.card_id, data.other_card_id))
            if pair & own and evaluation.outcomes[event.key].takes_effect:
                card_id = data.card_id if data.card_id in own else data.other_card_id
                (other,) = pair - {card_id}
                last[pair] = Decision(card_id, other, event.type_name.partition(".")[2])
    yield from (decision for decision in last.values() if decision.word != "undecided")


def _joined(person: PersonView, evaluation: Evaluation) -> Iterator[Joined]:
    told: set[tuple[frozenset[str], str]] = set()
    for card_id in sorted(card.card_id for card in person.cards):
        evidence = evaluation.links[card_id].evidence
        if evidence is None:
            continue
        # What joins two cards is the same seen from either.
        said = frozenset((card_id, evidence.other_card_id)), evidence.kind
        if said not in told:
            told.add(said)
            cards = (evaluation.cards[name] for name in said[0])
            is_corrected = any(identity_card(card) != as_it_stands(card) for card in cards)
            yield Joined(card_id, evidence, is_corrected)


def _readings(events: list[LoggedEvent]) -> Iterator[Measured]:
    for event in events:
        if isinstance(event.data, ClinicConsulted):
            said: dict[str, Any] = msgspec.to_builtins(event.data.health)
            numbers = [said.get(name) for name in ("systolic_mmhg", "diastolic_mmhg", "pulse_bpm")]
            if any(number is not None for number in numbers):
                yield Measured(event.starts_us, event.data.card_id, *numbers)


def _trials(events: list[LoggedEvent], calls: list[FollowUp]) -> Iterator[Trial]:
    ended = {e.data.trial_id: e for e in events if isinstance(e.data, TrialEnded)}
    for event in events:
        data = event.data
        if isinstance(data, TrialStarted):
            end = ended.get(data.trial_id)
            yield Trial(
                data.trial_id,
                data.card_id,
                data.sku,
                data.serial,
                _day(event),
                None if end is None else _day(end),
                end.data.outcome if end is not None and isinstance(end.data, TrialEnded) else None,
                tuple(call for call in calls if call.trial_id == data.trial_id),
            )


def _purchases(events: list[LoggedEvent]) -> Iterator[Bought]:
    back: dict[str, int] = {}
    for event in events:
        if isinstance(event.data, PurchaseReturned):
            purchase_id = event.data.purchase_id
            back[purchase_id] = back.get(purchase_id, 0) + event.data.quantity
    for event in events:
        data = event.data
        if isinstance(data, PurchaseMade):
            yield Bought(
                data.purchase_id,
                _day(event),
                data.sku,
                data.quantity,
                back.get(data.purchase_id, 0),
                data.unit_price_fen,
                data.dealer,
                data.serials or (),
            )


def _complaints(events: list[LoggedEvent]) -> Iterator[Complaint]:
    resolved = {
        e.data.complaint_id: _day(e) for e in events if isinstance(e.data, ComplaintResolved)
    }
    for event in events:
        data = event.data
        if isinstance(data, ComplaintRaised):
            found = resolved.get(data.complaint_id)
            yield Complaint(data.complaint_id, data.card_id, data.kind, _day(event), found)


def _day(event: LoggedEvent) -> date:
    return shanghai_day(event.starts_us)
