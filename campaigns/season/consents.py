"""What people allow: consents given, refused, taken back and running out."""

from datetime import timedelta

from campaigns.season.model import Activity, Card, Person
from campaigns.season.places import LAST_DAY_OF_REPLACED_DEALER, NEW_DEALER, REPLACED_DEALER
from campaigns.season.post import Desk, Event
from campaigns.season.world import HOTLINE, World
from campaigns.times import SECOND_US

_CATEGORIES: tuple[list[str] | None, ...] = (
    None,
    [],
    ["identity", "contact"],
    ["identity", "contact", "health"],
    ["identity", "contact", "history"],
    ["identity", "contact", "purchases"],
    ["identity", "contact", "health", "history", "purchases"],
)
_CATEGORY_WEIGHTS = (10, 2, 20, 5, 5, 3, 55)
# purpose -> given of those asked, refused of those asked
_SHARES = {
    "health": (0.78, 0.10),
    "share_with_dealer": (0.66, 0.12),
    "marketing": (0.32, 0.10),
}
# purpose -> (share that runs out within the season, share that runs out after it)
_EXPIRIES = {
    "archive": (0.03, 0.05),
    "health": (0.02, 0.05),
    "share_with_dealer": (0.09, 0.12),
    "marketing": (0.05, 0.2),
    "club": (0.02, 0.1),
}
_WITHDRAWALS = {"archive": 0.04, "health": 0.02, "share_with_dealer": 0.09, "marketing": 0.1}


def ask_archive(
    world: World,
    person: Person,
    card: Card,
    desk: Desk,
    at_us: int,
    activity: Activity | None = None,
) -> int:
    """Ask for the archive and, if it may be made, for the rest; the instant of the last word."""
    willing = world.chance(0.58)
    if not willing:
        if world.chance(0.35):
            refuse(world, person, card, desk, at_us, "archive")
        return at_us
    if not give(world, person, card, desk, at_us, "archive", activity):
        return at_us
    person.archived_us = at_us
    for purpose, (given, refused) in _SHARES.items():
        at_us += world.dice.randint(20, 90) * SECOND_US
        draw = world.dice.random()
        if draw < given:
            give(world, person, card, desk, at_us, purpose, activity)
        elif draw < given + refused:
            refuse(world, person, card, desk, at_us, purpose)
    _meet_new_dealer(world, person, card)
    return at_us


def give(
    world: World,
    person: Person,
    card: Card,
    desk: Desk,
    at_us: int,
    purpose: str,
    activity: Activity | None = None,
) -> bool:
    """Send a consent, and the withdrawal that follows some of them."""
    data: Event = {"purpose": purpose}
    if purpose == "share_with_dealer":
        data["dealer"] = person.territory.dealer_on(world.day_of(at_us))
        categories = world.dice.choices(_CATEGORIES, _CATEGORY_WEIGHTS)[0]
        if categories is not None:
            data["categories"] = list(categories)
    data["notice_version"] = "2026-01"
    data |= _method(world, desk)
    expires_on = _expiry(world, purpose, at_us)
    if expires_on:
        data["expires_on"] = expires_on
    if activity is not None:
        data["activity_id"] = activity.activity_id
    if world.tell(person, card, desk, at_us, "consent.given", data) is None:
        return False
    if world.chance(_WITHDRAWALS.get(purpose, 0.0)):
        withdrawn_us = world.after_us(at_us, 15, 80)
        withdraw(world, person, card, withdrawn_us, purpose, data.get("dealer"))
    return True


def refuse(world: World, person: Person, card: Card, desk: Desk, at_us: int, purpose: str) -> None:
    """Send a refusal; of sharing, with the dealer who asked."""
    data: Event = {"purpose": purpose}
    if purpose == "share_with_dealer":
        data["dealer"] = person.territory.dealer_on(world.day_of(at_us))
    world.tell(person, card, desk, at_us, "consent.refused", data)


def withdraw(
    world: World,
    person: Person,
    card: Card,
    at_us: int,
    purpose: str,
    dealer: str | None = None,
) -> None:
    """Send a withdrawal, by hotline or on site; of sharing, some name no dealer."""
    data: Event = {"purpose": purpose}
    if dealer is not None and not world.turn("every dealer", 3, first=2):
        data["dealer"] = dealer
    desk = HOTLINE if world.chance(0.6) else world.desk_for(person, at_us)
    if world.tell(person, card, desk, at_us, "consent.withdrawn", data) and purpose == "archive":
        person.archived_until_us = min(person.archived_until_us, at_us)


def _meet_new_dealer(world: World, person: Person, card: Card) -> None:
    """A new dealer needs a new consent: about half of the replaced one's people give it."""
    replaced_day = LAST_DAY_OF_REPLACED_DEALER
    if world.day_of(card.registered_us) > replaced_day:
        return
    if person.territory.dealer_on(replaced_day) != REPLACED_DEALER or not world.chance(0.55):
        return
    asked_us = world.after_us(world.moment_us(replaced_day, 0), 3, 30)
    desk = world.any_desk(NEW_DEALER, world.day_of(asked_us))
    if world.chance(0.85):
        give(world, person, card, desk, asked_us, "share_with_dealer")
    else:
        refuse(world, person, card, desk, asked_us, "share_with_dealer")


def _method(world: World, desk: Desk) -> Event:
    by = world.dice.choices(("self", "guardian", "agent"), (92, 5, 3))[0]
    if desk.by_day:
        witness = f"W-{world.dice.randint(1, 40):03d}"
        return {"method": "paper", "by": by, "evidence_sha256": world.digest(), "witness": witness}
    if desk.source.startswith("/phones/"):
        return {"method": world.dice.choice(("screen", "screen", "otp")), "by": by}
    return {"method": "voice", "by": by}


def _expiry(world: World, purpose: str, at_us: int) -> str:
    within, after = _EXPIRIES[purpose]
    given_on = world.date_of(world.day_of(at_us))
    draw = world.dice.random()
    if draw < within:
        return (given_on + timedelta(days=world.dice.randint(20, 60))).isoformat()
    if draw < within + after:
        return (given_on + timedelta(days=world.dice.choice((365, 730)))).isoformat()
    return ""
