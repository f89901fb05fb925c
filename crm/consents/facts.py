"""What the copies are made of: recorded facts as plain values, read by the rules of this folder.

Whoever builds these values has already folded voids, outcomes and corrections: they hold what is
recorded and in force at the time asked for. Decisions, contracts and dated items carry their own
instants and are cut at that time here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from campaigns.times import OrderKey

Purpose = Literal["archive", "health", "share_with_dealer", "marketing", "club"]
Category = Literal["identity", "contact", "health", "history", "purchases"]
Precision = Literal["second", "day"]


@dataclass(frozen=True, slots=True)
class ConsentDecision:
    """One recorded decision of a card on one purpose: a consent, a refusal or a withdrawal.

    `dealer` is set for `share_with_dealer` only; a refusal or withdrawal without it speaks of
    every dealer. `categories` empty means that none was named. `expires_on` is the last Shanghai
    day on which the consent holds; None means no end. `proven` is False of a consent that a dealer
    said without evidence: it ends no refusal and no withdrawal.
    """

    kind: Literal["given", "refused", "withdrawn"]
    purpose: Purpose
    dealer: str | None
    categories: frozenset[str]
    expires_on: date | None
    order: OrderKey
    day_precision: bool
    proven: bool = True

    @property
    def starts_us(self) -> int:
        """The instant from which the decision is effective."""
        return self.order[0]

    @property
    def is_consent(self) -> bool:
        """Whether it says yes; refusals and withdrawals say no."""
        return self.kind == "given"


@dataclass(frozen=True, slots=True)
class Contract:
    """A recorded contract; `starts_on` and `ends_on` are inclusive Shanghai days.

    `ends_on` already tells of an early end (`dealer.ended`); None means no end.
    """

    contract_id: str
    dealer: str
    regions: tuple[str, ...]
    kind: Literal["exclusive", "province_buyout", "sub"]
    starts_on: date
    ends_on: date | None
    order: OrderKey


@dataclass(frozen=True, slots=True)
class ActivityInfo:
    """An activity and the dealer that carries it out."""

    activity_id: str
    dealer: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One clinic reading; `time` is the text that the sender wrote, in RFC 3339."""

    time: str
    starts_us: int
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    pulse_bpm: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One counted thing that a person did, as `history` of a copy tells it.

    `type` is the event's name without prefix and version (`trial.started`), `codes` its own
    fields that are not personal, without card and activity, as pairs of name and value: for a
    trial (("trial_id", …), ("sku", …), ("serial", …)). What the event leaves out is no pair.
    """

    type: str
    time: str
    order: OrderKey
    timeprecision: Precision
    activity_id: str | None
    codes: tuple[tuple[str, str], ...] = ()

    @property
    def starts_us(self) -> int:
        """The instant at which it began."""
        return self.order[0]


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase of the card's person; `returned_units` of the `quantity` came back."""

    purchase_id: str
    time: str
    starts_us: int
    sku: str
    quantity: int
    returned_units: int
    unit_price_fen: int
    channel: str
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedCard:
    """A card with the values in force, what was done on it, and its own consent decisions.

    `phones`, `birth_date` and `sex` are as written (nothing is derived from an ID number, which is
    no field of this value). `names` holds the name in force. `dealer` is the dealer that the card
    names, `activity_id` the activity it was registered at. `deceased` is what this card says.
    """

    card_id: str
    order: OrderKey
    names: tuple[str, ...] = ()
    sex: str | None = None
    birth_date: date | None = None
    birth_year: int | None = None
    phones: tuple[str, ...] = ()
    address: str | None = None
    region: str | None = None
    dealer: str | None = None
    activity_id: str | None = None
    conditions: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    history: tuple[HistoryItem, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    consents: tuple[ConsentDecision, ...] = ()
    deceased: bool = False
    erased: bool = False
