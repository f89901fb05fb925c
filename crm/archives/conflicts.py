"""Where those who corrected a card disagree, and nobody who could know of both has decided.

The card itself goes by the rule (the later correction in effective order); a conflict says that
the rule chose between people. Two corrections of one field of one card are in conflict when they
come from two sides, say different things, are the last words of their sides, and either

- the later one says as of when it knew the card (`based_on`), and that was before the company
  received the earlier one, or
- it does not say that, and the two are at most 30 days apart.

A correction by headquarters that was received after both decides, whatever it says: what was said
before it is no conflict any more. A word that is voided was never said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Any, Literal

from msgspec import UNSET, Struct, structs

from campaigns.events.people import CardCorrected
from campaigns.times import instant_us
from crm.cards.card import SECTIONS, Card
from crm.journal.logged_event import LoggedEvent

DISAGREEMENT = timedelta(days=30)
_DISAGREEMENT_US = DISAGREEMENT // timedelta(microseconds=1)

Why = Literal["older_copy", "close_in_time"]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one correction says of one field; None clears it."""

    event: LoggedEvent
    value: Any

    @property
    def side(self) -> str:
        """Who speaks: a dealer, whatever its systems, or one source of the company."""
        role = self.event.role
        return role if role.startswith("dealer/") else self.event.source

    @property
    def based_on_us(self) -> int | None:
        """As of when the speaker knew the card, where that was said."""
        assert isinstance(self.event.data, CardCorrected)
        based_on = self.event.data.based_on
        return instant_us(based_on) if based_on is not None else None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two or more last words on a field, in effective order; the last one is in force.

    field: `region`, or section and name (`contact.phones`).
    """

    card_id: str
    field: str
    why: Why
    statements: tuple[Statement, ...]

    @property
    def is_of_health(self) -> bool:
        """Whether its words tell what the person suffers from."""
        return self.field.startswith("health.")

    @property
    def since_us(self) -> int:
        """When the company could first know of it."""
        return sorted(each.event.received_us for each in self.statements)[1]


def conflicts_of(card: Card) -> Iterator[Conflict]:
    """The open conflicts of a card, by field; an erased card has none."""
    corrections = [event for event in card.events if isinstance(event.data, CardCorrected)]
    if card.erased or len(corrections) < 2:
        return
    fields: dict[str, list[Statement]] = {}
    for event in corrections:
        for field, value in _said(event):
            fields.setdefault(field, []).append(Statement(event, value))
    for field in sorted(fields):
        conflict = _conflict(card.card_id, field, fields[field])
        if conflict is not None:
            yield conflict


def _said(event: LoggedEvent) -> Iterator[tuple[str, Any]]:
    """(field, value) of everything that a correction names."""
    patch = event.data
    assert isinstance(patch, CardCorrected)
    if patch.region is not UNSET:
        yield "region", patch.region
    for section, names in SECTIONS.items():
        change = getattr(patch, section)
        if change is None:
            yield from ((f"{section}.{name}", None) for name in names)
        elif isinstance(change, Struct):
            for name, value in structs.asdict(change).items():
                if value is not UNSET:
                    yield f"{section}.{name}", value


def _conflict(card_id: str, field: str, statements: Sequence[Statement]) -> Conflict | None:
    last: dict[str, Statement] = {}
    for statement in _undecided(statements):
        last[statement.side] = statement
    words = sorted(last.values(), key=lambda each: each.event.order)
    reasons: list[Why] = []
    disagreeing: set[str] = set()
    for earlier, later in combinations(words, 2):
        why = _why(earlier, later)
        if why is not None and earlier.value != later.value:
            reasons.append(why)
            disagreeing |= {earlier.side, later.side}
    if not reasons:
        return None
    told = tuple(word for word in words if word.side in disagreeing)
    return Conflict(card_id, field, min(reasons, key=("older_copy", "close_in_time").index), told)


def _undecided(statements: Sequence[Statement]) -> list[Statement]:
    """What was said since headquarters decided, or without headquarters' knowing of it."""
    decisions = [each for each in statements if each.event.role == "headquarters"]
    return [
        statement
        for statement in statements
        if not any(
            decision.event.order > statement.event.order
            and decision.event.received_us >= statement.event.received_us
            for decision in decisions
        )
    ]


def _why(earlier: Statement, later: Statement) -> Why | None:
    if later.based_on_us is not None:
        return "older_copy" if later.based_on_us < earlier.event.received_us else None
    apart_us = later.event.starts_us - earlier.event.starts_us
    return "close_in_time" if apart_us <= _DISAGREEMENT_US else None
