"""The door as others see it: who may say what, and what the sender hears."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import CheckedEvent

Role = Literal["headquarters", "staff", "dealer", "system"]

CLOCK_SOURCE = "/jinxi/clock"
"""The source of `day.reached`: the CRM itself."""

ACCOUNT_SOURCES = "/phones/u-"
"""How the sources of people who sign in begin; each is that person's alone."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who hands events over.

    actor: opaque id that is kept with each event; None: the event's own source (the command).
    sources: the sources it may use, each with all that lies below it; empty means any.
        `/sheets/D1` opens `/sheets/D1` and `/sheets/D1/…`, not `/sheets/D10`; one that ends
        in `/` or `:` opens whatever begins with it.
    sender: as whom it speaks where no source was opened to it by name: it takes back its own
        words alone; None: headquarters, and whoever has sources of its own by name.
    says: the event types it may say, those of headquarters alone among them; None: as its role.
    """

    role: Role
    actor: str | None = None
    dealer: str | None = None
    sources: tuple[str, ...] = ()
    sender: str | None = None
    says: frozenset[str] | None = None

    @property
    def journaled_role(self) -> str:
        """The role as it is kept with each event; whoever speaks for a dealer is that dealer."""
        return self.role if self.dealer is None else f"dealer/{self.dealer}"

    def may_send(self, event: CheckedEvent) -> bool:
        """Whether this credential may say this event."""
        return self.forbidden_at(event) is None

    def forbidden_at(self, event: CheckedEvent) -> str | None:
        """The JSONPath of what this credential may not say, None when it may say the event."""
        if self.role == "system":
            return None
        if event.type_name == "day.reached":
            return "$.type"
        if event.source == CLOCK_SOURCE or not self._may_use(event.source):
            return "$.source"
        if event.type_name == "copy.acknowledged" and self.dealer is None:
            # What a dealer holds only the dealer itself can say.
            return "$.type"
        if not self._may_say(event.type_name):
            return "$.type"
        if self.role == "headquarters":
            return None
        speaks_for_dealer = self.role == "dealer" or self.dealer is not None
        if speaks_for_dealer and event.plain.get("dealer") not in (None, self.dealer):
            # Naming none is no lack: consent may be taken back from every dealer at once.
            return "$.data.dealer"
        return None

    def _may_say(self, type_name: str) -> bool:
        if self.says is not None:
            return type_name in self.says
        return self.role == "headquarters" or not CATALOGUE[type_name].headquarters_only

    def _may_use(self, source: str) -> bool:
        if self.sources:
            return self.names(source)
        # Who is known by nothing else is known by the source: nobody may borrow a person's.
        return self.role == "headquarters" or not source.startswith(ACCOUNT_SOURCES)

    def names(self, source: str) -> bool:
        """Whether the source is one of those that are opened to it by name."""
        return opens(self.sources, source)


def opens(prefixes: Iterable[str], source: str) -> bool:
    """Whether one of the prefixes opens the source, by whole segments."""
    return any(
        source == opened
        or source.startswith(opened if opened.endswith(("/", ":")) else opened + "/")
        for opened in prefixes
    )


HEADQUARTERS = Credential("headquarters")
"""The command speaks for headquarters; the actor of each event is its source."""
SYSTEM = Credential("system", actor="jinxi")


class Receipt(Struct, frozen=True):
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
        self,
        lines: Sequence[bytes],
        credential: Credential,
        *,
        history: bool = False,
        received_us: int | None = None,
    ) -> list[Receipt]:
        """One receipt for each line; when it returns, what was accepted survives a crash.

        received_us: when it was received, where several calls take what was handed over at once.
        """
