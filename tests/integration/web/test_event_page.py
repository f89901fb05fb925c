"""The page of one event: found, read, taken back; and the audit of who looked and who took away."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from campaigns.ids import person_id
from campaigns.times import rfc3339
from crm.clock import now_us
from tests.integration.web.acting import fill_in, form_in
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    entered,
    sign_in,
    today,
    token_in,
)

CARD_PAGE = f"/event?source={quote('/sheets/D1', safe='')}&id=card-C1"


@pytest.fixture(scope="module", autouse=True)
def told(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.user("field", "staff")
    site.user("other", "staff")
    site.user("auditing", "auditor")
    site.accept(activity_today(), card())


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


@pytest.fixture
def auditing(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "auditing")


def hold(client: httpx.Client, reached: int) -> str:
    """Close the day by the page; the address of the event's page."""
    path = "/activities/A-today/held"
    answer = fill_in(client, path, {"reached": str(reached), "cards_handed_out": "0"})
    said = re.search(r"said=([0-9a-f-]+)\.", answer.headers["location"])
    assert said
    actor = re.search(r'data-actor="([^"]+)"', client.get("/me").text)
    assert actor
    return f"/event?source={quote(f'/phones/{actor[1]}', safe='')}&id={said[1]}-1"


def test_the_page_says_what_who_when_and_what_became_of_it_and_nothing_personal(
    office: httpx.Client,
) -> None:
    page = office.get(CARD_PAGE).text
    assert "写档案卡" in page and "已入档" in page and "/sheets/D1" in page
    assert "活动现场" in page and 'href="/people/C1"' in page
    assert "王桂英" not in page and "13912345678" not in page
    assert office.get("/people/C1").status_code == 200


def test_an_event_that_is_not_there_is_not_found(office: httpx.Client, field: httpx.Client) -> None:
    assert office.get("/event?source=/no&id=no").status_code == 404
    assert office.get("/event").status_code == 404
    assert field.get(CARD_PAGE).status_code == 404


def test_a_receipt_leads_to_its_event_which_is_taken_back_there(
    site: RunningSite, office: httpx.Client, field: httpx.Client
) -> None:
    address = hold(field, 40)
    site.work()
    page = field.get(address).text
    assert "触达人数" in page and ">40<" in page.replace("\n", "")
    number = re.search(r"<small>([0-9A-F]{8})-1</small>", page)
    assert number
    token = token_in(office.get("/search").text)
    found = office.post("/search", data={"form_token": token, "text": number[1]}).text
    assert address.replace("&", "&amp;") in found
    form = form_in(page, "/event/void")
    assert field.post("/event/void", data=form).status_code == 422
    answer = field.post("/event/void", data=form | {"reason_code": "typed_wrong"})
    assert answer.status_code == 303
    site.work()
    page = field.get(address).text
    assert "已撤销" in page and "谁撤销了它" in page
    assert 'action="/event/void"' not in page
    assert field.get("/activities/A-today").text.count(">40 ") == 0


def test_nobody_takes_back_what_others_said_but_headquarters(
    site: RunningSite, office: httpx.Client, field: httpx.Client, auditing: httpx.Client
) -> None:
    address = hold(field, 41)
    site.work()
    form = form_in(field.get(address).text, "/event/void") | {"reason_code": "typed_wrong"}
    with site.client() as other:
        sign_in(other, "other")
        assert other.get(address).status_code == 404
        theirs = form | {"form_token": token_in(other.get("/me").text)}
        assert other.post("/event/void", data=theirs).status_code == 404
    assert auditing.get(address).status_code == 200
    assert "/event/void" not in auditing.get(address).text
    theirs = form | {"form_token": token_in(auditing.get("/me").text)}
    assert auditing.post("/event/void", data=theirs).status_code == 403
    own = form_in(office.get(address).text, "/event/void") | {"reason_code": "typed_wrong"}
    assert office.post("/event/void", data=own).status_code == 303
    site.work()
    assert "已撤销" in office.get(address).text


def test_the_audit_knows_who_looked_and_who_took_a_file_away(
    office: httpx.Client, auditing: httpx.Client
) -> None:
    token = token_in(office.get("/me").text)
    look = {"form_token": token, "card_id": "C1", "field": "name"}
    headers = {"accept": "application/json"}
    path = f"/people/{person_id('C1')}/reveal"
    assert office.post(path, data=look, headers=headers).status_code == 200
    assert office.post("/people", data={"form_token": token, "file": "csv"}).status_code == 200
    page = auditing.get("/audit").text
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    assert "带走了文件" in rows[0] and "名单" in rows[0] and "1 行" in rows[0]
    assert "看了" in rows[1] and "姓名" in rows[1] and "office" in rows[1]
    assert "王" not in page
    assert "带走了" not in auditing.get("/audit?kind=looked").text.partition("<tbody>")[2]
    assert "还没有人" not in auditing.get(f"/audit?from={today()}").text
    assert "<tbody>" not in auditing.get("/audit?to=2020-01-01").text


