"""What is put right afterwards: relations, words on identity, deaths and erasures."""

from itertools import groupby

from campaigns.season.model import Card, Person
from campaigns.season.post import Desk, Event
from campaigns.season.world import ARCHIVE_DESK, HOTLINE, World


def mend(world: World) -> None:
    """Send what is learnt about people and their cards once their lives are known."""
    for person in world.people:
        _judge_cards(world, person)
    by_household = sorted(world.people, key=lambda person: (person.household, person.number))
    for _, group in groupby(by_household, key=lambda person: person.household):
        members = [person for person in group if person.cards]
        if len(members) == 2:
            _relate(world, members[0], members[1])
    for person in world.people:
        _depart(world, person)
    _befriend(world)
    _sign_for_cancelled(world)


def _judge_cards(world: World, person: Person) -> None:
    """A reviewer joins two cards of one person; now and then the word is taken back."""
    if len(person.cards) < 2 or not world.turn("same", 5, first=2):
        return
    older, newer = person.cards[0], person.cards[-1]
    said_us = world.after_us(newer.registered_us, 3, 20)
    data: Event = {"other_card_id": older.card_id, "reason_code": "confirmed_by_phone"}
    if world.tell(person, newer, ARCHIVE_DESK, said_us, "identity.same", data) is None:
        return
    if world.turn("undecided", 6, first=2):
        unsaid_us = world.after_us(said_us, 1, 10)
        undecided: Event = {"other_card_id": older.card_id}
        world.tell(person, newer, ARCHIVE_DESK, unsaid_us, "identity.undecided", undecided)


def _relate(world: World, first: Person, second: Person) -> None:
    if not world.chance(0.55):
        return
    a, b = first.cards[0], second.cards[0]
    stated_us = world.after_us(max(a.registered_us, b.registered_us), 0, 20)
    if second.name[0] == first.name[0] and first.born.year - second.born.year > 15:
        relation = "parent"
    else:
        relation = "spouse"
    _state(world, first, second, a, b, stated_us, relation)
    if world.turn("different", 6, first=2):
        said_us = world.after_us(stated_us, 2, 15)
        if said_us < second.until_us:
            data: Event = {"other_card_id": b.card_id, "reason_code": "two_people"}
            world.tell(first, a, ARCHIVE_DESK, said_us, "identity.different", data)


def _state(
    world: World,
    person: Person,
    other: Person,
    card: Card,
    other_card: Card,
    at_us: int,
    relation: str,
) -> None:
    if at_us >= other.until_us:
        return
    desk = Desk(world.desk_for(person, at_us).source, batch_seconds=600)
    data: Event = {"other_card_id": other_card.card_id, "relation": relation}
    world.tell(person, card, desk, at_us, "relation.stated", data)


def _befriend(world: World) -> None:
    """Friends, siblings, carers and children among those who came to one activity."""
    previous: Person | None = None
    relations = ("friend", "friend", "sibling", "carer", "child")
    for person in world.people:
        if not person.cards:
            continue
        if (
            previous is not None
            and previous.first_activity is person.first_activity
            and previous.household != person.household
            and world.turn("friends", 14, first=3)
        ):
            a, b = person.cards[0], previous.cards[0]
            stated_us = world.after_us(max(a.registered_us, b.registered_us), 0, 25)
            _state(world, person, previous, a, b, stated_us, world.dice.choice(relations))
        previous = person


def _sign_for_cancelled(world: World) -> None:
    """A sheet typed against an activity that was called off."""
    called_off = next(activity for activity in world.activities if activity.cancelled)
    desk = world.phone(called_off.dealer, called_off.day)
    data: Event = {"activity_id": called_off.activity_id}
    for person in world.people:
        if person.territory is called_off.territory and person.cards:
            card = person.cards[0]
            if world.tell(person, card, desk, called_off.starts_us, "activity.attended", data):
                return


def _depart(world: World, person: Person) -> None:
    """A death is told by the family some days later; an erasure takes every card."""
    cards = [card for card in person.cards if card.registered_us < person.until_us]
    if not cards:
        return
    if person.departure == "deceased":
        told_us = world.after_us(person.until_us, 1, 12)
        data: Event = {
            "card_id": cards[-1].card_id,
            "on": world.date_of(world.day_of(person.until_us)).isoformat(),
        }
        subject = f"card/{cards[-1].card_id}"
        world.post.send(HOTLINE, told_us, "person.deceased", subject, data)
    elif person.departure == "erased":
        for card in cards:
            data = {"card_id": card.card_id, "reason_code": "asked_by_person"}
            subject = f"card/{card.card_id}"
            world.post.send(ARCHIVE_DESK, person.until_us, "card.erased", subject, data)
