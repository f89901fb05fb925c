"""One person's way through the season: first met, archived, tried, bought, told others."""

from campaigns.season.care import (
    complain,
    consult,
    course,
    follow_up,
    join_club,
    present,
    void,
)
from campaigns.season.consents import ask_archive, give
from campaigns.season.gatherings import held_activities
from campaigns.season.model import Activity, Card, Person
from campaigns.season.networks import enrol_consumer
from campaigns.season.post import Desk, Event
from campaigns.season.sales import buy, member_for, refer
from campaigns.season.world import HOTLINE, World
from campaigns.season.writing import correction, register_card
from campaigns.times import SECOND_US

_AGAIN = 0.17
_TRIES = 0.52
_BUYS_AFTER_TRIAL = 0.45
_BUYS_WITHOUT = 0.05
_BECOMES_MEMBER = 0.5
_READING_KINDS = ("free_clinic", "expert_consultation", "device_trial")


def live_all(world: World) -> None:
    """Everybody's season, in the order in which they are first met."""
    calendars = {
        territory_activities[0].territory.dealers: territory_activities
        for territory_activities in _by_territory(world)
    }
    for person in world.people:
        _live(world, person, calendars[person.territory.dealers])


def _by_territory(world: World) -> list[list[Activity]]:
    territories = {person.territory.dealers: person.territory for person in world.people}
    return [held_activities(world, territory) for territory in territories.values()]


def _live(world: World, person: Person, calendar: list[Activity]) -> None:
    if person.origin != "activity":
        _turn_up(world, person)
    person.visits = _choose_visits(world, person, calendar)
    for activity in person.visits:
        _attend(world, person, activity)
    if not person.cards:
        return
    tried_us = _try_and_buy(world, person)
    if person.archived_us is not None and tried_us is None and world.chance(0.5):
        follow_up(world, person, person.cards[-1], person.archived_us, world.dice.randint(2, 30))
    last_us = max(card.registered_us for card in person.cards)
    if world.turn("correction", 14, first=4):
        changed_us = world.after_us(last_us, 1, 30)
        card = world.dice.choice(person.cards)
        desk = HOTLINE if world.chance(0.5) else card.desk
        desk = Desk(desk.source, batch_seconds=600)
        world.tell(person, card, desk, changed_us, "card.corrected", correction(world, person))
    if world.turn("complaint", 24, first=6):
        complain(world, person, person.cards[-1], world.after_us(last_us, 3, 40))


def _turn_up(world: World, person: Person) -> None:
    """First met away from an activity: by hotline, at the dealer's door, by a member's word."""
    at_us = world.after_us(world.moment_us(person.first_activity.day, 0), 0, 0)
    dealer, day = person.territory.dealer_on(world.day_of(at_us)), world.day_of(at_us)
    desk = HOTLINE
    if person.origin not in ("hotline", "mail_order", "online"):
        desk = world.any_desk(dealer, day)
    card = register_card(world, person, desk, at_us, person.origin)
    if card is None:
        return
    if person.origin == "referral":
        member = member_for(world, person, at_us, ("consumer", "doctor", "clerk"))
        if member is not None:
            slip = world.phone(member.dealer, day)
            refer(world, person, card, slip, at_us + 120 * SECOND_US, member)
    ask_archive(world, person, card, desk, at_us + 300 * SECOND_US)


def _choose_visits(world: World, person: Person, calendar: list[Activity]) -> list[Activity]:
    first = calendar.index(person.first_activity)
    visits: list[Activity] = [person.first_activity]
    if person.origin != "activity":
        visits = []
        if world.chance(0.6):
            return visits
    more = world.dice.choices((0, 1, 2, 3, 4), (34, 28, 20, 12, 6))[0]
    coming = calendar[first + 1 : first + 12]
    visits += world.dice.sample(coming, min(more, len(coming)))
    return sorted(visits, key=lambda activity: (activity.starts_us, activity.activity_id))


