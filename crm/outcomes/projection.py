"""Writes the outcomes: the rows of one evaluated component, or of one shared history."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crm.journal.logged_event import EventKey, LoggedEvent
from crm.outcomes.outcome import Outcome


def outcome_rows(
    events: Iterable[LoggedEvent], outcomes: Mapping[EventKey, Outcome]
) -> Iterator[dict[str, Any]]:
    """One row for each event."""
    for event in events:
        outcome = outcomes[event.key]
        yield {
            "position": event.position,
            "outcome": outcome.outcome,
            "reason": outcome.reason,
            "waiting_for": outcome.waiting_for,
            "marks": ",".join(outcome.marks),
            "changes": outcome.changes,
        }
