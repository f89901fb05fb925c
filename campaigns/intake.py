"""The door as others see it: who may say what, and what the sender hears."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import CheckedEvent

Role = Literal["headquarters", "staff", "dealer", "system"]

CLOCK_SOURCE = "/jinxi/clock"
"""The source of `day.reached`: the CRM itself."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who hands events over.

    actor: opaque id that is kept with each event; None: the event's own source (the command).
    sources: prefixes of the sources it may use; empty means any.
    """

    role: Role
    actor: str | None = None
    dealer: str | None = None
    sources: tuple[str, ...] = ()

    def may_send(self, event: CheckedEvent) -> bool:
        """Whether this credential may say this event."""
        if self.role == "system":
            return True
        if event.type_name == "day.reached" or event.source == CLOCK_SOURCE:
            return False
        if self.sources and not event.source.startswith(self.sources):
            return False
        if self.role == "headquarters":
            return True
        if CATALOGUE[event.type_name].headquarters_only:
            return False
        return self.role == "staff" or self._speaks_for_itself(event)

    def _speaks_for_itself(self, event: CheckedEvent) -> bool:
        """A dealer names no other dealer; taking consent back from every dealer is a protection."""
        named = event.plain.get("dealer")
        return named is None or named == self.dealer


HEADQUARTERS = Credential("headquarters")
"""The command speaks for headquarters; the actor of each event is its source."""
SYSTEM = Credential("system", actor="jinxi")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender hears of one event: it is only said once it is durable."""

    status: Literal["accepted", "duplicate", "refused"]
    source: str | None
    id: str | None
    reason: str | None = None
    path: str | None = None
    warnings: tuple[str, ...] = ()
    first_received_us: int | None = None
    """Of a duplicate: when it was first taken."""
    first_actor: str | None = None
    """Of a duplicate: who handed it over the first time."""


@runtime_checkable
class Intake(Protocol):
    """Takes events durably and answers each, in order."""

    def accept(
        self, lines: Sequence[bytes], credential: Credential, *, history: bool = False
    ) -> list[Receipt]:
        """One receipt for each line; when it returns, what was accepted survives a crash."""
