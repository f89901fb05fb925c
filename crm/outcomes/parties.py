"""Who may speak of what: a dealer of what is its own, the company of everything.

Ids can be guessed, so it is not the id that gives the right to speak (docs/events.md, "Who may say
what about whom"; docs/decisions/0019-who-may-say-what.md). What the door can know it refuses;
what is here follows from the set of events alone, so no order of arrival shows in it.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import UNSET

from crm.journal.logged_event import COMPANY, LoggedEvent
from crm.outcomes.outcome import Outcome, rejected, waiting

_NOT_ALLOWED = rejected("not_allowed")
_EVIDENCE_NEEDED = rejected("evidence_needed")
_ACKNOWLEDGED = "copy.acknowledged"


class Thing(Protocol):
    """Something that is known: an event that created it, or what was made of it."""

    def is_open_to(self, event: LoggedEvent) -> bool:
        """Whether the party of the event may speak of it."""


Finds = Callable[[str, str], Thing | None]
"""(kind, id) → the thing; None while it is not known."""


def missing_reference(event: LoggedEvent, finds: Finds) -> Outcome | None:
    """What the event waits for: the first thing it refers to that is not known."""
    for kind, _, name in _references(event):
        if finds(kind, name) is None:
            return waiting(kind, name)
    return None


def lacking_right(event: LoggedEvent, finds: Finds) -> Outcome | None:
    """Why the party may not say this, of things that are all known; None when it may.

    A person that the door found by a row of the dealer's copy is no guess.
    """
    if event.type_name == _ACKNOWLEDGED:
        return None if event.party == event.subject else _NOT_ALLOWED
    if event.party == COMPANY:
        return None
    if names_another_dealer(event):
        return _NOT_ALLOWED
    for kind, place, name in _references(event):
        if event.by_row and place == "card_id":
            continue
        thing = finds(kind, name)
        if thing is not None and not thing.is_open_to(event):
            return _NOT_ALLOWED
    if event.by_row and event.type_name == "consent.given" and not event.evidenced:
        return _EVIDENCE_NEEDED
    return None


def names_another_dealer(event: LoggedEvent) -> bool:
    """Whether a dealer's event says something for another dealer."""
    named = getattr(event.data, "dealer", None)
    return named is not None and named is not UNSET and f"dealer/{named}" != event.party


def _references(event: LoggedEvent) -> Iterator[tuple[str, str, str]]:
    """(kind, field, id) of each thing that the event refers to."""
    for kind, place in event.data.refers:
        name = getattr(event.data, place)
        if name is not None and name is not UNSET:
            yield kind, place, name
