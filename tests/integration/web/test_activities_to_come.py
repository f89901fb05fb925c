"""Who sees activities reads on the first page what comes in the next days."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests.integration.web.sites import RunningSite, activity_today, entered, today


def _day(days: int) -> date:
    """So many days from now."""
    return today() + timedelta(days=days)


def _on(days: int, activity_id: str, title: str, **changes: Any) -> dict[str, Any]:
    plan = activity_today(activity_id)
    plan["data"] |= {"title": title, "starts_at": f"{_day(days)}T09:00:00+08:00", **changes}
    return plan


@pytest.fixture(scope="module", autouse=True)
def calendar(site: RunningSite) -> None:
    site.accept(
        _on(7, "A-later", "七天后的讲座"),
        _on(2, "A-clinic", "后天的义诊", kind="free_clinic"),
        _on(0, "A-now", "今天的讲座"),
        _on(8, "A-far", "八天后的讲座"),
        _on(2, "A-theirs", "别家的讲座", dealer="D2", starts_at=f"{_day(2)}T14:00:00+08:00"),
    )
    site.user("plans", "planning")
    site.user("field", "staff")
    site.user("hall", "dealer_staff", "D1")


def _coming(site: RunningSite, name: str) -> list[str]:
    for client in entered(site, name):
        page = client.get("/").text
    section = page.partition("接下来七天")[2].partition("</section>")[0]
    return re.findall(r'<span class="name">([^<]+)', section)


@pytest.mark.parametrize("name", ["plans", "field"])
def test_the_next_seven_days_stand_on_the_first_page_the_earliest_first(
    site: RunningSite, name: str
) -> None:
    assert _coming(site, name) == ["后天的义诊", "别家的讲座", "七天后的讲座"]


def test_a_dealer_reads_its_own_alone(site: RunningSite) -> None:
    assert _coming(site, "hall") == ["后天的义诊", "七天后的讲座"]


def test_a_clinic_to_come_without_its_filing_number_says_so(site: RunningSite) -> None:
    for client in entered(site, "plans"):
        page = client.get("/").text
    lines = re.findall(r'<li><a href="/activities/A-[^"]+">.*?</li>', page, re.S)
    assert [line for line in lines if "没有备案号" in line] == [
        line for line in lines if "后天的义诊" in line
    ]
