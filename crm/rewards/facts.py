"""What rewards are judged from: recorded facts as plain values.

Whoever builds these values has already left out what is voided, rejected or still waiting, and
what is later than the time asked for. Only then is everything here a function of the facts alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from campaigns.events.rewards import PolicyRule
from campaigns.times import OrderKey, shanghai_day

EventKey = tuple[str, str]
"""Identity of an event: (source, id)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When an event happened, when it was received (µs since the epoch), and who logged it."""

    order: OrderKey
    day_precision: bool
    received_us: int
    actor: str

    @property
    def starts_us(self) -> int:
        """The instant from which the event is effective; with day precision its day's start."""
        return self.order[0]

    @property
    def day(self) -> date:
        """The Shanghai day on which it happened."""
        return shanghai_day(self.order[0])

    @property
    def key(self) -> EventKey:
        """The event's identity."""
        return self.order[2:]


@dataclass(frozen=True, slots=True)
class PurchaseFact:
    """A recorded purchase; `card_id` is the user's card, `erased` tells that it was erased.

    `compliance_breach` marks a sale tied to a free clinic.
    """

    purchase_id: str
    card_id: str
    moment: Moment
    sku: str
    quantity: int
    unit_price_fen: int
    region: str | None = None
    compliance_breach: bool = False
    erased: bool = False
    outlet: str | None = None


@dataclass(frozen=True, slots=True)
class VoidedPurchase:
    """A purchase that was voided: all that a payment for it can still refer to."""

    purchase_id: str


@dataclass(frozen=True, slots=True)
class ReturnFact:
    """A recorded return of some units of a purchase."""

    return_id: str
    purchase_id: str
    moment: Moment
    quantity: int


@dataclass(frozen=True, slots=True)
class ReferralFact:
    """A recorded referral of the card's person by a member, to which the patient agreed."""

    referral_id: str
    card_id: str
    member: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class MemberEvent:
    """One recorded event of a member.

    `values` of an enrolment or a change holds `kind` and `institution_kind` as far as the event
    names them (None clears); `passed` is a training's result.
    """

    moment: Moment
    type: Literal["enrolled", "changed", "trained", "left"]
    values: Mapping[str, str | None] = field(default_factory=dict)
    passed: bool = False


@dataclass(frozen=True, slots=True)
class MemberFact:
    """A member: its events, and the phones (E.164, mobiles only) and own card in force."""

    member: str
    events: tuple[MemberEvent, ...]
    phones: frozenset[str] = frozenset()
    card_id: str | None = None


@dataclass(frozen=True, slots=True)
class VerdictFact:
    """Headquarters' word on a reward, or a payment; whether it may approve is judged here."""

    kind: Literal["approved", "rejected", "paid"]
    reward_id: str
    purchase_id: str
    member: str
    amount_fen: int
    moment: Moment
    reference: str = ""
    """Of a payment."""


@dataclass(frozen=True, slots=True)
class PolicyFact:
    """A published policy: it judges the purchases from `effective_from`, a Shanghai day, on."""

    policy: str
    effective_from: date
    rules: tuple[PolicyRule, ...]
    order: OrderKey


@dataclass(frozen=True, slots=True)
class Patient:
    """The person behind a purchase's card, as linked now: all its cards and phones (E.164)."""

    cards: frozenset[str]
    phones: frozenset[str]


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """All that one person's purchases are judged by.

    `verdicts` are those on the person's purchases; a payment may also name one of `voided`.
    `first_elsewhere` is the first of those purchases that are left out.
    """

    patient: Patient
    purchases: tuple[PurchaseFact, ...] = ()
    referrals: tuple[ReferralFact, ...] = ()
    returns: tuple[ReturnFact, ...] = ()
    verdicts: tuple[VerdictFact, ...] = ()
    voided: tuple[VoidedPurchase, ...] = ()
    first_elsewhere: Moment | None = None