def test_the_audits_own_export_is_in_the_audit(auditing: httpx.Client) -> None:
    answer = auditing.get("/audit?file=csv")
    assert answer.status_code == 200 and "看了" in answer.text
    assert "审计" in auditing.get("/audit?kind=took").text.partition("<tbody>")[2]


def test_what_failed_is_recorded_again_from_the_page(
    site: RunningSite, office: httpx.Client
) -> None:
    asked: list[bool] = []
    object.__setattr__(site.site, "retry", lambda: asked.append(True))
    token = token_in(office.get("/events?outcome=failed").text)
    assert office.post("/status/retry", data={"form_token": token}).status_code == 303
    assert asked == [True]


def attended(card_id: str, activity_id: str, event_id: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "/phones/staff-03",
        "type": "jinxi.activity.attended.v1",
        "time": rfc3339(now_us()),
        "subject": f"card/{card_id}",
        "data": {"card_id": card_id, "activity_id": activity_id},
    }


def test_what_was_not_recorded_leads_on_and_is_seen_to(
    site: RunningSite, office: httpx.Client
) -> None:
    off = activity_today("A-off")
    cancelled = off | {
        "id": "off",
        "type": "jinxi.activity.cancelled.v1",
        "data": {"activity_id": "A-off", "reason_code": "weather"},
    }
    site.accept(off, cancelled, attended("C1", "A-off", "at-off"))
    address = f"/event?source={quote('/phones/staff-03', safe='')}&id=at-off"
    page = office.get(address).text
    assert 'href="/activities/A-off"' in page, "it leads to what it names"
    assert "改好再记" in page and page.count("未入档") == 1
    assert "再记一次" not in page, "one way to say it anew"
    assert "<dd>staff-03</dd>" in page, "who said it is told by name"
    assert 'outcome=rejected&amp;handled=no"><b>1</b>' in office.get("/").text
    form = form_in(page, "/event/handled") if "<form " in page else {}
    assert office.post("/event/handled", data=form).status_code == 303
    seen = office.get(address).text
    assert "office 处理过了" in seen
    assert "handled=no" not in office.get("/").text
    assert "at-off" not in office.get("/events?outcome=rejected&handled=no&col=id").text
    assert "at-off" in office.get("/events?outcome=rejected&handled=yes&col=id").text
    assert office.post("/event/handled", data=form_in(seen, "/event/handled")).status_code == 303
    assert "处理过了，" not in office.get(address).text


def test_one_number_tells_one_event_and_finds_it(
    site: RunningSite, office: httpx.Client, auditing: httpx.Client
) -> None:
    page = office.get(CARD_PAGE).text
    number = re.search(r"<h1>[^<]* <small>(N\d+)</small>", page)
    assert number, "what came by no form has its place in the journal"
    address = hold(office, 7)
    formed = re.search(r"<h1>[^<]* <small>([0-9A-F]{8}-1)</small>", office.get(address).text)
    assert formed
    form = {"form_token": token_in(auditing.get("/search").text)}
    for wanted, type_word in ((number[1], "写档案卡"), (formed[1], "活动举办")):
        found = auditing.post("/search", data={**form, "text": wanted}).text
        assert found.count('href="/event?') == 1 and type_word in found and wanted in found
    whole = auditing.post("/search", data={**form, "text": formed[1][:8]}).text
    assert formed[1] in whole
    assert f">{number[1]}</a>" in office.get(f"/people/{person_id('C1')}").text
    listed = auditing.get("/events").text
    assert number[1] in listed and formed[1] in listed


def test_a_receipt_of_a_phone_is_found_by_whoever_sees_events(
    site: RunningSite, office: httpx.Client, field: httpx.Client, auditing: httpx.Client
) -> None:
    """A phone's form names what it said by words: 8e695dcf-…-card."""
    actor = re.search(r'data-actor="([^"]+)"', field.get("/me").text)
    assert actor
    said = card("C-phone", "苗回执", "13700008888")
    form_id = "8e695dcf-b28a-4ebe-87dc-aa0ece96582d"
    site.accept(said | {"id": f"{form_id}-card", "source": f"/phones/{actor[1]}"})
    for client in (office, auditing, field):
        form = {"form_token": token_in(client.get("/search").text), "text": "8E695DCF"}
        assert "写档案卡" in client.post("/search", data=form).text


def test_the_audit_is_filtered_by_the_person(
    site: RunningSite, office: httpx.Client, auditing: httpx.Client
) -> None:
    site.accept(card("C8", "管另外", "13700008888"))
    for card_id in ("C1", "C8"):
        path = f"/people/{person_id(card_id)}"
        form = form_in(office.get(path).text, f"{path}/reveal")
        assert office.post(f"{path}/reveal", data=form).status_code == 200
    rows = auditing.get(f"/audit?kind=looked&subject={person_id('C8')}").text
    assert "/people/C8" in rows and "/people/C1" not in rows
    assert "/people/C1" in auditing.get("/audit?kind=looked&subject=C1").text
    assert f"/audit?subject={person_id('C8')}" in office.get(f"/people/{person_id('C8')}").text
