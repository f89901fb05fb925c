"""Who only follows links comes from any fen to its events, its people and their consents."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from crm.people.queries import PAGE_ROWS
from tests.integration.web.reward_sites import (
    Person,
    event,
    member,
    reach_every_day,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite, running, today

MEMBERS, EACH = ("M1", "M2", "M3", "M4"), 10
_EVENT = re.compile(r"/event\?source=[^\"]+")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Forty sales of four clerks, to patients who agreed to an archive."""
    folder: Path = tmp_path_factory.mktemp("traced")
    with running(folder) as started:
        started.user("checker", "compliance")
        started.user("payer", "finance")
        started.user("auditor", "auditor")
        events: list[Any] = []
        for place, code in enumerate(MEMBERS):
            events += member(code)
            for n in range(place * EACH, (place + 1) * EACH):
                days_ago = 40 + n % EACH
                events += sale(n, code, days_ago=days_ago)
                agreed = {"card_id": f"C{n}", "purpose": "archive", "notice_version": "1"}
                agreed |= {"method": "paper", "by": "self"}
                events.append(event("consent.given", f"card/C{n}", agreed, days_ago + 1))
        started.accept(*events)
        reach_every_day(started)
        yield started


def ticked(page: str) -> list[str]:
    """Every reward that the page offers a box for."""
    return re.findall(r'name="reward" value="([^"]+)"', page)


def links(page: str, path: str) -> list[str]:
    """The addresses on a page that begin like this, each once, in order."""
    found = map(unescape, re.findall(r'href="([^"]+)"', page))
    return list(dict.fromkeys(each for each in found if each.startswith(path)))


def paid_by_the_pages(site: RunningSite) -> None:
    """What a clerk of finance does: two lists ticked whole, one file, one answer."""
    with signed_in(site, "checker") as person:
        rewards = ticked(person.get("/rewards?state=to_decide").text)
        assert len(rewards) == len(MEMBERS) * EACH
        fields: dict[str, Any] = {"form_id": str(uuid4()), "word": "approved", "reward": rewards}
        assert person.post("/rewards/decide", **fields).status_code == 303
    site.work()
    with signed_in(site, "payer") as person:
        rewards = ticked(person.get("/rewards?state=payable").text)
        path = person.post("/rewards/files", reward=rewards).headers["location"]
        heading, *lines = person.get(f"{path}/csv").content.decode("utf-8-sig").splitlines()
        answer = "\n".join([f"{heading},结果", *(f"{line},成功" for line in lines)])
        page = person.post(f"{path}/answer", answer=answer).text
        assert page.count("已记为发放") == len(MEMBERS) * EACH
    site.work()


def fen_of(text: str) -> int:
    """¥1,234.50 in fen."""
    return int(re.sub(r"[^\d]", "", text))


def clicked(person: Person, path: str) -> str:
    answer = person.get(path)
    assert answer.status_code == 200, path
    return answer.text


def test_any_fen_of_a_statement_is_four_clicks_from_its_events_its_people_and_their_consent(
    site: RunningSite,
) -> None:
    paid_by_the_pages(site)
    with signed_in(site, "auditor") as person:
        statement = clicked(person, f"/statements?month={today():%Y-%m}")
        of_members = links(statement, "/members/")
        assert len(of_members) == len(MEMBERS)
        for address in of_members:
            line = statement.partition(address.replace("&", "&amp;"))[2].partition("</tr>")[0]
            stated = max(map(fen_of, re.findall(r"¥[\d,]+\.\d\d", line)))
            # The first click: whose it is. The second: each reward.
            rewards = links(clicked(person, address), "/rewards/")
            pages = {reward: clicked(person, reward) for reward in rewards}
            paid = [re.search(r"付过的.*?¥([\d,]+\.\d\d)", p, re.DOTALL) for p in pages.values()]
            assert sum(fen_of(each[1]) for each in paid if each is not None) == stated > 0
            for page in pages.values():
                assert len(links(page, "/people/")) == 1
                assert len(links(page, "/event?source=")) >= 5
            # The third: every event behind one of them, who said it and when; and the people.
            page = next(iter(pages.values()))
            said = [clicked(person, each) for each in links(page, "/event?source=")]
            kinds = {each.partition("<h1>")[2].partition("<")[0].strip() for each in said}
            assert {"会员登记", "会员培训", "购买", "转介绍", "奖励批准", "奖励发放"} <= kinds, (
                kinds
            )
            assert all("谁记的" in each for each in said)
            patient = clicked(person, links(page, "/people/")[0])
            assert "建立档案" in patient
            # The fourth: the word by which the patient agreed.
            consents = [e for e in links(patient, "/event?source=") if "consent.given" in e]
            assert "自己" in clicked(person, consents[0]) or "本人" in clicked(person, consents[0])


def test_of_more_rewards_than_a_page_holds_those_of_the_statements_month_are_reached(
    site: RunningSite,
) -> None:
    first = 100
    events = member("M5")
    for n in range(PAGE_ROWS + 1):
        events += sale(first + n, "M5", days_ago=1 + n)
    site.accept(*events)
    reach_every_day(site)
    with signed_in(site, "auditor") as person:
        latest = clicked(person, "/members/M5")
        assert len(links(latest, "/rewards/")) == PAGE_ROWS and links(latest, "/statements")
        reached: set[str] = set()
        for days_ago in (1, PAGE_ROWS // 2, PAGE_ROWS + 1):
            month = f"{today() - timedelta(days=days_ago):%Y-%m}"
            statement = clicked(person, f"/statements?month={month}")
            (address,) = links(statement, "/members/M5")
            found = links(clicked(person, address), "/rewards/")
            reached |= set(found)
            assert 0 < len(found) <= 31
        assert len(reached) == PAGE_ROWS + 1
