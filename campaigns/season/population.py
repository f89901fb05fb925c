"""Invented people: households, ages, ID numbers with the right check character, phones."""

from datetime import date, timedelta

from campaigns.season.gatherings import held_activities
from campaigns.season.model import Activity, Person
from campaigns.season.places import TERRITORIES, Territory
from campaigns.season.world import World

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
# Segments and order codes that are not given out as a rule, so that no number is a real one's.
_PHONE_SEGMENTS = ("142", "143", "154", "163", "168", "169", "179")
_FIRST_ORDER_CODE, _LAST_ORDER_CODE = 900, 995
_GENERATION_CHARACTERS = "建国文志玉秀春德永金淑桂"
_ORIGINS = ("referral", "hotline", "walk_in", "mail_order", "dealer", "online")
_ORIGIN_WEIGHTS = (50, 14, 14, 6, 10, 6)
_NOT_AT_AN_ACTIVITY = 0.13
_YOUNGEST = date(1971, 12, 31)
_SEXES = ("female", "male")


def check_character(first_seventeen: str) -> str:
    """The eighteenth character of an ID number (GB 11643)."""
    total = sum(
        int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True)
    )
    return _CHECK_CHARACTERS[total % 11]


def new_phone(world: World) -> str:
    """A number in the shape of a mainland mobile, given out once."""
    number = world.number("phone") + 10_000_000
    # Multiplying by an odd number that is no multiple of 5 permutes the eight digits.
    scattered = number * 36_969_397 % 100_000_000
    return f"{world.dice.choice(_PHONE_SEGMENTS)}{scattered:08d}"


def settle_people(world: World, people: int) -> None:
    """Invent so many people in households, and sort them by when they are first met."""
    weights = [territory.weight for territory in TERRITORIES]
    meetings = [held_activities(world, territory) for territory in TERRITORIES]
    household = 0
    while len(world.people) < people:
        household += 1
        rank = world.dice.choices(range(len(TERRITORIES)), weights)[0]
        _settle_household(world, household, TERRITORIES[rank], meetings[rank], people)
    _name_departures(world)
    world.people.sort(key=lambda person: (person.first_activity.starts_us, person.number))


def _settle_household(
    world: World, household: int, territory: Territory, meetings: list[Activity], people: int
) -> None:
    first_meeting = _meeting(world, meetings)
    first = _invent(
        world, household, territory, first_meeting, _born(world), world.dice.choice(_SEXES)
    )
    world.people.append(first)
    draw = world.dice.random()
    if len(world.people) >= people or draw > 0.36:
        return
    if draw < 0.32 or first.born.year < 1957:  # a couple; else a child and a parent
        born = min(_YOUNGEST, first.born + timedelta(days=world.dice.randint(-1800, 1800)))
        second = _invent(world, household, territory, first_meeting, born, _other(first.sex))
    else:
        born = date(max(1931, first.born.year - 26), 1, 1) + timedelta(
            days=world.dice.randint(0, 364)
        )
        second = _invent(
            world, household, territory, first_meeting, born, world.dice.choice(_SEXES)
        )
        second.name = first.name[0] + second.name[1:]
    second.address, second.district = first.address, first.district
    if world.chance(0.3):
        second.first_activity = _meeting(world, meetings)
    if world.chance(0.65):
        second.phones, second.phone_owner = list(first.phones), first.phone_owner
    world.people.append(second)


def _other(sex: str) -> str:
    return "male" if sex == "female" else "female"


def _meeting(world: World, meetings: list[Activity]) -> Activity:
    """Somewhat more people come early: later activities are also for those who return."""
    size = len(meetings)
    return meetings[int(size * world.dice.random() ** 1.6)]


def _born(world: World) -> date:
    year = int(world.dice.triangular(1936, 1971, 1955))
    return date(year, 1, 1) + timedelta(days=world.dice.randint(0, 364))


def _invent(
    world: World,
    household: int,
    territory: Territory,
    meeting: Activity,
    born: date,
    sex: str,
) -> Person:
    district = world.dice.choice(territory.districts)
    phones = [new_phone(world)]
    draw = world.dice.random()
    owner = "child" if draw < 0.15 else "self"
    if draw > 0.9:
        phones.append(new_phone(world))
    street = world.names.street_name()
    return Person(
        number=world.number("person"),
        name=_name(world, sex),
        sex=sex,
        born=born,
        id_number=_id_number(world, district[0], born, sex),
        phones=phones,
        phone_owner=owner,
        address=f"{territory.city}市{district[1]}{street}{world.dice.randint(1, 220)}号",
        territory=territory,
        district=district,
        household=household,
        first_activity=meeting,
        origin=_origin(world),
    )


def _origin(world: World) -> str:
    if not world.chance(_NOT_AT_AN_ACTIVITY):
        return "activity"
    return world.dice.choices(_ORIGINS, _ORIGIN_WEIGHTS)[0]


def _name(world: World, sex: str) -> str:
    names = world.names
    given = names.first_name_male() if sex == "male" else names.first_name_female()
    if len(given) == 1 and world.chance(0.6):
        given = world.dice.choice(_GENERATION_CHARACTERS) + given
    surname: str = names.last_name()
    return surname + given


def _id_number(world: World, region: str, born: date, sex: str) -> str:
    """Unique, since the order codes of one district and day go round."""
    span = (_LAST_ORDER_CODE - _FIRST_ORDER_CODE + 1) // 2
    turn = world.number(f"order code {region} {born} {sex}") % span
    order = _FIRST_ORDER_CODE + 2 * turn + (1 if sex == "male" else 0)
    first_seventeen = f"{region}{born:%Y%m%d}{order:03d}"
    return first_seventeen + check_character(first_seventeen)


def _name_departures(world: World) -> None:
    """A few die and a few ask to be erased; both are met in the season's first half."""
    middle_us = world.moment_us(90, 0)
    early = [person for person in world.people if person.first_activity.starts_us < middle_us]
    wanted = max(2, len(world.people) // 120)
    chosen = world.dice.sample(early, min(2 * wanted, len(early)))
    for index, person in enumerate(chosen):
        person.departure = "erased" if index % 2 else "deceased"
        first_us = person.first_activity.starts_us
        person.until_us = world.after_us(first_us, 25, 80)
