"""What is hard to tell of cards, as they come one after the other with weights in force."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from random import Random
from unittest import mock

import pytest
from sqlalchemy import select

from crm.components.index import TIE, close
from crm.identity.traits import PHONES_ON_A_CARD_MAX
from crm.identity.weights import judge
from crm.people.tables import LINK, PAIR
from crm.storage.database import reading
from tests.installations import Installation, assert_same, clock
from tests.integration.laws.published_weights import published, said
from tests.worlds import Sent

Found = Mapping[str, tuple[str, str]]
"""Card → its person, and who decided so."""


def written(card_id: str, name: str, number: int, phone: str = "", **person: object) -> Sent:
    contact = {"phones": [phone], "address": "武汉市江岸区和平路12号3-201"} if phone else {}
    data = {"card_id": card_id, "person": {"name": name, **person}, "source_kind": "walk_in"}
    return said("card.registered", f"card/{card_id}", number, **data, contact=contact)


TWIN = {"birth_date": "1949-12-31", "sex": "male"}
ID, ONE_OFF = "11010519491231002X", "11010519491237002X"
CARDS = [
    written("twin-1", "李建国", 1, "13912340001", **TWIN),
    written("twin-2", "李建军", 2, "13912340001", **TWIN),
    written("had-the-number", "赵玉芬", 3, "13912340002", birth_date="1955-06-01"),
    written("has-the-number", "郑文", 4, "13912340002", birth_date="1948-01-20"),
    written("maiden", "王淑兰", 5, "13912340003", birth_date="1950-02-01", sex="female"),
    written("married", "李王淑兰", 6, "13912340003", birth_date="1950-02-01", sex="female"),
    written("rare", "王喆", 7, "13912340004", **TWIN),
    written("not-in-the-font", "王□", 8, "13912340004", **TWIN),
    written("beyond-the-plane", "王𬭎", 9, "13912340005", **TWIN),
    written("beyond-again", "王𬭎", 10, "13912340005", birth_year=1949),
    written("dot", "欧阳·淑珍", 11, "13912340006", birth_date="1947-03-05"),
    written("no-dot", "歐陽淑珍", 12, "13912340006"),
    written("name", "陈桂兰", 13, "13912340007", birth_year=1949),
    written("nickname", "陈阿姨", 14, "13912340007", birth_year=1949),
    written("id", "孙美珍", 15, id_number=ID, birth_date="1949-12-31"),
    written("id-one-off", "孙美珍", 16, id_number=ONE_OFF, birth_date="1949-12-31"),
]
ONE_PERSON = {
    ("rare", "not-in-the-font"),
    ("beyond-the-plane", "beyond-again"),
    ("dot", "no-dot"),
    ("id", "id-one-off"),
}
ASKED = {("twin-1", "twin-2"), ("maiden", "married"), ("name", "nickname")}


@pytest.fixture(scope="module", params=["as they stand", "backwards", "one by one"])
def recorded(request: pytest.FixtureRequest) -> Iterator[tuple[Found, set[tuple[str, ...]]]]:
    with clock(), Installation() as installation:
        installation.accept([published("w1", 0)])
        cards = CARDS[::-1] if request.param == "backwards" else CARDS
        for start in range(0, len(cards), 1 if request.param == "one by one" else len(cards)):
            installation.accept(cards[start:][: 1 if request.param == "one by one" else None])
            installation.work()
        yield found_in(installation), asked_in(installation)


def found_in(installation: Installation) -> Found:
    with reading(installation.engine) as connection:
        rows = connection.execute(select(LINK.c.card_id, LINK.c.person_id, LINK.c.decided_by))
        return {card_id: (person, decided_by) for card_id, person, decided_by in rows}


def asked_in(installation: Installation) -> set[tuple[str, ...]]:
    with reading(installation.engine) as connection:
        return set(map(tuple, connection.execute(select(PAIR.c.card_id, PAIR.c.other_card_id))))


def test_what_is_one_persons_is_joined_and_nothing_else(
    recorded: tuple[Found, set[tuple[str, ...]]],
) -> None:
    found, _ = recorded
    together = {
        (one, other)
        for one in found
        for other in found
        if one < other and found[one][0] == found[other][0]
    }
    assert together == {tuple(sorted(pair)) for pair in ONE_PERSON}


def test_of_what_is_not_sure_a_person_is_asked(
    recorded: tuple[Found, set[tuple[str, ...]]],
) -> None:
    assert recorded[1] == {tuple(sorted(pair)) for pair in ASKED}


def test_five_hundred_cards_of_one_phone_join_nobody_and_cost_little() -> None:
    dice = Random(7)
    syllables = "建国文志玉秀春德永金淑桂凤兰明世华振学广"
    names = [a + b for a in "王李赵张刘陈周吴郑冯" for b in syllables]
    cards = [
        written(f"c{n:03}", dice.choice(names), n, birth_year=dice.randint(1930, 1970))
        for n in range(500)
    ]
    for each in cards:
        each.wire["data"]["contact"] = {"phones": ["13912340009"]}
    with clock(), Installation() as installation:
        installation.accept([published("w1", 0)])
        with mock.patch("crm.identity.weighing.judge", wraps=judge) as judged:
            for first, last in pairwise([*range(9), *range(100, 501, 100)]):
                installation.accept(cards[first:last])
                installation.work()
        found = found_in(installation)
        assert {decided_by for _, decided_by in found.values()} == {"alone"}
        assert not asked_in(installation)
    assert 0 < judged.call_count < 10 * len(cards)


def of_phones(card_id: str, number: int, phones: list[str]) -> Sent:
    made = written(card_id, "王秀英", number % 30)
    made.wire["data"]["contact"] = {"phones": phones}
    made.wire["id"] = f"p{number}"
    return made


def corrected(number: int, phones: list[str]) -> Sent:
    patch = {"card_id": "family", "contact": {"phones": phones}}
    return said("card.corrected", "card/family", number, **patch)


def test_a_card_with_the_phones_of_a_whole_district_ties_its_people_to_nobody() -> None:
    phones = [f"139{n:08}" for n in range(3 * PHONES_ON_A_CARD_MAX)]
    people = [of_phones(f"c{n:03}", n, [phone]) for n, phone in enumerate(phones)]
    people.append(of_phones("district", 100, phones))
    few, many = phones[:PHONES_ON_A_CARD_MAX], phones[: PHONES_ON_A_CARD_MAX + 1]
    # What was a list of few becomes one of many, and of few again.
    steps = [(of_phones("family", 101, few), len(few))]
    steps += [(corrected(36, many), 0), (corrected(37, phones[:1]), 1)]
    for weights in ([], [published("w1", 0)]):
        with clock(), Installation() as installation, Installation() as at_once:
            installation.accept([*weights, *people])
            installation.work()
            with reading(installation.engine) as connection:
                assert close(connection, ["card/district"], {}).components == [{"card/district"}]
            for more, together in steps:
                installation.accept([more])
                installation.work()
                found = found_in(installation)
                mine = [card for card, (who, _) in found.items() if who == found["family"][0]]
                assert len(mine) == 1 + together, more.wire["id"]
            at_once.accept([*weights, *people, *(more for more, _ in steps)][::-1])
            at_once.work()
            assert_same(at_once.snapshot(), installation.snapshot())


REWRITTEN = [
    {"name": f"王秀英{letter}", "birth_date": f"1949-01-{place + 1:02}", "region": f"{place}10105"}
    for place, letter in enumerate("一二三四五六", start=1)
]


def rewritten(number: int, name: str, birth_date: str, region: str) -> Sent:
    person = {"name": name, "birth_date": birth_date}
    patch = {"card_id": "much", "person": person, "region": region}
    return said("card.corrected", "card/much", number, **patch)


def test_a_card_that_is_rewritten_again_and_again_ties_nobody_and_costs_little() -> None:
    first = {"name": "王秀英", "birth_date": "1949-12-31", "region": "110105"}
    cards = [
        written(card, "王秀英", number, birth_date=first["birth_date"])
        for number, card in enumerate(("much", "other"), start=1)
    ]
    for each in cards:
        each.wire["data"]["region"] = first["region"]
    steps = [rewritten(3 + n, **words) for n, words in enumerate([*REWRITTEN, first])]
    for weights in ([], [published("w1", 0)]):
        with clock(), Installation() as installation, Installation() as at_once:
            installation.accept([*weights, *cards])
            installation.work()
            found = found_in(installation)
            assert found["much"][0] == found["other"][0], "the same name, birth date and place"
            for step in steps:
                installation.accept([step])
                installation.work()
            found = found_in(installation)
            assert found["much"][0] != found["other"][0]
            with reading(installation.engine) as connection:
                held = connection.execute(select(TIE.c.key).where(TIE.c.subject == "card/much"))
                assert not held.all()
            at_once.accept([*weights, *cards, *steps][::-1])
            at_once.work()
            assert_same(at_once.snapshot(), installation.snapshot())
