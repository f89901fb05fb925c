"""A saved group's people are called: each is looked at, once about one thing, and again later."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from campaigns.times import rfc3339
from crm.clock import now_us
from crm.follow_ups.due import DueFollowUp
from crm.follow_ups.queries import due_follow_ups, open_follow_up
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.acting import form_in
from tests.integration.web.person_events import consent, event
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    entered,
    running,
    today,
    token_in,
)

CAME = [f"K-{number}" for number in range(1, 9)]
_NINETY = timedelta(days=90)
QUERY = "step=activity.attended&days=3&at=1"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("tasks")
    with running(folder) as found:
        found.user("office", "headquarters")
        found.user("market", "marketing")
        cards = [(name, f"周{number}号", f"1370000800{number}") for number, name in enumerate(CAME)]
        found.accept(activity_today(), *(card(*each) for each in cards))
        found.accept(
            *(event("activity.attended", name, activity_id="A-today") for name in CAME),
            *(consent(name, purpose="marketing") for name in CAME[:5]),
            event("person.deceased", "K-6"),
            event("consent.refused", "K-7", purpose="archive"),
            event("card.erased", "K-8", reason_code="asked"),
        )
        yield found


@pytest.fixture(scope="module")
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


@pytest.fixture(scope="module")
def address(office: httpx.Client) -> str:
    form = {"form_token": token_in(office.get("/funnels").text), "query": QUERY, "name": "到场的人"}
    saved = office.post("/segments", data=form).headers["location"]
    return f"{saved.partition('?')[0]}/follow-ups"


def asked(client: httpx.Client, address: str, step: str = "look", **typed: str) -> str:
    """Open the form, fill it in and send it."""
    known = {"about": "请来复测血压", "purpose": "marketing", "due_on": today().isoformat()}
    form = {**form_in(client.get(address).text, address), **known, "step": step, **typed}
    return client.post(address, data=form).text


def left_out(page: str) -> dict[str, int]:
    return {
        word: int(many)
        for word, many in re.findall(r'不打的：([^<]+)</span> <span class="end">(\d+) 人', page)
    }


def on_the_list(site: RunningSite, about: str, days: int = 0) -> set[str]:
    """The cards of those who are to be called about something, so many days from now."""
    with reading(site.site.engine) as connection:
        found = due_follow_ups(HEADQUARTERS_SCOPE, connection, today() + timedelta(days=days))
    return {row.card_id for row in found.rows if row.about == about}


def test_each_is_looked_at_and_who_is_left_out_is_counted_with_the_reason(
    site: RunningSite, office: httpx.Client, address: str
) -> None:
    page = asked(office, address)
    assert "会请人打给 5 人" in page and not on_the_list(site, "请来复测血压")
    reasons = {"档案限制使用": 1, "已去世": 1, "个人信息已删除": 1}
    assert left_out(page) == reasons
    assert left_out(asked(office, address, purpose="club")) == {**reasons, "没有同意接收这一类": 5}
    assert "请人打 5 个电话" in asked(office, address, "send")
    assert on_the_list(site, "请来复测血压") == set(CAME[:5])
    assert f'href="{address}"' in office.get(address.removesuffix("/follow-ups")).text


def test_the_receipt_leads_to_the_calls_that_were_asked_for_and_no_others(
    site: RunningSite, office: httpx.Client, address: str
) -> None:
    others = on_the_list(site, "请来复测血压")
    page = asked(office, address, "send", about="三月的讲座")
    assert "已请人打 5 个电话" in page
    (href,) = re.findall(r'href="(/follow-ups\?task=[^"]+)">看这些电话', page)
    # What somebody typed stands in no address.
    assert "三月" not in unquote(href)
    listed = office.get(href).text
    assert listed.count('name="chosen"') == 5 == listed.count(">三月的讲座</td>")
    assert "复测" not in listed.partition("<tbody>")[2]
    text = office.get(f"{href}&file=csv").text
    assert text.count("三月的讲座") == 5 and "复测" not in text
    assert others <= on_the_list(site, "请来复测血压") | on_the_list(site, "三月的讲座")


def test_nobody_is_called_twice_about_the_same_thing_whatever_form_asks(
    site: RunningSite, office: httpx.Client, address: str
) -> None:
    assert "请人打 5 个电话" in asked(office, address, "send", about="新书到了")
    page = asked(office, address, "send", about="新书到了", purpose="care")
    assert "请人打 0 个电话" in page and left_out(page)["这件事已经请人打过"] == 5
    same = {"other_card_id": "K-1", "reason_code": "asked"}
    site.accept(event("identity.same", "K-2", **same))
    assert left_out(asked(office, address, about="新书到了"))["这件事已经请人打过"] == 4
    site.accept(event("identity.undecided", "K-2", other_card_id="K-1"))


def test_whose_call_it_is_and_from_which_day_on_stand_in_the_list(
    site: RunningSite, office: httpx.Client, address: str
) -> None:
    owner = re.search(r'<option value="([^"]+)"[^>]*>office</option>', office.get(address).text)
    assert owner is not None
    later = (today() + timedelta(days=7)).isoformat()
    typed = {"about": "下周的讲座", "owner": owner[1], "due_on": later}
    assert "请人打 5 个电话" in asked(office, address, "send", **typed)
    assert not on_the_list(site, "下周的讲座", 6)
    assert on_the_list(site, "下周的讲座", 7) == set(CAME[:5])
    with reading(site.site.engine) as connection:
        rows = due_follow_ups(HEADQUARTERS_SCOPE, connection, today() + timedelta(days=7)).rows
    assert {row.owner for row in rows if row.about == "下周的讲座"} == {owner[1]}
    assert not on_the_list(site, "下周的讲座", 7 + 90)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"about": " "}, "请写要谈什么"),
        ({"about": "长" * 81}, "请写要谈什么"),
        ({"due_on": "2020-01-01"}, "请选今天到 90 天以内的一天"),
        ({"due_on": "morgen"}, "请选今天到 90 天以内的一天"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    office: httpx.Client, address: str, typed: dict[str, str], said: str
) -> None:
    assert said in asked(office, address, "send", **typed)


def test_a_call_is_opened_made_and_off_the_list(
    site: RunningSite, office: httpx.Client, address: str
) -> None:
    about = "问问近况"
    asked(office, address, "send", about=about, purpose="care")
    with reading(site.site.engine) as connection:
        rows = due_follow_ups(HEADQUARTERS_SCOPE, connection, today()).rows
    (one,) = [row for row in rows if row.card_id == "K-1"]
    path = f"/follow-ups/{one.trial_id}/{one.number}"
    page = office.get(path).text
    # Whatever is to be talked about with her is said, whichever line she stands in.
    assert about in page and "新书到了" in page
    form = {**form_in(page, f"{path}/done"), "channel": "phone"}
    office.post(f"{path}/done", data={**form, "outcome": "not_reached"})
    site.work()
    assert "K-1" in {row.card_id for row in rows_now(site)}
    form = {**form_in(office.get(path).text, f"{path}/done"), "channel": "phone"}
    office.post(f"{path}/done", data={**form, "outcome": "reached"})
    site.work()
    assert "K-1" not in {row.card_id for row in rows_now(site)}
    assert office.get(path).status_code == 404


def rows_now(site: RunningSite) -> tuple[DueFollowUp, ...]:
    with reading(site.site.engine) as connection:
        return due_follow_ups(HEADQUARTERS_SCOPE, connection, today()).rows


def test_who_takes_a_consent_back_or_refuses_is_on_the_list_no_more(
    site: RunningSite, office: httpx.Client, address: str
) -> None:
    about = "周末的活动"
    asked(office, address, "send", about=about)
    before, now = {row.card_id for row in rows_now(site)}, rfc3339(now_us())
    assert {"K-4", "K-5"} <= before
    site.accept(
        {**event("consent.withdrawn", "K-4", purpose="marketing"), "time": now},
        {**event("follow_up.done", "K-5", channel="phone", outcome="refused"), "time": now},
    )
    after = {row.card_id: row.about for row in rows_now(site)}
    assert "K-5" not in after
    # What is for her own good needs no consent for news, and stays.
    assert after.get("K-4") == "问问近况"


def its_call(site: RunningSite, card_id: str) -> str:
    """The address of the call to somebody that is due."""
    (one,) = [row for row in rows_now(site) if row.card_id == card_id]
    return f"/follow-ups/{one.trial_id}/{one.number}"


def test_a_call_that_was_made_before_it_was_asked_for_does_not_answer_it(
    site: RunningSite, office: httpx.Client, address: str
) -> None:
    before = rfc3339(now_us() - 60_000_000)
    called = event("follow_up.done", "K-2", channel="phone", outcome="reached")
    site.accept({**called, "time": before})
    asked(office, address, "send", about="还没谈过的事", purpose="care")
    page = office.get(its_call(site, "K-2")).text
    assert "还没谈过的事" in page


def test_what_waits_for_its_day_is_not_talked_about_today_and_again_then(
    site: RunningSite, office: httpx.Client, address: str
) -> None:
    in_a_month = (today() + timedelta(days=30)).isoformat()
    asked(office, address, "send", about="这个月的事", purpose="care")
    asked(office, address, "send", about="下个月的事", purpose="care", due_on=in_a_month)
    assert "下个月的事" not in office.get(its_call(site, "K-2")).text
    assert "K-2" in on_the_list(site, "下个月的事", 30)


def test_who_is_put_off_is_on_the_list_on_that_day_and_in_no_other_line_before(
    site: RunningSite, office: httpx.Client, address: str
) -> None:
    for about in ("一件事", "另一件事"):
        asked(office, address, "send", about=about, purpose="care")
    path, day = its_call(site, "K-3"), today() + timedelta(days=90)
    form = {**form_in(office.get(path).text, f"{path}/later"), "not_before": day.isoformat()}
    said = office.post(f"{path}/later", data=form)
    assert said.status_code == 303
    assert "K-3" not in {row.card_id for row in rows_now(site)}
    name = path.split("/")[2]
    with reading(site.site.engine) as connection:
        rows = due_follow_ups(HEADQUARTERS_SCOPE, connection, day).rows
        assert "K-3" in {row.card_id for row in rows}
        assert open_follow_up(HEADQUARTERS_SCOPE, connection, name, 0, day)
        assert not open_follow_up(HEADQUARTERS_SCOPE, connection, name, 0, day + _NINETY)


def test_whoever_sees_no_names_asks_for_no_calls(site: RunningSite, address: str) -> None:
    for market in entered(site, "market"):
        assert market.get(address).status_code == 403
