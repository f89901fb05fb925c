"""The frame around every page: the list of places by role, the search over everything."""

import re
from collections.abc import Iterator

import httpx
import pytest

from crm.accounts.people import Account
from crm.accounts.roles import ROLES, AccountRole
from crm.web.view.places import GROUPS, PLACES, frame_of
from tests.integration.web.reward_sites import member
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    entered,
    sign_in,
    token_in,
)


@pytest.fixture(scope="module", autouse=True)
def told(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.user("shop", "dealer", "D2")
    site.user("market", "marketing")
    site.accept(activity_today(), card())


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


@pytest.fixture
def shop(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "shop")


@pytest.fixture
def market(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "market")


def search(client: httpx.Client, text: str) -> str:
    form = {"form_token": token_in(client.get("/search").text), "text": text}
    return client.post("/search", data=form).text


def account_with(role: AccountRole) -> Account:
    dealer = "D1" if ROLES[role].of_dealer else None
    return Account("u-1", role, (role,), dealer)


def test_every_place_belongs_to_a_group_and_stands_there_once() -> None:
    assert {place.group for place in PLACES} <= GROUPS.keys()
    assert len({place.path for place in PLACES}) == len(PLACES)


@pytest.mark.parametrize("role", ROLES)
def test_a_phones_bar_holds_four_places_and_the_rest_behind_one_more(role: AccountRole) -> None:
    frame = frame_of(account_with(role), "/me")
    shown = len(frame.thumb) + frame.has_more
    assert 2 <= shown <= 5
    assert frame.here is not None
    assert all(place.is_open_to(account_with(role)) for g in frame.groups for place in g.places)


def test_where_one_is_is_the_place_with_the_longest_address() -> None:
    frame = frame_of(account_with("headquarters"), "/plan/copy")
    assert frame.here is not None
    assert frame.here.path == "/plan/copy"
    assert [group.is_here for group in frame.groups].count(True) == 1


def test_the_search_finds_people_masked_and_activities(office: httpx.Client) -> None:
    found = search(office, "wgy")
    assert "王*英" in found
    assert "王桂英" not in found
    assert "/activities/A-today" in search(office, "健康日")
    assert "没有找到" in search(office, "没有这个")


def test_the_search_finds_members_and_a_dealer_its_own(
    site: RunningSite, office: httpx.Client, shop: httpx.Client
) -> None:
    site.accept(*member("M-1", dealer="D1"), *member("M-2", dealer="D2"))
    assert "/members/M-1" in search(office, "m-1")
    assert "没有找到" in search(shop, "M-1")
    assert "/members/M-2" in search(shop, "M-2")


def test_the_search_shows_nobody_what_the_own_pages_would_not(
    shop: httpx.Client, market: httpx.Client
) -> None:
    assert "没有找到" in search(shop, "健康日")
    assert "没有找到" in search(shop, "wgy")
    assert "没有找到" in search(market, "wgy")
    assert "/activities/A-today" in search(market, "健康日")


def test_words_of_the_list_begin_with_a_capital_and_the_parts_of_pages_are_no_place(
    site: RunningSite,
) -> None:
    with site.client() as client:
        sign_in(client, "office")
        client.cookies.set("jinxi_language", "en")
        for path in ("/", "/more"):
            page = client.get(path).text
            words = re.findall(
                r'<a href="/[^"]*"(?: aria-current="page")?>([A-Za-z][^<]*)</a>', page
            )
            words += re.findall(r"</svg><span>([^<]+)</span>", page)
            assert words and [word for word in words if word[0].islower()] == []
            assert "/components" not in page
        assert {"Members", "Events", "Follow-ups", "Reward policies"} <= set(words)
        assert client.get("/components").status_code == 200
