"""The invented people and the noise with which they get onto cards."""

from collections import Counter, defaultdict
from datetime import date
from random import Random

from faker import Faker
from id_validator import validator
from pypinyin import lazy_pinyin

from campaigns.season.gatherings import plan_activities
from campaigns.season.population import check_character, new_phone, settle_people
from campaigns.season.post import Post
from campaigns.season.world import World, ends_us
from campaigns.season.writing import PLACEHOLDER_PHONE, homophone
from tests.unit.campaigns.season.seasons import STARTS_ON, of_kind, season


def _world(people: int) -> World:
    names = Faker("zh_CN")
    names.seed_instance(5)
    dice = Random(5)
    world = World(dice, names, Post(dice, ends_us(STARTS_ON)), STARTS_ON)
    plan_activities(world, people)
    settle_people(world, people)
    return world


def test_the_check_character_is_that_of_the_standard() -> None:
    assert check_character("11010519491231002") == "X"


def test_true_id_numbers_are_unique_and_agree_with_birth_date_and_sex() -> None:
    people = _world(600).people
    assert len({person.id_number for person in people}) == len(people) == 600
    for person in people[::20]:  # the library takes its time
        assert validator.is_valid(person.id_number, False)
    for person in people:
        assert person.id_number[6:14] == f"{person.born:%Y%m%d}"
        assert int(person.id_number[16]) % 2 == (person.sex == "male")


def test_people_are_seniors_and_some_households_share_a_phone() -> None:
    people = _world(600).people
    households = defaultdict(list)
    for person in people:
        assert date(1930, 1, 1) < person.born < date(1972, 1, 1)
        households[person.household].append(person.phones[0])
    pairs = [phones for phones in households.values() if len(phones) == 2]
    shared = [phones for phones in pairs if phones[0] == phones[1]]
    assert 0 < len(shared) < len(pairs)


def test_phones_are_given_out_once() -> None:
    world = _world(5)
    phones = [new_phone(world) for _ in range(2_000)]
    assert len({phone[3:] for phone in phones}) == len(phones)
    assert all(len(phone) == 11 and phone.startswith("1") for phone in phones)


def test_a_misheard_name_sounds_the_same_and_is_written_otherwise() -> None:
    world = _world(5)
    misheard = homophone(world, "李秀英")
    assert misheard != "李秀英"
    assert lazy_pinyin(misheard) == lazy_pinyin("李秀英")
    assert homophone(world, "王乙") == "王乙"


def test_there_is_about_a_card_and_a_quarter_for_each_person() -> None:
    cards = of_kind("card.registered", season(1200))
    assert 1.15 < len(cards) / 1200 < 1.35


def test_cards_carry_the_noise_of_the_field() -> None:
    cards = [event["data"] for event in of_kind("card.registered", season(1200))]
    people = [data["person"] for data in cards]
    id_numbers = [person["id_number"] for person in people if "id_number" in person]
    wrong = [number for number in id_numbers if not _checks(number)]
    phones = Counter(phone for data in cards for phone in data.get("contact", {}).get("phones", ()))
    assert 0.3 < len(id_numbers) / len(people) < 0.6
    assert 0.02 < len(wrong) / len(id_numbers) < 0.1
    assert phones[PLACEHOLDER_PHONE] >= 5
    assert any(" " in phone for phone in phones)
    assert any(person.get("birth_year") for person in people)
    assert any("birth_date" not in person and "birth_year" not in person for person in people)
    assert any("陳" in person["name"] or "劉" in person["name"] for person in people)
    assert any("女儿" in data.get("private", {}).get("note", "") for data in cards)


def _checks(number: str) -> bool:
    return len(number) == 18 and check_character(number[:17]) == number[17].upper()
