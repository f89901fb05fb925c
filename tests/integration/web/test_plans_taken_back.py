"""A plan that is taken back, alone or with the form that it came on."""

import re
from collections.abc import Iterator

import httpx
import pytest

from crm.activities.queries import activities_from
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.acting import fill_in, form_in
from tests.integration.web.contracts import contract
from tests.integration.web.reward_sites import event
from tests.integration.web.sites import RunningSite, card, entered, running, today


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with running(tmp_path_factory.mktemp("plans")) as started:
        started.user("chief", "headquarters")
        started.accept(contract())
        yield started


@pytest.fixture
def chief(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "chief")


def planned(site: RunningSite, chief: httpx.Client, *titles: str) -> tuple[str, list[str]]:
    """(the address where the form is taken back, ids of the activities): pasted as a list."""
    location = pasted(site, chief, *titles)
    form_id = re.search(r"said=([0-9a-f-]{36})", location)
    assert form_id
    with reading(site.site.engine) as connection:
        found = activities_from(HEADQUARTERS_SCOPE, connection, today())
    return f"/said/{form_id[1]}", [each.activity_id for each in found]


def pasted(site: RunningSite, chief: httpx.Client, *titles: str) -> str:
    """Where the receipt of a list is read, once it is recorded."""
    lines = ["名称\t种类\t日期\t地区\t经销商\t触达"]
    lines += [f"{title}\t讲座\t{today()}\t北京市朝阳区\tD1\t20" for title in titles]
    first = fill_in(chief, "/plan/list", {"list": "\n".join(lines)})
    answer = chief.post("/plan/list", data=form_in(first.text, "/plan/list"))
    assert answer.status_code == 303
    site.work()
    return answer.headers["location"]


def test_each_line_of_a_list_names_its_activity_where_it_is_taken_back(
    site: RunningSite, chief: httpx.Client
) -> None:
    back, _ = planned(site, chief, "护脑一", "护脑二")
    page = chief.get(back).text
    assert re.findall(r"活动举办 · (护脑.)", page) == ["护脑一", "护脑二"]
    assert "登记下一位" not in page, "nobody was registered"


def test_whoever_takes_back_a_plan_is_told_first_that_people_are_recorded_there(
    site: RunningSite, chief: httpx.Client
) -> None:
    back, (activity_id,) = planned(site, chief, "护脑一")
    came = {"card_id": "C1", "activity_id": activity_id}
    site.accept(card(), event("activity.attended", "card/C1", came, 0))
    site.work()
    first = fill_in(chief, back, {"reason": "typed_wrong"})
    assert "“护脑一”上已经登记了人" in first.text
    with reading(site.site.engine) as connection:
        assert len(activities_from(HEADQUARTERS_SCOPE, connection, today())) == 1
    again = form_in(first.text, back) | {"reason": "typed_wrong"}
    assert chief.post(back, data=again).status_code == 303


def test_a_plan_at_which_nobody_was_registered_is_taken_back_without_a_question(
    site: RunningSite, chief: httpx.Client
) -> None:
    back, _ = planned(site, chief, "护脑一", "护脑二")
    assert fill_in(chief, back, {"reason": "typed_wrong"}).status_code == 303
    site.work()
    with reading(site.site.engine) as connection:
        assert activities_from(HEADQUARTERS_SCOPE, connection, today()) == []


def test_the_receipt_of_a_list_leads_to_each_activity_wherever_it_stands_among_the_others(
    site: RunningSite, chief: httpx.Client
) -> None:
    receipt = chief.get(pasted(site, chief, "护脑一", "护脑二")).text.partition("已收下")[2]
    receipt = receipt.partition("</section>")[0]
    pages = re.findall(r'<a href="(/activities/[^"]*)">活动计划 · (护脑.)', receipt)
    assert [title for _, title in pages] == ["护脑一", "护脑二"]
    assert all(title in chief.get(page).text for page, title in pages)
