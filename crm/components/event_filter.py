"""Which events a reading takes: up to when they happened, up to when they were received.

`at` takes what is effective up to an instant as it is known today, `known_at` what was received
up to one. What is known today of other instants: which events were taken back, and who was erased.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from campaigns.times import OrderKey
from crm.journal.logged_event import LoggedEvent


@dataclass(frozen=True, slots=True)
class EventFilter:
    """None: whenever."""

    effective_us: int | None = None
    received_us: int | None = None

    def of(self, events: Sequence[LoggedEvent]) -> list[LoggedEvent]:
        """The events that are taken; a word that takes back and stands holds for every instant."""
        known = list(self._known(events))
        if self.effective_us is None:
            return known
        erasures = _first_erasures(known)
        return [
            event
            for event in known
            if self._has_happened(event)
            or (event.type_name == "event.voided" and not _is_after(event, erasures))
        ]

    def erased_later(self, events: Iterable[LoggedEvent]) -> frozenset[str]:
        """The subjects of erasures that are known, and had not happened: what was personal of
        them is gone for every instant."""
        return frozenset(
            event.subject
            for event in self._known(events)
            if event.type_name == "card.erased" and not self._has_happened(event)
        )

    def _known(self, events: Iterable[LoggedEvent]) -> Iterator[LoggedEvent]:
        up_to = self.received_us
        return (event for event in events if up_to is None or event.received_us <= up_to)

    def _has_happened(self, event: LoggedEvent) -> bool:
        return self.effective_us is None or event.starts_us <= self.effective_us


def effective_up_to(at_us: int) -> EventFilter:
    """Events effective up to the instant, as known today."""
    return EventFilter(effective_us=at_us)


def received_up_to(known_at_us: int) -> EventFilter:
    """Events received up to the instant."""
    return EventFilter(received_us=known_at_us)


EVERYTHING = EventFilter()


def _first_erasures(events: Iterable[LoggedEvent]) -> dict[str, OrderKey]:
    found: dict[str, OrderKey] = {}
    for event in events:
        if event.type_name == "card.erased":
            found[event.subject] = min(found.get(event.subject, event.order), event.order)
    return found


def _is_after(event: LoggedEvent, erasures: dict[str, OrderKey]) -> bool:
    erased = erasures.get(event.subject)
    return erased is not None and event.order > erased
