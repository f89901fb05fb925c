"""Asks of a dealer's copy on which consent each row rests.

The decisions are read from the journal, not from what the copy was computed of; what they come to
is for the rule of sharing to say (sharing_rule.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, select

from campaigns.times import SECOND_US
from crm.consents.consents import restricted
from crm.consents.facts import ConsentDecision
from crm.consents.gathering import CONSENT_TYPES, consent_decision
from crm.copies.sharing_rule import Obstacle, obstacles_of_consent
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.journal.events import JOURNAL, decode_plain
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.tables import OUTCOME
from crm.people.linked import cards_beside
from crm.scope import Scope
from crm.storage.database import in_pieces

Basis = Literal["consent", "none", "no", "expired", "late"]
"""consent: the person agreed, and before the row went out; none: no card names this dealer; no: a
refusal or withdrawal stands above it, or restricts the archive; expired: its last day is over;
late: it came after the row.
"""
_BASES: Mapping[Obstacle, Basis] = {
    Obstacle.NO_CONSENT: "none",
    Obstacle.REFUSED: "no",
    Obstacle.WITHDRAWN: "no",
    Obstacle.OVERRULED: "no",
    Obstacle.RESTRICTED: "no",
    Obstacle.EXPIRED: "expired",
}
_CLOCKS_APART_US = 600 * SECOND_US
"""The door and the worker may be two machines."""
_Said = tuple[ConsentDecision, LoggedEvent]


@dataclass(frozen=True, slots=True)
class Proof:
    """A row of a copy, since when the dealer has it, and the event that it rests on.

    consent: the last one that speaks of this dealer, whatever became of it.
    """

    key: str
    since_us: int
    consent: LoggedEvent | None
    basis: Basis


def proofs_of_copy(scope: Scope, connection: Connection, dealer: str, at_us: int) -> list[Proof]:
    """Every row of a dealer's copy as it stands, those that rest on nothing first."""
    scope.require("copies", "on what the dealers' copies rest")
    query = select(COPY_ROW.c.key, COPY_ROW.c.cards).where(COPY_ROW.c.dealer == dealer)
    rows = {key: tuple(orjson.loads(cards)) for key, cards in connection.execute(query)}
    beside = cards_beside(connection, {card for cards in rows.values() for card in cards})
    said = _said(connection, {card for cards in beside.values() for card in cards})
    since = _since(connection, dealer)
    found = []
    for key, cards in rows.items():
        person = {other for card in cards for other in beside.get(card, (card,))}
        found.append(
            _proof(
                Proof(key, since.get(key, 0), None, "none"),
                [said.get(card, []) for card in cards],
                [decision for card in sorted(person) for decision, _ in said.get(card, ())],
                dealer,
                at_us,
            )
        )
    return sorted(found, key=lambda proof: (proof.basis == "consent", proof.key))


def _proof(
    row: Proof,
    cards: Sequence[Sequence[_Said]],
    person: Sequence[ConsentDecision],
    dealer: str,
    at_us: int,
) -> Proof:
    """Each of the row's cards is in it by its own consent, against which no card of the person
    speaks."""
    consents = [
        event
        for said in cards
        for decision, event in said
        if decision.is_consent and decision.dealer == dealer
    ]
    if not consents:
        return row
    last = max(consents, key=lambda event: event.order)
    own = ([decision for decision, _ in said] for said in cards)
    in_the_way = (
        each for card in own for each in obstacles_of_consent(card, person, dealer, at_us)
    )
    obstacle = Obstacle.RESTRICTED if restricted([person], at_us) else next(in_the_way, None)
    basis: Basis = "consent" if obstacle is None else _BASES[obstacle]
    if obstacle is None and min(e.received_us for e in consents) > row.since_us + _CLOCKS_APART_US:
        basis = "late"
    return replace(row, consent=last, basis=basis)


def _said(connection: Connection, cards: Iterable[str]) -> dict[str, list[_Said]]:
    """Card → what was decided on it, as far as it counts."""
    found: dict[str, list[_Said]] = {}
    for piece in in_pieces(sorted(f"card/{card}" for card in cards)):
        query = (
            select(JOURNAL)
            .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
            .where(JOURNAL.c.subject.in_(piece), JOURNAL.c.type.in_(sorted(CONSENT_TYPES)))
            .where(OUTCOME.c.outcome == "recorded")
        )
        for event in decode_plain(connection.execute(query).all()):
            decision = consent_decision(event)
            if decision is not None:
                found.setdefault(event.subject.partition("/")[2], []).append((decision, event))
    return found


def _since(connection: Connection, dealer: str) -> dict[str, int]:
    """Row → since when it stands in the copy without a break."""
    found: dict[str, int] = {}
    for key, kind, changed_us in _changes(connection, dealer):
        if kind == "withdraw":
            found.pop(key, None)
        else:
            found.setdefault(key, changed_us)
    return found


def _changes(connection: Connection, dealer: str) -> Iterator[Any]:
    columns = (DEALER_CHANGE.c.key, DEALER_CHANGE.c.kind, DEALER_CHANGE.c.changed_us)
    query = select(*columns).where(DEALER_CHANGE.c.dealer == dealer)
    yield from connection.execute(query.order_by(DEALER_CHANGE.c.sequence))
