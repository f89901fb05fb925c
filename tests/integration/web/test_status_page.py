"""The status page: for headquarters alone; it tells what waits, what is behind and who works."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import httpx
import pytest

from crm.journal.clock_marks import clock_marks
from crm.operations.status import Status
from crm.storage.database import reading
from crm.web.guards.site import Site
from crm.web.pages.status import lags, troubles
from tests.integration.web.sites import RunningSite, activity_today, card, sign_in, token_in

AT_SCALE = Status(
    carrier="kafka",
    journaled=1_234_567,
    recorded_position=1_234_567,
    not_recorded=0,
    outbox=3,
    outbox_oldest_us=1,
    waiting=0,
    dead_letters=0,
    undecodable=0,
    last_recorded_us=1_760_000_000_000_000,
    lag_records={0: 0, 1: 40, 2: 10},
    workers={"0": 2, "1": 1},
)


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    for name, role in (("office", "headquarters"), ("field", "staff"), ("law", "compliance")):
        site.user(name, role)  # type: ignore[arg-type]
    site.user("shop", "dealer", "D1")
    site.accept(activity_today(), card())
    waits = {"card_id": "C-unknown", "activity_id": "A-today"}
    site.accept(
        {
            **card(),
            "id": "waits",
            "type": "jinxi.activity.attended.v1",
            "subject": "card/C-unknown",
            "data": waits,
        }
    )


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "office")
        yield client


@contextmanager
def standing(found: Status) -> Iterator[None]:
    """The site is told that it stands like this."""
    with mock.patch.object(Site, "how_it_stands", lambda _: found):
        yield


@pytest.mark.parametrize(("name", "status"), [("field", 403), ("law", 403), ("shop", 403)])
def test_only_headquarters_sees_how_it_stands(site: RunningSite, name: str, status: int) -> None:
    with site.client() as client:
        sign_in(client, name)
        assert client.get("/status").status_code == status
        assert "/status" not in client.get("/me").text


def test_it_is_linked_for_headquarters_and_asks_others_to_sign_in(
    site: RunningSite, office: httpx.Client
) -> None:
    assert 'href="/status"' in office.get("/me").text
    with site.client() as stranger:
        assert stranger.get("/status").headers["location"].startswith("/sign-in")


def test_without_a_broker_there_are_no_partitions_and_numbers_lead_to_their_lists(
    office: httpx.Client,
) -> None:
    page = office.get("/status")
    assert page.status_code == 200
    assert "各分区" not in page.text and "发件箱" not in page.text
    found = re.search(r'<a href="/events\?outcome=waiting">(\d+)', page.text)
    assert found is not None and found[1] == "1"
    listed = office.get("/events?outcome=waiting&col=id&col=type").text
    assert listed.count(">waits</td>") == int(found[1])


def test_with_a_broker_each_partition_and_each_worker_has_its_line(office: httpx.Client) -> None:
    with standing(AT_SCALE):
        page = office.get("/status").text
    assert [lag.share for lag in lags(AT_SCALE)] == [0, 1000, 250]
    assert page.count("<rect") == 3
    assert "1,234,567" in page
    assert re.search(r'<th scope="row">1</th><td>40', page)
    assert page.index("记录进程") < page.index("槽位") < page.index("各分区")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: replace(s, lag_records=None, inbox_records=None), "Kafka 没有应答"),
        (lambda s: replace(s, lag_records=None), "jinxi topics create"),
        (lambda s: replace(s, workers={}), "没有记录进程在运行"),
        (lambda s: replace(s, dead_letters=1), "有事件入档时出了故障"),
        (lambda s: replace(s, undecodable=1), "有消息不是事件"),
        (lambda s: s, "发件箱里有事件等了很久"),
    ],
)
def test_what_somebody_should_look_at_is_said_in_words(
    office: httpx.Client, change: Callable[[Status], Status], says: str
) -> None:
    with standing(change(AT_SCALE)):
        assert says in office.get("/status").text


def test_when_all_is_well_it_says_so_and_nothing_else() -> None:
    assert troubles(replace(AT_SCALE, outbox_oldest_us=None), None) == []


@pytest.mark.parametrize(("language", "title"), [("en", "How it stands"), ("zh-TW", "執行狀況")])
def test_it_speaks_the_language_of_the_visitor(
    office: httpx.Client, language: str, title: str
) -> None:
    page = office.get("/status", headers={"accept-language": language}).text
    assert f"<h1>{title}" in page


def test_headquarters_confirms_a_clock_that_is_doubted(
    site: RunningSite, office: httpx.Client
) -> None:
    with standing(replace(AT_SCALE, clock_doubted=True)):
        page = office.get("/status").text
    assert "新的一天先不开始" in page
    token = token_in(page)
    answer = office.post("/status/clock", data={"form_token": token}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/status")
    with reading(site.site.engine) as connection:
        assert clock_marks(connection).confirmed_us is not None


@pytest.mark.parametrize("name", ["field", "law", "shop"])
def test_nobody_else_confirms_the_clock(site: RunningSite, name: str) -> None:
    with site.client() as client:
        sign_in(client, name)
        token = token_in(client.get("/account").text)
        assert client.post("/status/clock", data={"form_token": token}).status_code == 403
