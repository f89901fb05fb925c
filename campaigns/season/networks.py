"""The side networks: doctors, clerks and consumers, their training, and what is given to them."""

from campaigns.season.model import Card, Member, Person
from campaigns.season.places import (
    LAST_DAY_OF_REPLACED_DEALER,
    NEW_DEALER,
    REPLACED_DEALER,
    TERRITORIES,
    Territory,
)
from campaigns.season.population import new_phone
from campaigns.season.post import Event
from campaigns.season.world import SEASON_DAYS, World
from campaigns.season.writing import register_card

_PREFIXES = {"doctor": "DR", "clerk": "CL", "consumer": "CO"}
_HOSPITALS = (
    ("社区卫生服务中心", "public_hospital"),
    ("第二综合医院", "public_hospital"),
    ("康复专科诊所", "private_hospital"),
)
_PHARMACIES = ("百姓大药房", "安康药店", "长寿堂药房")
_TRANSFERS = (
    ("《护脑手册》", 3_800, "book"),
    ("台历", 2_500, "gift"),
    ("培训工作餐", 8_000, "meal"),
    ("培训往返车票", 32_000, "travel"),
    ("体验机一台", 69_300, "device_loan"),
    ("讲课费", 80_000, "fee"),
)


def enrol_networks(world: World, people: int) -> None:
    """Enrol and train the doctors and clerks of every territory."""
    weights = [territory.weight for territory in TERRITORIES]
    doctors, clerks = max(12, people // 150), max(24, people // 90)
    for index in range(doctors + clerks):
        kind = "doctor" if index < doctors else "clerk"
        rank = world.dice.choices(range(len(TERRITORIES)), weights)[0]
        territory = TERRITORIES[rank]
        most_days = 20 if index % 3 else 90
        day = min(SEASON_DAYS - 20, territory.opens_day + world.dice.randint(1, most_days))
        _enrol_professional(world, kind, territory, day, owns_card=index % 6 == 4)


def enrol_consumer(world: World, person: Person, card: Card, at_us: int) -> Member | None:
    """Enrol a buyer who will tell others; the card is the member's own."""
    day = world.day_of(at_us)
    member = _member(world, "consumer", person.territory.dealer_on(day), at_us)
    data: Event = {
        "member": member.code,
        "kind": "consumer",
        "dealer": member.dealer,
        "person": {"name": person.name},
        "contact": {"phones": list(person.phones)},
        "card_id": card.card_id,
    }
    if not _say(world, member, at_us, "member.enrolled", data):
        return None
    world.members.append(member)
    person.member = member
    return member


def _enrol_professional(
    world: World, kind: str, territory: Territory, day: int, owns_card: bool
) -> None:
    member = _member(world, kind, territory.dealer_on(day), world.moment_us(day, 10))
    data: Event = {
        "member": member.code,
        "kind": kind,
        "dealer": member.dealer,
        "person": {"name": world.names.name()},
        "contact": {"phones": [new_phone(world)]},
    }
    if owns_card:
        data |= _own_card(world, territory, member)
    district = world.dice.choice(territory.districts)[1]
    if kind == "doctor":
        house, institution_kind = world.dice.choice(_HOSPITALS)
        data["licence_no"] = f"LIC-{world.number('licence'):05d}"
    else:
        house, institution_kind = world.dice.choice(_PHARMACIES), "pharmacy"
    data |= {"institution": f"{district}{house}", "institution_kind": institution_kind}
    _say(world, member, member.enrolled_us, "member.enrolled", data)
    world.members.append(member)
    _train(world, member, day)
    _change(world, member, day)
    _transfer(world, member, day)


def _own_card(world: World, territory: Territory, member: Member) -> Event:
    """The member is a patient too: one of the people, whose first card is written now."""
    for person in world.people:
        if person.territory is territory and not person.departure and not person.cards:
            desk = world.phone(member.dealer, world.day_of(member.enrolled_us))
            card = register_card(world, person, desk, member.enrolled_us, "dealer")
            if card is not None:
                person.member = member
                return {
                    "card_id": card.card_id,
                    "person": {"name": person.name},
                    "contact": {"phones": list(person.phones)},
                }
    return {}


def _train(world: World, member: Member, day: int) -> None:
    if world.turn("untrained", 5, first=4):
        return
    sat_us = world.after_us(world.moment_us(day, 0), 2, 20)
    if world.turn("failed course", 7, first=3):
        _sit(world, member, sat_us, passed=False)
        sat_us = world.after_us(sat_us, 7, 21)
    if _sit(world, member, sat_us, passed=True):
        member.passed_us = sat_us


def _sit(world: World, member: Member, at_us: int, passed: bool) -> bool:
    data: Event = {
        "member": member.code,
        "course": "golden-sunset-basics",
        "passed": passed,
        "score": world.dice.randint(60, 100) if passed else world.dice.randint(20, 59),
    }
    return _say(world, member, at_us, "member.trained", data)


def _change(world: World, member: Member, day: int) -> None:
    """Some move or leave; those of the replaced dealer go over to the new one."""
    if world.turn("member leaves", 12, first=5):
        left_us = world.after_us(world.moment_us(day, 0), 50, 100)
        data: Event = {"member": member.code, "reason_code": "moved_away"}
        if _say(world, member, left_us, "member.left", data):
            member.left_us = left_us
        return
    if world.turn("member changes", 10, first=2):
        data = {"member": member.code, "contact": {"phones": [new_phone(world)]}}
        changed_us = world.after_us(world.moment_us(day, 0), 25, 60)
        _say(world, member, changed_us, "member.changed", data)
    if member.dealer == REPLACED_DEALER:
        data = {"member": member.code, "dealer": NEW_DEALER}
        over_us = world.after_us(world.moment_us(LAST_DAY_OF_REPLACED_DEALER, 0), 1, 6)
        _say(world, member, over_us, "member.changed", data)


def _transfer(world: World, member: Member, day: int) -> None:
    for _ in range(world.dice.choice((0, 1, 1, 2))):
        item, value_fen, form = world.dice.choice(_TRANSFERS)
        data: Event = {
            "member": member.code,
            "item": item,
            "value_fen": value_fen,
            "form": form,
        }
        given_us = world.after_us(world.moment_us(day, 0), 5, 100)
        if member.left_us is None or given_us < member.left_us:
            _say(world, member, given_us, "value.transferred", data)


def _member(world: World, kind: str, dealer: str, enrolled_us: int) -> Member:
    prefix = _PREFIXES[kind]
    return Member(f"{prefix}{world.number('member ' + kind):04d}", kind, dealer, enrolled_us)


def _say(world: World, member: Member, at_us: int, kind: str, data: Event) -> bool:
    desk = world.system(member.dealer, world.day_of(at_us))
    return world.post.send(desk, at_us, kind, f"member/{member.code}", data) is not None
