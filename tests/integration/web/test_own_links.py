"""Links of members, by who made them: a dealer's opens less, and only while it is its member.

Who opens too much waits, so these stand apart from the tests of the page itself.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from crm.accounts.people import find_user
from crm.storage.database import reading
from tests.integration.web.own_links import given, kept, opened, said
from tests.integration.web.reward_sites import event, member, signed_in
from tests.integration.web.sites import RunningSite, running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A member whom the company enrolled, and people of all sides."""
    folder: Path = tmp_path_factory.mktemp("links")
    with running(folder) as site:
        site.user("chief", "headquarters")
        site.user("payer", "finance")
        site.user("dealer", "dealer", "D1")
        site.user("other", "dealer", "D2")
        site.user("auditor", "auditor")
        site.accept(*member("M1"))
        yield site


def test_a_link_is_ended_by_whoever_sees_the_member_and_may_say_anything(
    desk: RunningSite,
) -> None:
    for name in ("payer", "dealer"):
        with signed_in(desk, "chief") as person:
            path = given(person)
        with signed_in(desk, name) as person:
            assert "/members/M1/link/end" in person.get("/members/M1").text
            assert person.post("/members/M1/link/end").status_code == 200
        assert opened(desk, path).status_code == 410
    with signed_in(desk, "chief") as person:
        path = given(person)
    with signed_in(desk, "auditor") as person:
        assert "/members/M1/link/end" not in person.get("/members/M1").text
        assert person.post("/members/M1/link/end").status_code == 403
    with signed_in(desk, "other") as person:
        assert person.post("/members/M1/link/end").status_code == 404
    assert opened(desk, path).status_code == 200


def enrolled(site: RunningSite, code: str) -> None:
    """A member that a dealer enrolled itself."""
    with reading(site.site.engine) as connection:
        dealer = find_user(connection, "dealer")
    assert dealer is not None and dealer.credential is not None
    lines = [orjson.dumps(each | {"source": dealer.source}) for each in member(code)[:1]]
    receipts = site.site.intake.accept(lines, dealer.credential)
    assert [each.status for each in receipts] == ["accepted"]
    site.work()


def test_a_link_that_a_dealer_made_shows_no_dispute_and_takes_none(desk: RunningSite) -> None:
    enrolled(desk, "M9")
    with signed_in(desk, "chief") as person:
        path = given(person, "M9")
    with desk.client() as client:
        assert said(client, path, text="经销商康民扣了我的钱").status_code == 303
    (dispute,) = kept(desk, "M9")
    with signed_in(desk, "payer") as person:
        fields = {"outcome": "upheld", "answer": "总部会查这家经销商"}
        assert person.post(f"/disputes/{dispute.dispute_id}/answer", **fields).status_code == 303
    with signed_in(desk, "dealer") as person:
        path = given(person, "M9")
    answer = opened(desk, path)
    assert answer.status_code == 200 and "请向总部要一个链接" in answer.text
    hidden = ("扣了我的钱", "总部会查", "认同", f"{path}/dispute")
    assert not [each for each in hidden if each in answer.text]
    with desk.client() as client:
        assert said(client, path, text="没事了").status_code == 404
    assert len(kept(desk, "M9")) == 1
    with signed_in(desk, "chief") as person:
        assert "总部会查这家经销商" in opened(desk, given(person, "M9")).text


def test_a_link_that_a_dealer_made_opens_nothing_once_the_member_is_anothers(
    desk: RunningSite,
) -> None:
    enrolled(desk, "M8")
    with signed_in(desk, "dealer") as person:
        path = given(person, "M8")
    assert opened(desk, path).status_code == 200
    desk.accept(event("member.changed", "member/M8", {"member": "M8", "dealer": "D2"}, 0))
    assert opened(desk, path).status_code == 410
    with signed_in(desk, "other") as person:
        assert "停用链接" not in person.get("/members/M8").text
    # The company's link is the member's, whoever's the member is.
    with signed_in(desk, "chief") as person:
        path = given(person, "M8")
    assert opened(desk, path).status_code == 200
    with signed_in(desk, "other") as person:
        assert person.post("/members/M8/link/end").status_code == 200
    assert opened(desk, path).status_code == 410
