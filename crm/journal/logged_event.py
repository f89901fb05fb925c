"""An event as the journal has it, decoded: what every pure rule of the CRM looks at."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import force_setattr

from campaigns.events.base import EventData
from campaigns.times import OrderKey

COMPANY = "company"
"""The party of headquarters, staff and the command."""

ReceiptKey = tuple[int, str, str]
"""(when it was received in µs, source, id): no sender can write it as it likes."""


class EventKey(NamedTuple):
    """The identity of an event, for ever."""

    source: str
    id: str


def party_of(role: str) -> str:
    """For whom a credential with this role speaks: a dealer (`dealer/D01`), or the company."""
    return role if role.startswith("dealer") else COMPANY


class LoggedEvent(Struct, frozen=True, eq=False, gc=False):
    """One journaled event.

    position: place in the journal, in order of arrival.
    subject: `kind/id`, whose history it belongs to.
    time: as sent; starts_us: start of it, of a day-precision event the start of its day.
    order: the effective order.
    role: of the credential, of a dealer with its code (`dealer/D01`); actor: who logged it.
    by_row: whether the door found the card by a row of the dealer's copy.
    evidenced: whether the evidence that it names lay in the store when it was received.
    twin: keyed hash of all but the id, of what brings a thing into being.
    data: with personal objects left blank where they are erased.
    blank: whether a required personal object is only there as a blank.
    """

    position: int
    source: str
    id: str
    type_name: str
    subject: str
    time: str
    starts_us: int
    day_precision: bool
    order: OrderKey
    received_us: int
    actor: str
    role: str
    twin: bytes | None
    data: EventData
    blank: bool = False
    by_row: bool = False
    evidenced: bool = False
    key: EventKey = EventKey("", "")
    """Source and id: asked for so often that it is made once."""

    def __post_init__(self) -> None:
        """The key follows from the rest."""
        force_setattr(self, "key", EventKey(self.source, self.id))

    @property
    def party(self) -> str:
        """For whom it speaks: a dealer (`dealer/D01`), or the company."""
        return party_of(self.role)

    @property
    def receipt(self) -> ReceiptKey:
        """Its place among all by when they were received."""
        return self.received_us, self.source, self.id

    def is_open_to(self, event: "LoggedEvent") -> bool:
        """Whether the party of another event may speak of what this one brought into being."""
        return event.party in (COMPANY, self.party)


def erases(events: Iterable[LoggedEvent]) -> bool:
    """Whether a card is erased by one of the events."""
    return any(event.type_name == "card.erased" for event in events)
