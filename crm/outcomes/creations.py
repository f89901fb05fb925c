"""Several events that bring the same thing into being: which of them does.

A thing belongs to the party of the event that created it. Of parties that claim the same id the
one that was *received* first has it: the time of an event can be written at will, its receipt
cannot. Within that party the first in effective order stands.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from crm.journal.logged_event import EventKey, LoggedEvent
from crm.outcomes.outcome import RECORDED, RECORDED_AGAIN, Outcome, rejected
from crm.outcomes.parties import Finds, lacking_right, missing_reference

Key = tuple[str, str]
"""(kind, id) of a thing."""
Created = dict[Key, LoggedEvent]
"""A thing → the event that brought it into being."""
Owners = Mapping[Key, str]
"""A thing that several parties claim → the party that has it."""


def thing_created(event: LoggedEvent) -> Key | None:
    """(kind, id) of what the event brings into being, if anything."""
    creates = event.data.creates
    return None if creates is None else (creates[0], getattr(event.data, creates[1]))


def owners_of(creations: Sequence[LoggedEvent], is_fit: Callable[[LoggedEvent], bool]) -> Owners:
    """Who has what several parties claim; `is_fit` tells whether nothing else speaks against."""
    disputed = _disputed(creations)
    if not disputed:
        return {}
    return _first_received(e for e in creations if thing_created(e) in disputed and is_fit(e))


def create(
    event: LoggedEvent,
    created: Created,
    outcomes: dict[EventKey, Outcome],
    owners: Owners,
    finds: Finds,
) -> None:
    """Judge an event that brings something into being, and keep what it brought."""
    outcome = missing_reference(event, finds) or judge_creation(event, created, owners)
    if outcome.outcome == "recorded":
        outcome = lacking_right(event, finds) or outcome
    thing = thing_created(event)
    if outcome is RECORDED and thing is not None:
        created[thing] = event
    outcomes[event.key] = outcome


def is_welcome(event: LoggedEvent, finds: Finds) -> bool:
    """Whether all that the event refers to is known, and its party may say it."""
    return missing_reference(event, finds) is None and lacking_right(event, finds) is None


def _disputed(events: Iterable[LoggedEvent]) -> set[Key]:
    """The things that events of more than one party would bring into being."""
    claims: dict[Key, str] = {}
    found = set()
    for event in events:
        thing = thing_created(event)
        if thing is not None and claims.setdefault(thing, event.party) != event.party:
            found.add(thing)
    return found


def _first_received(claims: Iterable[LoggedEvent]) -> Owners:
    first: Created = {}
    for event in claims:
        thing = thing_created(event)
        if thing is not None and (thing not in first or event.receipt < first[thing].receipt):
            first[thing] = event
    return {thing: event.party for thing, event in first.items()}


def judge_creation(event: LoggedEvent, created: Created, owners: Owners) -> Outcome:
    """Recorded for the first; again for one with the same content; otherwise rejected."""
    thing = thing_created(event)
    if thing is None:
        return RECORDED
    if owners.get(thing, event.party) != event.party:
        return rejected("card_taken" if thing[0] == "card" else "already_exists")
    first = created.get(thing)
    if first is None:
        return RECORDED
    if event.twin is not None and event.twin == first.twin:
        return RECORDED_AGAIN
    if thing[0] == "card" and event.source != first.source:
        return rejected("card_taken")
    return rejected("already_exists")
