"""Where a batch must be cut so that the ledger never shows where it was cut.

A day that is reached and a policy that is published change what is due to people who have no event
of their own in the batch, and are looked at for everybody alike. Each opens a segment: what comes
before is recorded without it, what comes after with it. So does an erasure, after which the card is
tied to nobody by what was written on it. Changes of activities and members are
told apart event by event instead (crm/claim_steps.py).
"""

from collections.abc import Iterator, Sequence

from crm.logged_event import LoggedEvent
from crm.ties import POLICIES, kind_of

_CHANGES_NOBODY = frozenset({"activity.held", "value.transferred", "copy.acknowledged"})
MAKES_ACTIVITIES_KNOWN = frozenset({"activity.planned", "event.voided"})
_OPENS = frozenset({"day.reached", "card.erased"})
_CONCERNS_MEMBERS = frozenset({"card.registered", "card.erased", "event.voided"})


def key_changed(event: LoggedEvent) -> str | None:
    """The key whose dependents an event may concern beyond its own history."""
    kind = kind_of(event.home)
    if event.type_name in _CHANGES_NOBODY:
        return None
    if kind in ("activity", "member"):
        return event.home
    if kind == "policy":
        return POLICIES
    if kind == "card" and event.type_name in _CONCERNS_MEMBERS:
        return event.home
    return None


def segments(events: Sequence[LoggedEvent]) -> Iterator[Sequence[LoggedEvent]]:
    """The batch in pieces, in order."""
    start = 0
    for place, event in enumerate(events):
        opens = event.type_name in _OPENS or event.home.startswith("policy/")
        if opens and place > start:
            yield events[start:place]
            start = place
    yield events[start:]
