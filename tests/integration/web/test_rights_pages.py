"""The pages of requests: entered, answered, the overdue first; closed to staff and dealers."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from campaigns.wording.days import day_text
from crm.rights.request import KINDS, due_on
from tests.integration.web.sites import RunningSite, card, sign_in, today, token_in

WORDS = "请删掉<b>我的</b>电话"


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.user("law", "compliance")
    site.user("field", "staff")
    site.user("shop", "dealer", "D1")
    site.accept(card("C1"))


@pytest.fixture
def law(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "law")
        yield client


def entered(client: httpx.Client, **fields: str) -> httpx.Response:
    form = {"name": "C1", "kind": "erase", "asked_by": "self", "channel": "phone", "text": WORDS}
    form |= {"received_on": str(today()), "form_token": token_in(client.get("/rights").text)}
    return client.post("/rights", data=form | fields)


def answered(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    form = {"form_token": token_in(client.get("/rights").text), "outcome": "granted"}
    return client.post(f"{path}/close", data=form | fields)


def test_compliance_enters_a_request_and_sees_until_when_it_is_due(law: httpx.Client) -> None:
    response = entered(law)
    assert response.status_code == 303
    page = law.get(response.headers["location"]).text
    assert "请删掉&lt;b&gt;我的" in page
    due = due_on(today())
    # With its year where that is the next one.
    day = day_text(due, "zh-CN", today())
    assert day in page
    listed = law.get("/rights").text
    assert response.headers["location"] in listed
    # Two requests of one kind are told apart, and nobody's name is in the list in full.
    assert ">王*英<" in listed and "王桂英" not in listed
    assert "我的" not in re.sub(r"<nav.*?</nav>", "", listed, flags=re.DOTALL)
    assert 'name="sort" value="due"' in listed and f"最迟 {day}" in listed
    taken = law.get("/rights?sort=-due&col=kind&col=due&file=csv").text.removeprefix("\ufeff")
    assert taken.splitlines()[0] == "要求什么,期限" and due.isoformat() in taken


def test_a_second_tap_enters_no_second_request_and_other_words_do(law: httpx.Client) -> None:
    form_id = str(uuid4())
    first, again, other = (
        # That something of the kind is under way already was asked about.
        entered(law, form_id=form_id, text=text, asked="asked_by_relative").headers["location"]
        for text in ("给我一份", "给我一份", "还要更正地址")
    )
    assert first == again != other
    assert "给我一份" in law.get(first).text and "还要更正地址" in law.get(other).text


def test_an_erasure_is_answered_with_the_event_that_did_it(
    site: RunningSite, law: httpx.Client
) -> None:
    site.accept(card("C9", "赵不见", "13700001111"))
    path = entered(law, name="C9").headers["location"]
    refused = answered(law, path)
    assert (refused.status_code, "哪条事件" in refused.text) == (400, True)
    gone = {"card_id": "C9", "reason_code": "asked"}
    event = card("C9") | {"id": "gone", "type": "jinxi.card.erased.v1", "data": gone}
    site.accept(event | {"time": f"{today()}T00:00:01+08:00"})
    done = answered(law, path, event_source="/sheets/D1", event_id="gone")
    assert done.status_code == 303
    page = law.get(path).text
    assert "已照办" in page
    assert "source=%2Fsheets%2FD1&amp;id=gone" in page
    assert "我的" not in re.sub(r"<nav.*?</nav>", "", page, flags=re.DOTALL)
    assert path not in law.get("/rights").text
    assert path in law.get("/rights?closed=true").text


def test_a_refusal_without_a_reason_is_sent_back_and_one_with_a_reason_is_shown(
    law: httpx.Client,
) -> None:
    path = entered(law, kind="copy").headers["location"]
    assert answered(law, path, outcome="refused").status_code == 400
    assert answered(law, path, outcome="refused", reason="others_rights").status_code == 303
    assert "涉及他人权利" in law.get(path).text
    again = answered(law, path)
    assert (again.status_code, "已经答复过" in again.text) == (400, True)


def test_a_step_is_noted_with_who_did_it(law: httpx.Client) -> None:
    path = entered(law, kind="know").headers["location"]
    form = {"form_token": token_in(law.get("/rights").text), "text": "已回电核实"}
    assert law.post(f"{path}/note", data=form).status_code == 303
    page = law.get(path).text
    assert "已回电核实" in page
    assert "law" in page


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_request_has_its_page(law: httpx.Client, kind: str) -> None:
    response = entered(law, kind=kind)
    assert law.get(response.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "nobody", "核对编号"),
        ("kind", "everything", "没有选"),
        ("received_on", "yesterday", "看不懂"),
        ("received_on", "2099-01-01", "今天以后"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(
    law: httpx.Client, field: str, value: str, told: str
) -> None:
    response = entered(law, **{field: value})
    assert (response.status_code, told in response.text) == (400, True)


def test_an_overdue_request_is_marked_and_counted_at_the_start(
    site: RunningSite, law: httpx.Client
) -> None:
    received = today() - timedelta(days=30)
    site.accept(card("C8", "钱过期", "13700001118"))
    form = {"name": "C8", "kind": "explain", "received_on": str(received)}
    path = entered(law, **form).headers["location"]
    listed = law.get("/rights").text
    assert listed.index(path) == listed.index("/rights/")
    assert "过期，应在" in listed
    home = law.get("/").text
    assert "件权利请求待答复" in home
    assert "1 件过期" in home


@pytest.mark.parametrize("name", ["field", "shop"])
def test_requests_are_closed_to_field_staff_and_dealers(
    site: RunningSite, law: httpx.Client, name: str
) -> None:
    path = entered(law, kind="transfer").headers["location"].partition("?")[0]
    with site.client() as client:
        sign_in(client, name)
        token = token_in(client.get("/me").text)
        assert client.get("/rights").status_code == 403
        assert client.get(path).status_code == 403
        form = {"form_token": token, "outcome": "refused", "reason": "other", "text": "x"}
        for action in ("close", "note"):
            assert client.post(f"{path}/{action}", data=form).status_code == 403
        asked = {"name": "C1", "kind": "copy", "asked_by": "self", "channel": "phone"}
        asked |= {"received_on": str(today()), "form_token": token}
        assert client.post("/rights", data=asked).status_code == 403
        assert "件权利请求" not in client.get("/").text


def test_headquarters_sees_requests_in_english_as_well(site: RunningSite) -> None:
    with site.client(**{"Accept-Language": "en"}) as client:
        sign_in(client, "office")
        page = client.get("/rights").text
        assert "Requests under rights" in page
        assert client.get("/rights/no-such").status_code == 404
