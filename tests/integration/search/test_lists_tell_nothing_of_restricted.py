"""Where a restricted person stands in a list tells nothing that the list hides."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from campaigns.ids import person_id
from crm.people.found import FoundPerson
from crm.people.queries import Wanted, find_people, list_people
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.examples import a_card, an_event
from tests.integration.web.sites import RunningSite, running

CARDS = {
    "an": ("安一", "male", 1941, "110101"),
    "bai": ("白二", "female", 1952, "110105"),
    "cai": ("蔡三", "female", 1963, "310101"),
    "dai": ("戴四", "male", 1974, "440306"),
}
HIDDEN = ("an", "cai")
"""The first by every column, and one that stands in the middle."""
COMPLIANCE = replace(HEADQUARTERS_SCOPE, sees=HEADQUARTERS_SCOPE.sees | {"restricted"})
ALL = frozenset(map(person_id, CARDS))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with running(tmp_path_factory.mktemp("restricted")) as started:
        for card, (name, sex, year, region) in CARDS.items():
            person = {"name": name, "sex": sex, "birth_year": year}
            started.accept(a_card(card, person=person, region=region))
        for card in HIDDEN:
            said = {"card_id": card, "purpose": "archive"}
            started.accept(an_event("consent.refused", said, id=f"no-{card}"))
        yield started


def listed(
    site: RunningSite, wanted: Wanted, *, of_given: bool = False, everything: bool = False
) -> tuple[list[FoundPerson], int]:
    scope = COMPLIANCE if everything else HEADQUARTERS_SCOPE
    with reading(site.site.engine) as connection:
        return list_people(scope, connection, wanted, among=ALL if of_given else None)


@pytest.mark.parametrize("of_given", [False, True])
@pytest.mark.parametrize("by", ["name", "born", "region"])
@pytest.mark.parametrize("downwards", [False, True])
def test_they_stand_last_however_the_list_is_sorted(
    site: RunningSite, by: str, downwards: bool, of_given: bool
) -> None:
    people, total = listed(site, Wanted(by=by, downwards=downwards), of_given=of_given)
    shown = ["dai", "bai"] if downwards else ["bai", "dai"]
    hidden = sorted(map(person_id, HIDDEN))
    assert total == len(CARDS)
    assert [each.card_id for each in people[:2]] == shown
    assert [each.person_id for each in people[2:]] == hidden


def test_everybody_is_listed_once_over_all_pages(site: RunningSite) -> None:
    pages = [listed(site, Wanted(most=1, skipped=at)) for at in range(5)]
    assert [total for _, total in pages] == [len(CARDS)] * 5
    whole, _ = listed(site, Wanted())
    turned = [each.person_id for people, _ in pages for each in people]
    assert turned == [each.person_id for each in whole]
    with reading(site.site.engine) as connection:
        found, total = find_people(HEADQUARTERS_SCOPE, connection, "")
    assert ([each.person_id for each in found], total) == (turned, len(CARDS))


@pytest.mark.parametrize("of_given", [False, True])
def test_they_are_not_listed_where_one_sex_is_asked_for(site: RunningSite, of_given: bool) -> None:
    people, total = listed(site, Wanted(sex="female"), of_given=of_given)
    assert ([each.card_id for each in people], total) == (["bai"], 1)


def test_whoever_sees_them_finds_them_at_their_place(site: RunningSite) -> None:
    people, _ = listed(site, Wanted(by="born"), everything=True)
    assert [each.card_id for each in people] == list(CARDS)
    women, _ = listed(site, Wanted(sex="female", by="born"), everything=True)
    assert [each.card_id for each in women] == ["bai", "cai"]
