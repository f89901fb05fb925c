"""Lists over HTTP: page after page, each thing once, and no more than the bearer's role sees."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from crm.web.api.lists import LISTS
from tests.integration.web.reward_sites import event, member, reach_every_day
from tests.integration.web.sites import RunningSite, activity_today, card

PEOPLE, ACTIVITIES = 7, 4


@pytest.fixture(scope="module", autouse=True)
def filled(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.accept(*(activity_today(f"A-{n}") for n in range(ACTIVITIES)))
    cards = [card(f"L-{n}", f"列{n}号", f"1370000770{n}") for n in range(PEOPLE)]
    site.accept(*cards, *member("M1"), *member("M2", dealer="D2"))
    tried = {"trial_id": "T-1", "card_id": "L-1", "sku": "JX-B4"}
    site.accept(event("trial.started", "card/L-1", tried, 4))
    reach_every_day(site)


@pytest.fixture(scope="module")
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client(Authorization=f"Bearer {site.token('headquarters')}") as client:
        yield client


def walked(client: httpx.Client, path: str, limit: int) -> list[Any]:
    """Every item, page after page."""
    found, after = [], ""
    for _ in range(50):
        answer = client.get(path, params={"after": after, "limit": limit})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        found += page["items"]
        if page["next"] is None:
            return found
        after = page["next"]
    raise AssertionError("no end")


@pytest.mark.parametrize("path", LISTS)
def test_pages_of_any_size_hold_the_same_each_once(office: httpx.Client, path: str) -> None:
    whole = walked(office, path, 500)
    assert walked(office, path, 1) == walked(office, path, 3) == whole
    assert len({str(item) for item in whole}) == len(whole)


def test_lists_hold_what_there_is_with_names_masked(office: httpx.Client) -> None:
    assert len(walked(office, "/v1/activities", 2)) == ACTIVITIES
    people = walked(office, "/v1/people", 2)
    assert len(people) == PEOPLE and {each["name"] for each in people} == {"列*号"}
    assert {each["member"] for each in walked(office, "/v1/members", 2)} == {"M1", "M2"}
    assert [each["trial_id"] for each in walked(office, "/v1/follow-ups", 2)] == ["T-1"]
    assert [each["name"] for each in walked(office, "/v1/accounts", 2)] == ["office"]
    (token,) = walked(office, "/v1/tokens", 2)
    assert token["role"] == "headquarters" and "jinxi_" not in str(token)


def test_what_comes_in_between_two_pages_neither_doubles_nor_hides_anything(
    site: RunningSite, office: httpx.Client
) -> None:
    first = office.get("/v1/activities", params={"limit": 2}).json()
    site.accept(activity_today("A-00"))
    rest = office.get("/v1/activities", params={"after": first["next"], "limit": 9}).json()
    ids = [each["activity_id"] for each in first["items"] + rest["items"]]
    assert ids == sorted(set(ids)) and len(ids) == ACTIVITIES


def test_a_dealer_sees_its_own_and_nobody_elses(site: RunningSite) -> None:
    with site.client(Authorization=f"Bearer {site.token('dealer', 'D2')}") as client:
        assert walked(client, "/v1/activities", 9) == []
        assert [each["member"] for each in walked(client, "/v1/members", 9)] == ["M2"]
        for path in ("/v1/people", "/v1/follow-ups", "/v1/requests", "/v1/accounts", "/v1/tokens"):
            assert client.get(path).status_code == 403, path
