"""Dealers: contracts, their end, and what a dealer acknowledges."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from campaigns.events.base import Count, Day, EventData, Fault, Id, Note, Region, Text


class DealerContact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom to speak to at the dealer's."""

    contact: Note | None = None


class DealerContracted(EventData, frozen=True, kw_only=True):
    """A dealer was given a territory for a period.

    dealer: the dealer's code
    contract_id: the contract
    name: the dealer's name
    private: contact
    regions: the territory, GB/T 2260; a code ending in 00 or 0000 covers what lies below it
    kind: exclusive, province_buyout (both exclude other dealers), sub
    parent: the dealer above a sub-dealer
    starts_on: first day
    ends_on: last day
    """

    type_name = "dealer.contracted"
    subject_kind, subject_field = "dealer", "dealer"
    creates = ("contract", "contract_id")
    headquarters_only = True

    dealer: Id
    contract_id: Id
    name: Text
    private: DealerContact | None = None
    regions: tuple[Region, ...]
    kind: Literal["exclusive", "province_buyout", "sub"]
    parent: Id | None = None
    starts_on: Day
    ends_on: Day | None = None

    def faults(self) -> Iterable[Fault]:
        """A contract ends on or after the day on which it starts."""
        if self.ends_on is not None and self.ends_on < self.starts_on:
            yield "bad_value", "ends_on"


class DealerEnded(EventData, frozen=True, kw_only=True):
    """A contract ends on a day.

    dealer: the dealer's code
    contract_id: the contract, one of this dealer's
    ends_on: last day
    reason_code: why
    """

    type_name = "dealer.ended"
    subject_kind, subject_field = "dealer", "dealer"
    refers = (("contract", "contract_id"),)
    headquarters_only = True

    dealer: Id
    contract_id: Id
    ends_on: Day
    reason_code: Text


class CopyAcknowledged(EventData, frozen=True, kw_only=True):
    """A dealer's side says what it holds.

    dealer: the dealer's code
    up_to: last number of the feed that was applied
    digest: SHA-256 of the dealer's copy, hexadecimal
    """

    type_name = "copy.acknowledged"
    subject_kind, subject_field = "dealer", "dealer"
    stable = False

    dealer: Id
    up_to: Count
    digest: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


EVENTS = (DealerContracted, DealerEnded, CopyAcknowledged)
