"""The truth of the invented season: people, their cards, activities, members and sales."""

from dataclasses import dataclass, field
from datetime import date

from campaigns.season.places import Territory
from campaigns.season.post import Desk, Sent


@dataclass(slots=True)
class Activity:
    """One planned activity; `day` counts from the season's first day."""

    activity_id: str
    kind: str
    territory: Territory
    region: str
    dealer: str
    day: int
    starts_us: int
    ends_us: int
    desk: Desk
    cancelled: bool = False
    attendances: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """One record of a person as somebody wrote it."""

    card_id: str
    registered_us: int
    desk: Desk


@dataclass(slots=True)
class Member:
    """A doctor, clerk or consumer of the side networks."""

    code: str
    kind: str
    dealer: str
    enrolled_us: int
    passed_us: int | None = None
    left_us: int | None = None

    def active_at(self, at_us: int) -> bool:
        """Whether the member is enrolled, and has not left, at an instant."""
        return self.enrolled_us < at_us and (self.left_us is None or at_us < self.left_us)


@dataclass(frozen=True, slots=True)
class Referral:
    """A member's word about a person, on the card it names."""

    referral_id: str
    card_id: str
    member: Member
    at_us: int
    agreed: bool


@dataclass(slots=True)
class Person:
    """One invented human being, as they really are, and the cards written of them."""

    number: int
    name: str
    sex: str
    born: date
    id_number: str
    phones: list[str]
    phone_owner: str
    address: str
    territory: Territory
    district: tuple[str, str]
    household: int
    first_activity: Activity
    origin: str = "activity"
    departure: str = ""
    until_us: int = 1 << 62
    cards: list[Card] = field(default_factory=list)
    visits: list[Activity] = field(default_factory=list)
    archived_us: int | None = None
    archived_until_us: int = 1 << 62
    referrals: list[Referral] = field(default_factory=list)
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """One purchase with what decides about its reward."""

    purchase_id: str
    person: Person
    card: Card
    sent: Sent
    at_us: int
    quantity: int
    breach: bool
    late_referral: bool
