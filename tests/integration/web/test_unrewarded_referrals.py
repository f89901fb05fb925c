"""What became of referrals that earned nothing: whoever answers a member's dispute can see it."""

import re
from collections.abc import Iterator

import pytest

from tests.integration.web.own_links import given, said
from tests.integration.web.reward_sites import (
    event,
    member,
    reward_of,
    rewarding,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """M2 referred somebody whom M1 referred later, one who bought too late, and one who did not."""
    events = [*member("M1"), *member("M2"), *sale(1, "M1"), *sale(2, "M2")]
    events += [referral(1, 47), *sale(3, "M2", days_ago=5)[:1], referral(3, 5)]
    late = sale(4, "M2", days_ago=110)
    events += [late[0], event("purchase.made", "card/C4", late[2]["data"], 5, "late")]
    events.append(event("referral.made", "card/C4", late[1]["data"], 109))
    with rewarding(tmp_path_factory.mktemp("unrewarded"), *events) as site:
        yield site


def referral(n: int, days_ago: int) -> dict[str, object]:
    """By M2, of the patient of a sale."""
    data = {"card_id": f"C{n}", "member": "M2", "patient_agreed": True}
    data |= {"referral_id": f"R{n}-M2"}
    return event("referral.made", f"card/C{n}", data, days_ago, f"referral-{n}-M2")


def listed(page: str) -> list[str]:
    part = page.partition("没有算到奖励的转介绍")[2].partition("</ol>")[0]
    return [" ".join(re.sub(r"<[^>]*>", " ", each).split()) for each in part.split("<li>")[1:]]


def test_a_members_page_tells_of_each_referral_without_a_reward_what_became_of_it(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "chief") as person:
        page = person.get("/members/M2").text
    assert [line.partition(" 李*")[2][1:].strip() for line in listed(page)] == [
        "还没有买",
        "买的算在 M1 的转介绍上",
        "买了，但没有转介绍算得上",
    ]
    assert f"/rewards/{reward_of(1, 'M1')}" in page.partition("没有算到奖励的转介绍")[2]
    assert "没有算到奖励的转介绍" not in person_page(desk, "chief", "M1")


def person_page(desk: RunningSite, name: str, code: str) -> str:
    with signed_in(desk, name) as person:
        return person.get(f"/members/{code}").text


def test_whose_referral_counted_instead_is_told_to_who_keeps_the_books_alone(
    desk: RunningSite,
) -> None:
    page = person_page(desk, "payer", "M2")
    assert len(listed(page)) == 3 and "李" not in "".join(listed(page)), "finance sees no names"
    assert "没有算到奖励的转介绍" not in person_page(desk, "dealer", "M2")


def test_a_dispute_about_no_reward_leads_to_the_member_and_its_referrals(desk: RunningSite) -> None:
    with signed_in(desk, "chief") as person:
        path = given(person, "M2")
    with desk.client() as client:
        assert said(client, path, text="我介绍的人买了，没有我的").status_code == 303
    with signed_in(desk, "payer") as person:
        (dispute,) = set(re.findall(r'href="(/disputes/[^"]+)"', person.get("/disputes").text))
        assert 'href="/members/M2"' in person.get(dispute).text
