"""Where a batch must be cut so that the ledger never shows where it was cut.

Days that are reached and a policy that is published change what is due to people who have no event
of their own in the batch. Each opens a chunk: what comes before is recorded without it, what
comes after with it; days that follow each other are one chunk, up to a week. Within a chunk
the changes of activities and members, and its days, are told apart event by event
(crm/recording/claim_steps.py).
"""

from collections.abc import Iterator, Sequence

from crm.components.index_keys import POLICIES, kind_of
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.days import day_taken_back

CHANGES_NOBODY = frozenset({"activity.held", "value.transferred", "copy.acknowledged"})
MAKES_ACTIVITIES_KNOWN = frozenset({"activity.planned", "activity.changed", "event.voided"})
_DAY = "day.reached"
_CONCERN_ALL = ("policy/", "matching/")
"""What is said of these changes others that have no event in the batch."""
CUTTING = ("day/", *_CONCERN_ALL)
"""Subjects of which alone events open a chunk."""
MOST_DAYS = 7
"""Of one chunk: whoever has something due in a week is held in memory, not in a year."""
CONCERNS_MEMBERS = frozenset({"card.registered", "card.erased", "event.voided"})


def key_changed(event: LoggedEvent) -> str | None:
    """The key whose dependents an event may concern beyond its own history."""
    kind = kind_of(event.subject)
    if event.type_name in CHANGES_NOBODY:
        return None
    if kind in ("activity", "member"):
        return event.subject
    if kind == "policy":
        return POLICIES
    if kind == "card" and event.type_name in CONCERNS_MEMBERS:
        return event.subject
    return None


def chunks(events: Sequence[LoggedEvent]) -> Iterator[Sequence[LoggedEvent]]:
    """The batch in pieces, in order."""
    start = 0
    for place in range(1, len(events)):
        is_long = _on_the_clock(events[place]) and place - start == MOST_DAYS
        if is_long or _opens(events[place], events[place - 1]):
            yield events[start:place]
            start = place
    if start < len(events):
        yield events[start:]


def _on_the_clock(event: LoggedEvent) -> str:
    """Whether days come with the event, or go; empty for what is about anything else."""
    if event.type_name == _DAY:
        return "come"
    return "go" if day_taken_back(event) is not None else ""


def _opens(event: LoggedEvent, before: LoggedEvent) -> bool:
    return _on_the_clock(event) != _on_the_clock(before) or event.subject.startswith(_CONCERN_ALL)
