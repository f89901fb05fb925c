"""Two events that bring the same thing into being: the first in effective order does."""

from crm.journal.logged_event import LoggedEvent
from crm.outcomes.outcome import RECORDED, RECORDED_AGAIN, Outcome, rejected

Created = dict[tuple[str, str], LoggedEvent]
"""(kind, id) → the event that brought it into being."""


def thing_created(event: LoggedEvent) -> tuple[str, str] | None:
    """(kind, id) of what the event brings into being, if anything."""
    creates = event.data.creates
    return None if creates is None else (creates[0], getattr(event.data, creates[1]))


def judge_creation(event: LoggedEvent, created: Created) -> Outcome:
    """Recorded for the first; again for one with the same content; otherwise rejected."""
    thing = thing_created(event)
    if thing is None:
        return RECORDED
    first = created.get(thing)
    if first is None:
        return RECORDED
    if event.twin is not None and event.twin == first.twin:
        return RECORDED_AGAIN
    if thing[0] == "card" and event.source != first.source:
        return rejected("card_taken")
    return rejected("already_exists")
