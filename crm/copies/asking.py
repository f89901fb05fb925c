"""Asks of a dealer's copy on which word of the person each row rests.

It reads the journal's own words, not what the copy was computed of: so each can prove the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, select

from campaigns.times import shanghai_day
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.scope import Scope
from crm.storage.database import in_pieces

Ground = Literal["consent", "none", "no", "expired", "late"]
"""consent: the person agreed, and before the row went out; none: nothing names this dealer; no: a
refusal or withdrawal came later; expired: its last day is over; late: it came after the row."""
_SHARING = "share_with_dealer"
_WORDS = ("consent.given", "consent.refused", "consent.withdrawn")


@dataclass(frozen=True, slots=True)
class Word:
    """A word on sharing with a dealer, as it was said. order: when it was effective."""

    type_name: str
    source: str
    id: str
    order: tuple[int, int, str, str]
    received_us: int
    said: dict[str, Any]

    @property
    def on(self) -> date:
        """The Shanghai day."""
        return shanghai_day(self.order[0])


@dataclass(frozen=True, slots=True)
class Proof:
    """A row of a copy, since when the dealer has it, and the word that it rests on."""

    key: str
    since_us: int
    word: Word | None
    ground: Ground


def proofs_of_copy(scope: Scope, connection: Connection, dealer: str, today: date) -> list[Proof]:
    """Every row of a dealer's copy as it stands, those without a ground first."""
    scope.require("copies", "on what the dealers' copies rest")
    query = select(COPY_ROW.c.key, COPY_ROW.c.cards).where(COPY_ROW.c.dealer == dealer)
    rows = {key: tuple(orjson.loads(cards)) for key, cards in connection.execute(query)}
    said = _words(connection, dealer, {card for cards in rows.values() for card in cards})
    since = _since(connection, dealer)
    found = []
    for key, cards in rows.items():
        words = sorted(
            (word for card in cards for word in said.get(card, ())), key=lambda word: word.order
        )
        found.append(_proof(key, since.get(key, 0), words, today))
    return sorted(found, key=lambda proof: (proof.ground == "consent", proof.key))


def _proof(key: str, since_us: int, words: Sequence[Word], today: date) -> Proof:
    given = [word for word in words if word.type_name == "consent.given"]
    if not given:
        return Proof(key, since_us, None, "none")
    last = given[-1]
    expires = last.said.get("expires_on")
    ground: Ground = "consent"
    if words[-1] is not last:
        ground = "no"
    elif expires and date.fromisoformat(expires) < today:
        ground = "expired"
    elif min(word.received_us for word in given) > since_us:
        ground = "late"
    return Proof(key, since_us, last, ground)


def _words(connection: Connection, dealer: str, cards: Iterable[str]) -> dict[str, list[Word]]:
    """Card → what counts of its words on sharing with this dealer, or with every dealer."""
    found: dict[str, list[Word]] = {}
    names = ("subject", "type", "source", "id", "starts_us", "sequence", "received_us", "plain")
    for piece in in_pieces(sorted(f"card/{card}" for card in cards)):
        query = (
            select(*(JOURNAL.c[name] for name in names))
            .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
            .where(JOURNAL.c.subject.in_(piece), JOURNAL.c.type.in_(_WORDS))
            .where(OUTCOME.c.outcome == "recorded")
        )
        for row in connection.execute(query):
            said = orjson.loads(row.plain)
            if said.get("purpose") == _SHARING and said.get("dealer") in (dealer, None):
                order = (row.starts_us, row.sequence, row.source, row.id)
                word = Word(row.type, row.source, row.id, order, row.received_us, said)
                found.setdefault(row.subject.partition("/")[2], []).append(word)
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
