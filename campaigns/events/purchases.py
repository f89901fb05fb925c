"""Purchases, returns and referrals."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from campaigns.events.base import (
    LARGEST_FEN,
    EventData,
    Fault,
    FenOrZero,
    Id,
    Quantity,
    Region,
    Text,
)

BuyerRelation = Literal["self", "spouse", "child", "parent", "friend", "subordinate", "other"]
Influencer = Literal["doctor", "clerk", "friend", "child", "advertisement", "activity"]


class Buyer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who paid, seen from the user."""

    relation: BuyerRelation


class BuyerDetails(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The buyer, for the invoice."""

    buyer_name: Text | None = None
    buyer_phone: Text | None = None


class PurchaseMade(EventData, frozen=True, kw_only=True):
    """A device was bought for a person, the user of it (handbook p. 8–9).

    purchase_id: the purchase
    card_id: the user's card
    sku: the product
    quantity: units, at least 1
    unit_price_fen: price of a unit, fen
    channel: where it was bought
    dealer: the dealer that sold it
    outlet: the shop
    region: where, GB/T 2260
    serials: serial numbers of the devices
    activity_id: the activity
    buyer: relation: who bought, seen from the user
    decider: who decided, seen from the user
    influencers: who influenced
    motive: why it was bought (handbook p. 36)
    private: buyer_name, buyer_phone; kept under the purchase's own key, as device records must be
    """

    type_name = "purchase.made"
    subject_kind, subject_field = "card", "card_id"
    creates = ("purchase", "purchase_id")
    refers = (("card", "card_id"), ("activity", "activity_id"))

    purchase_id: Id
    card_id: Id
    sku: Text
    quantity: Quantity
    unit_price_fen: FenOrZero
    channel: Literal["dealer", "pharmacy", "counter", "hospital", "mail_order", "activity"]
    dealer: Id | None = None
    outlet: Text | None = None
    region: Region | None = None
    serials: tuple[Text, ...] | None = None
    activity_id: Id | None = None
    buyer: Buyer | None = None
    decider: BuyerRelation | None = None
    influencers: tuple[Influencer, ...] | None = None
    motive: Literal["own_need", "filial_gift", "friendly_gift", "respect"] | None = None
    private: BuyerDetails | None = None

    def faults(self) -> Iterable[Fault]:
        """All units together cost no more than any amount may be."""
        if self.unit_price_fen <= LARGEST_FEN < self.quantity * self.unit_price_fen:
            yield "bad_value", "unit_price_fen"


class PurchaseReturned(EventData, frozen=True, kw_only=True):
    """Units of a purchase came back.

    return_id: the return
    purchase_id: the purchase
    card_id: the user's card
    quantity: units, at least 1
    reason_code: why
    """

    type_name = "purchase.returned"
    subject_kind, subject_field = "card", "card_id"
    creates = ("return", "return_id")
    refers = (("card", "card_id"), ("purchase", "purchase_id"))

    return_id: Id
    purchase_id: Id
    card_id: Id
    quantity: Quantity
    reason_code: Literal["quality", "no_effect", "adverse", "changed_mind", "wrong_item", "other"]


class ReferralMade(EventData, frozen=True, kw_only=True):
    """A member referred a person.

    referral_id: the referral
    card_id: the card of the person referred
    member: who referred
    patient_agreed: whether the person agreed to be referred
    """

    type_name = "referral.made"
    subject_kind, subject_field = "card", "card_id"
    creates = ("referral", "referral_id")
    refers = (("card", "card_id"), ("member", "member"))

    referral_id: Id
    card_id: Id
    member: Id
    patient_agreed: bool


EVENTS = (PurchaseMade, PurchaseReturned, ReferralMade)
