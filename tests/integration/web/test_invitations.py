"""Who is invited to an activity: chosen from lists, looked at first, shown with who came."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.event import listen, remove

from campaigns.ids import person_id
from crm.clock import now_us
from crm.holdings.queries import said_by
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.examples import an_event
from tests.integration.web.acting import fill_in, form_in
from tests.integration.web.person_events import consent, event
from tests.integration.web.sites import RunningSite, activity_today, card, entered, today, token_in

EXPECTED = "/activities/A-today/expected"
LOOK = {"step": "look", "asked_only": ""}
"""Also who was never asked about notices."""


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("hand", "staff")
    site.user("looks", "auditor")
    before = activity_today("A-before")
    day = today() - timedelta(days=2)
    before["data"] |= {"starts_at": f"{day}T09:00:00+08:00", "title": "前天那一场"}
    begun = activity_today()
    # Whatever the hour at which this runs: it has begun.
    begun["data"] |= {"starts_at": f"{today()}T00:00:00+08:00"}
    site.accept(begun, before)
    people = [("I-1", "孟来过", "13700006601"), ("I-2", "顾同住", "13700006602")]
    people += [("I-3", "舒不要", "13700006603"), ("I-4", "计去世", "13700006604")]
    people += [("I-5", "邱限制", "13700006605"), ("I-6", "康没来", "13700006606")]
    site.accept(*(card(*each) for each in people))
    came = [
        an_event(
            "activity.attended",
            {"card_id": name, "activity_id": "A-before"},
            id=f"b-{name}",
            time=f"{day}T10:00:00+08:00",
        )
        for name, *_ in people[:5]
    ]
    site.accept(*came)
    site.accept(
        event("consent.refused", "I-3", purpose="marketing"),
        event("person.deceased", "I-4"),
        event("consent.refused", "I-5", purpose="archive"),
    )


@pytest.fixture
def hand(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "hand")


def invited_now(hand: httpx.Client) -> set[str]:
    """Who stands in the list of those who are invited."""
    return set(re.findall(r'name="chosen" value="([^"]+)"', hand.get(EXPECTED).text))


def invite(hand: httpx.Client, **said: Any) -> httpx.Response:
    return fill_in(hand, "/invite?to=A-today", {**LOOK, "step": "send", **said}, "/invite")


def take_back(hand: httpx.Client, *names: str) -> None:
    form = {"form_token": token_in(hand.get("/me").text), "chosen": [person_id(n) for n in names]}
    assert hand.post("/activities/A-today/uninvite", data=form).status_code == 303


def test_who_would_be_invited_is_looked_at_first_and_who_is_left_out_is_counted_with_the_reason(
    hand: httpx.Client,
) -> None:
    answer = fill_in(hand, "/invite?to=A-today", {**LOOK, "came_to": "A-before"}, "/invite")
    assert answer.status_code == 200 and "会请到 2 人" in answer.text
    for why in ("说过不接收活动通知", "档案限制使用", "已去世"):
        line = answer.text.split(f"没有请的：{why}</span>")[1]
        assert line.startswith(' <span class="end">1 人'), why
    assert "孟来过" not in answer.text and "孟*过" in answer.text
    assert invited_now(hand) == set()


def test_who_was_never_asked_about_notices_is_left_out_until_the_inviter_says_otherwise_and_counted(
    site: RunningSite, hand: httpx.Client
) -> None:
    site.accept(card("Q-1", "问过甲", "13700006621"), card("Q-2", "没问乙", "13700006622"))
    site.accept(consent("Q-1", purpose="marketing"))
    form = {"form_token": token_in(hand.get("/me").text)}
    chosen = [person_id("Q-1"), person_id("Q-2")]
    opened = hand.post("/invite", data={**form, "chosen": chosen}).text
    filled = {**form_in(opened, "/invite"), "chosen": chosen, "to": "A-today", "step": "look"}
    asked = hand.post("/invite", data=filled).text
    assert "会请到 1 人" in asked and "问*甲" in asked and "没*乙" not in asked
    line = asked.split("没有请的：没有问过要不要活动通知</span>")[1]
    assert line.startswith(' <span class="end">1 人')
    assert "还没有问过要不要活动通知。</p>" not in line
    both = hand.post("/invite", data={**filled, "asked_only": ""}).text
    assert "会请到 2 人" in both and "其中 1 人还没有问过要不要活动通知。" in both
    assert form_in(both, "/invite").get("asked_only") is None


def test_a_group_of_any_size_is_looked_at_in_pieces(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.storage.database.PARAMETERS_PER_QUERY", 2)
    took: list[int] = []

    def look(*said: Any) -> None:
        took.append(len(said[3]))

    listen(site.site.engine, "before_cursor_execute", look)
    try:
        with reading(site.site.engine) as connection:
            people = [person_id(f"I-{n}") for n in range(1, 7)]
            said = said_by(HEADQUARTERS_SCOPE, connection, people, "", now_us())
    finally:
        remove(site.site.engine, "before_cursor_execute", look)
    assert said[person_id("I-3")]["marketing"] is False
    assert len([many for many in took if many]) == 3 and max(took) < 10


def test_who_is_invited_stands_on_the_page_of_the_activity_with_how_many_came(
    site: RunningSite, hand: httpx.Client
) -> None:
    assert invite(hand, came_to="A-before").headers["location"] == EXPECTED
    assert invited_now(hand) == {person_id("I-1"), person_id("I-2")}
    again = fill_in(hand, "/invite?to=A-today", {**LOOK, "came_to": "A-before"}, "/invite")
    assert "会请到 0 人" in again.text and "已经请过" in again.text
    said = {"card_id": "I-1", "activity_id": "A-today"}
    site.accept(an_event("activity.attended", said, id="came-I-1"))
    page = hand.get("/activities/A-today").text
    assert f'href="{EXPECTED}">2 人</a> · 来了 1 人' in page
    form = {"form_token": token_in(page), "came": "yes"}
    came = hand.post(EXPECTED, data=form).text
    assert "孟*过" in came and "顾*住" not in came
    assert "社区健康日" in hand.get(f"/people/{person_id('I-1')}").text.split("请过来参加")[1]
    take_back(hand, "I-1", "I-2")
    assert invited_now(hand) == set()


def test_one_who_is_ticked_in_a_list_brings_the_house_along_where_that_is_asked(
    site: RunningSite, hand: httpx.Client
) -> None:
    site.accept(card("H-1", "钱甲", "13700006609"), card("H-2", "孙乙", "13700006609"))
    form = {"form_token": token_in(hand.get("/me").text), "chosen": person_id("H-1")}
    asked = hand.post("/invite", data=form)
    assert asked.status_code == 200 and "名单里选中的 1 人" in asked.text
    filled = {**form_in(asked.text, "/invite"), **LOOK, "to": "A-today", "step": "send"}
    assert hand.post("/invite", data={**filled, "house": "1"}).status_code == 303
    assert invited_now(hand) == {person_id("H-1"), person_id("H-2")}
    take_back(hand, "H-1", "H-2")


def test_an_invitation_follows_its_card_when_cards_turn_out_to_be_one_persons_and_back(
    site: RunningSite, hand: httpx.Client
) -> None:
    site.accept(card("M-1", "周并一", "13700006611"), card("M-2", "吴并二", "13700006612"))
    assert invite(hand, text="吴并二").status_code == 303
    same = event("identity.same", "M-1", other_card_id="M-2", reason_code="phone_call")
    site.accept(same)
    assert invited_now(hand) == {person_id("M-1")}
    site.accept(event("identity.undecided", "M-1", other_card_id="M-2"))
    assert invited_now(hand) == {person_id("M-2")}
    take_back(hand, "M-2")


def test_the_phone_is_told_who_is_invited_first_and_who_signed_in_is_waited_for_no_more(
    site: RunningSite, hand: httpx.Client
) -> None:
    assert invite(hand, text="康没来").status_code == 303

    def told() -> dict[str, bool]:
        people = hand.get("/log/A-today/expected").json()["people"]
        return {each["shown"]: each["invited"] for each in people}

    assert next(iter(told().items())) == ("康*来", True)
    assert told()["顾*住"] is False
    form = {"form_token": token_in(hand.get("/me").text), "text": ""}
    assert "康*来" in hand.post("/log/A-today/find", data=form).text
    said = {"card_id": "I-6", "activity_id": "A-today"}
    site.accept(an_event("activity.attended", said, id="came-I-6"))
    assert told()["康*来"] is False
    assert "康*来" not in hand.post("/log/A-today/find", data=form).text


def test_nobody_is_invited_to_what_is_over_or_called_off(
    site: RunningSite, hand: httpx.Client
) -> None:
    off = activity_today("A-off")
    site.accept(
        off, an_event("activity.cancelled", {"activity_id": "A-off", "reason_code": "venue"})
    )
    for name in ("A-before", "A-off", "none"):
        answer = invite(hand, to=name, text="孟来过")
        assert answer.status_code == 422 and "请选一场还没有办的活动" in answer.text
    assert "/invite?to=" not in hand.get("/activities/A-before").text


def test_who_only_reads_sees_the_list_and_no_way_to_invite(site: RunningSite) -> None:
    for client in entered(site, "looks"):
        page = client.get(EXPECTED).text
        assert "uninvite" not in page and "/invite" not in page
        assert "/invite" not in client.get("/people").text


def test_a_saved_group_leads_to_its_invitation_and_to_its_letter_and_whoever_belongs_is_invited(
    site: RunningSite,
) -> None:
    site.user("office", "headquarters")
    for office in entered(site, "office"):
        query = "step=activity.attended&days=365&at=1"
        form = {"form_token": token_in(office.get("/me").text), "query": query, "name": "来过的"}
        group = office.post("/segments", data=form).headers["location"]
        name = group.partition("?")[0].removeprefix("/segments/")
        page = office.get(group).text
        assert f"/invite?segment={name}" in page and f"/letters/batch?whom=segment:{name}" in page
        opened = office.get(f"/invite?segment={name}").text
        filled = {**form_in(opened, "/invite"), **LOOK, "to": "A-today", "step": "send"}
        assert filled["segment"] == name
        assert office.post("/invite", data=filled).headers["location"] == EXPECTED
        assert person_id("I-2") in invited_now(office)
        assert person_id("I-3") not in invited_now(office)
        take_back(office, *(f"I-{n}" for n in range(1, 7)))
