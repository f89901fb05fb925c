"""Consents: given, refused, withdrawn (PIPL art. 13–16, 23, 29)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

from campaigns.events.base import Day, EventData, Fault, Id, Text

Purpose = Literal["archive", "health", "share_with_dealer", "marketing", "club"]
Category = Literal["identity", "contact", "health", "history", "purchases"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{64}\Z")]


class ConsentPrivate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who gave it for the person: that names somebody."""

    giver_name: Text | None = None


class ConsentGiven(EventData, frozen=True, kw_only=True):
    """A person consented to a use of personal data.

    card_id: the card
    purpose: what for
    dealer: the dealer that may have a copy; with share_with_dealer, and only there
    categories: what the dealer may have; none named means identity and contact
    notice_version: which notice was shown or read out
    method: how consent was given
    by: who gave it
    evidence_sha256: hash of the scan, picture or recording in the attachment store
    witness: code of a witness
    expires_on: last day on which it holds
    activity_id: the activity
    private: giver_name, where a guardian or an agent gave it
    """

    type_name = "consent.given"
    subject_kind, subject_field = "card", "card_id"
    refers = (("card", "card_id"), ("activity", "activity_id"))

    card_id: Id
    purpose: Purpose
    dealer: Id | None = None
    categories: tuple[Category, ...] | None = None
    notice_version: Text
    method: Literal["paper", "screen", "voice", "otp"]
    by: Literal["self", "guardian", "agent"]
    evidence_sha256: Sha256 | None = None
    witness: Text | None = None
    expires_on: Day | None = None
    activity_id: Id | None = None
    private: ConsentPrivate | None = None

    @classmethod
    def lacks(cls, data: dict[str, Any]) -> Iterable[str]:
        """A consent to sharing with a dealer names the dealer."""
        if data.get("purpose") == "share_with_dealer" and data.get("dealer") is None:
            yield "dealer"

    def faults(self) -> Iterable[Fault]:
        """A dealer is named for nothing but sharing with a dealer."""
        return _dealer_without_sharing(self.purpose, self.dealer)


class ConsentRefused(EventData, frozen=True, kw_only=True):
    """A person was asked and said no.

    card_id: the card
    purpose: what for
    dealer: the dealer; none means every dealer
    """

    type_name = "consent.refused"
    subject_kind, subject_field = "card", "card_id"
    refers = (("card", "card_id"),)

    card_id: Id
    purpose: Purpose
    dealer: Id | None = None

    def faults(self) -> Iterable[Fault]:
        """A dealer is named for nothing but sharing with a dealer."""
        return _dealer_without_sharing(self.purpose, self.dealer)


class ConsentWithdrawn(EventData, frozen=True, kw_only=True):
    """A person took a consent back.

    card_id: the card
    purpose: what for
    dealer: the dealer; none means every dealer
    """

    type_name = "consent.withdrawn"
    subject_kind, subject_field = "card", "card_id"
    refers = (("card", "card_id"),)

    card_id: Id
    purpose: Purpose
    dealer: Id | None = None

    def faults(self) -> Iterable[Fault]:
        """A dealer is named for nothing but sharing with a dealer."""
        return _dealer_without_sharing(self.purpose, self.dealer)


def _dealer_without_sharing(purpose: str, dealer: str | None) -> Iterable[Fault]:
    if purpose != "share_with_dealer" and dealer is not None:
        yield "bad_value", "dealer"


EVENTS = (ConsentGiven, ConsentRefused, ConsentWithdrawn)
