"""A dealer is read, searched and taken away by its name; the code stands where it is needed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.web.reward_sites import event, member, rewarding, signed_in
from tests.integration.web.sites import RunningSite, activity_today, today


def _contract(dealer: str, name: str, region: str) -> dict[str, Any]:
    said = {"dealer": dealer, "contract_id": f"K-{dealer}", "name": name, "kind": "exclusive"}
    said |= {"starts_on": str(today() - timedelta(days=30))}
    return event("dealer.contracted", f"dealer/{dealer}", {**said, "regions": [region]}, 30)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Two dealers of one name, a third of its own, and one that never had a contract."""
    events = [
        _contract("D1", "朝阳康泰", "110105"),
        _contract("D2", "金秋", "310000"),
        _contract("D3", "金秋", "410100"),
        *(part for n in range(1, 5) for part in member(f"M{n}", dealer=f"D{n}")),
        activity_today("A-1"),
    ]
    with rewarding(tmp_path_factory.mktemp("names"), *events) as started:
        yield started


def test_a_list_names_dealers_and_adds_the_code_where_two_are_called_the_same(
    site: RunningSite,
) -> None:
    with signed_in(site, "chief") as person:
        page = person.get("/members").text
    assert ">朝阳康泰<" in page and "朝阳康泰（D1）" not in page
    assert "金秋（D2）" in page and "金秋（D3）" in page
    assert ">D4<" in page


def test_a_file_has_the_name_with_the_code(site: RunningSite) -> None:
    with signed_in(site, "chief") as person:
        taken = person.get("/members?file=csv").text
    assert "朝阳康泰（D1）" in taken and "金秋（D2）" in taken and ",D4," in taken


@pytest.mark.parametrize("path", ["/members", "/activities"])
def test_a_list_that_names_dealers_is_searched_by_their_names_and_codes(
    site: RunningSite, path: str
) -> None:
    with signed_in(site, "chief") as person:
        for text, found in (("康泰", True), ("D1", True), ("金秋", path == "/members")):
            page = person.get(f"{path}?text={text}").text
            assert ("朝阳康泰" in page) == (found and text != "金秋"), text
            assert ("金秋（D2）" in page) == (found and text == "金秋"), text