def _attend(world: World, person: Person, activity: Activity) -> None:
    desk = activity.desk
    if world.chance(0.25):  # a second desk at the door
        desk = world.phone(activity.dealer, activity.day)
    at_us = activity.starts_us + world.dice.randint(0, 3600) * SECOND_US
    card = person.cards[-1] if person.cards else None
    if card is None or card.registered_us > at_us or world.chance(_AGAIN):
        card = register_card(world, person, desk, at_us, "activity", activity)
    if card is None:
        return
    minute_us = 60 * SECOND_US
    data: Event = {"activity_id": activity.activity_id}
    sent = world.tell(person, card, desk, at_us + minute_us, "activity.attended", data)
    if sent is None:
        return
    activity.attendances += 1
    if world.turn("two sheets", 40, first=9):
        _sign_twice(world, person, activity, at_us + 2 * minute_us)
    if world.turn("entered twice", 80, first=5):
        twice = world.tell(person, card, desk, at_us + minute_us, "activity.attended", data)
        if twice is not None:
            void(world, person, twice, "duplicate_entry")
    if person.archived_us is None and world.chance(0.85):
        ask_archive(world, person, card, desk, at_us + 4 * minute_us, activity)
    elif person.archived_us is not None and card.registered_us == at_us and world.chance(0.5):
        give(world, person, card, desk, at_us + 4 * minute_us, "archive", activity)
    _take_part(world, person, card, desk, at_us + 15 * minute_us, activity)


def _sign_twice(world: World, person: Person, activity: Activity, at_us: int) -> None:
    """The same person on the paper sheet and on the phone at one activity."""
    desk = world.sheet(activity.dealer, activity.day)
    if activity.desk.by_day:
        desk = world.phone(activity.dealer, activity.day)
    card = register_card(world, person, desk, at_us, "activity", activity)
    if card is not None:
        data: Event = {"activity_id": activity.activity_id}
        world.tell(person, card, desk, at_us, "activity.attended", data)


def _take_part(
    world: World, person: Person, card: Card, desk: Desk, at_us: int, activity: Activity
) -> None:
    if activity.kind in _READING_KINDS and world.chance(0.45):
        consult(world, person, card, desk, at_us, activity)
    if world.chance(0.75 if activity.kind == "book_gift" else 0.1):
        present(world, person, card, desk, at_us + 120 * SECOND_US, activity)
    if activity.kind == "club_meeting" and world.chance(0.4):
        join_club(world, person, card, desk, at_us + 240 * SECOND_US, activity)


def _try_and_buy(world: World, person: Person) -> int | None:
    """The trial after the archive, the purchase after the trial; when the trial ended."""
    archived_us = person.archived_us
    card = person.cards[-1]
    if archived_us is None or not world.chance(_TRIES):
        if world.chance(_BUYS_WITHOUT):
            _purchase(world, person, card, world.after_us(card.registered_us, 1, 30))
        return None
    activity = None
    started_us = world.after_us(max(archived_us, card.registered_us), 1, 9)
    for visit in person.visits:
        wrong_place = visit.kind == "free_clinic" and world.turn("clinic trial", 60, first=3)
        if (visit.kind == "device_trial" or wrong_place) and visit.ends_us > archived_us:
            activity, started_us = visit, visit.ends_us - 600 * SECOND_US
            break
    desk = world.desk_for(person, started_us) if activity is None else activity.desk
    known = [card for card in person.cards if card.registered_us <= started_us]
    ended_us = course(world, person, (known or person.cards)[-1], desk, started_us, activity)
    if ended_us is not None and world.chance(_BUYS_AFTER_TRIAL):
        bought_us = world.after_us(started_us, 4, 26)
        _purchase(world, person, card, max(bought_us, card.registered_us + 3600 * SECOND_US))
    return ended_us


def _purchase(world: World, person: Person, card: Card, at_us: int) -> None:
    """A purchase and what follows for those who are glad of it."""
    activity = _selling_activity(world, person, at_us)
    desk = world.desk_for(person, at_us)
    if activity is not None:
        at_us, desk = activity.ends_us - 300 * SECOND_US, activity.desk
    sale = buy(world, person, card, desk, at_us, activity)
    if sale is None or person.departure or person.member is not None:
        return
    if not world.chance(_BECOMES_MEMBER):
        return
    enrolled_us = world.after_us(at_us, 1, 4)
    member = enrol_consumer(world, person, card, enrolled_us)
    if member is not None and world.turn("buys again", 6, first=2):
        again_us = world.after_us(enrolled_us, 10, 40)
        slip = world.desk_for(person, again_us)
        refer(world, person, card, slip, again_us, member)  # to oneself: earns nothing
        again = world.desk_for(person, again_us)
        buy(world, person, card, again, again_us + 3600 * SECOND_US, referred=False)


def _selling_activity(world: World, person: Person, at_us: int) -> Activity | None:
    """A promotion the person came to, or (as it should not be) a free clinic."""
    for visit in person.visits:
        if visit.starts_us < max(card.registered_us for card in person.cards):
            continue
        if visit.kind == "promotion" and world.chance(0.6):
            return visit
        if visit.kind == "free_clinic" and world.turn("clinic sale", 12, first=2):
            return visit
    return None
