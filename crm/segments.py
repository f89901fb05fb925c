"""Where a batch must be cut so that the ledger never shows where it was cut.

An event of something shared (a member is trained, a day is reached) changes rewards of people who
have no event of their own in the batch. It opens a segment: what comes before is recorded without
it, what comes after with it.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from crm.logged_event import LoggedEvent
from crm.ties import POLICIES, homes_tied_to, keys_of_event, kind_of

_ALWAYS = frozenset({"day.reached"})
_NEVER = frozenset({"activity.held", "value.transferred", "copy.acknowledged"})
_WAKES_MEMBERS = frozenset({"card.registered", "card.erased"})


def key_changed(event: LoggedEvent) -> str | None:
    """The key whose dependents an event may concern beyond its own history."""
    kind = kind_of(event.home)
    if event.type_name in _NEVER:
        return None
    if kind in ("activity", "member"):
        return event.home
    if kind == "policy":
        return POLICIES
    if kind == "card" and event.type_name in _WAKES_MEMBERS | {"event.voided"}:
        return event.home
    return None


def segments(
    connection: Connection, events: Sequence[LoggedEvent]
) -> Iterator[Sequence[LoggedEvent]]:
    """The batch in pieces, in order."""
    changed = [key_changed(event) for event in events]
    asked = {key for key in changed if key is not None}
    if not asked and not any(event.type_name in _ALWAYS for event in events):
        yield events
        return
    spoken_of = {
        key
        for key, homes in homes_tied_to(connection, asked).items()
        if kind_of(key) != "card" or any(kind_of(home) == "member" for home in homes)
    }
    start = 0
    for place, event in enumerate(events):
        opens = event.type_name in _ALWAYS or changed[place] in spoken_of
        if opens and place > start:
            yield events[start:place]
            start = place
        for key in keys_of_event(event) & asked:
            if kind_of(key) != "card" or kind_of(event.home) == "member":
                spoken_of.add(key)
    yield events[start:]
