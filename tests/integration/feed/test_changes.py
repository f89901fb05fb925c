"""Changes over HTTP: a dealer's system comes to hold exactly its copy, whatever happens between."""

import gzip
import threading

import httpx
import orjson
import pytest
from sqlalchemy import select

from crm.copies.digest import digest
from crm.copies.queries import copy_now
from crm.copies.tables import DEALER_CHANGE
from crm.feed import queries
from crm.feed.news import News
from crm.feed.tables import COPY_SENT
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.web.api.dealer_feed import MOST_CHANGES
from tests.integration.feed.dealers import Company, card, consent, shared, withdrawal
from tests.servers.processes import wait_until


def stored(company: Company, dealer: str) -> dict[str, object]:
    with reading(company.running.site.engine) as connection:
        return {row.key: row.content for row in copy_now(HEADQUARTERS_SCOPE, connection, dealer)}


def test_a_system_that_pulls_page_by_page_holds_exactly_the_copy(company: Company) -> None:
    people = [shared(f"c{number}", "D1", f"王{number:02d}") for number in range(7)]
    company.take(*(event for person in people for event in person))
    dealer = company.dealer("D1")
    end = dealer.pull(limit=2)
    assert dealer.rows == stored(company, "D1")
    assert (len(dealer.rows), end["rows"], end["next_after"]) == (7, 7, end["last"])
    company.take(withdrawal("c3", "D1"))
    dealer.pull()
    assert len(dealer.rows) == 6
    assert dealer.digest == digest(stored(company, "D1").values())  # type: ignore[arg-type]


def test_a_change_that_a_later_one_has_overtaken_is_left_out(company: Company) -> None:
    company.take(*shared("c1", "D1"))
    company.take(withdrawal("c1", "D1"))
    *changes, _ = company.dealer("D1").lines(after=0)
    assert [(each["kind"], each["reason_class"]) for each in changes] == [
        ("withdraw", "consent_ended")
    ]


def test_a_page_that_would_grow_too_large_ends_earlier(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.take(*shared("c1", "D1"), *shared("c2", "D1", "李秀兰"))
    monkeypatch.setattr(queries, "LARGEST_PAGE_BYTES", 10)
    dealer = company.dealer("D1")
    assert len(dealer.lines(after=0)) == 2
    dealer.pull()
    assert len(dealer.rows) == 2


def test_a_page_is_compressed_only_for_those_who_can_read_it(company: Company) -> None:
    company.take(*shared("c1", "D1"))
    client = company.dealer("D1").client
    plain = client.get("/v1/dealer/changes", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    with client.stream(
        "GET", "/v1/dealer/changes", headers={"Accept-Encoding": "br, gzip"}
    ) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        packed = b"".join(answer.iter_raw())
    without_end = plain.content.splitlines()[:-1]
    assert gzip.decompress(packed).splitlines()[:-1] == without_end != []


def test_the_stored_bytes_leave_as_they_are(company: Company) -> None:
    company.take(*shared("c1", "D1"))
    answer = company.dealer("D1").client.get("/v1/dealer/changes")
    (row,) = stored(company, "D1").values()
    assert b'"row":' + orjson.dumps(row, option=orjson.OPT_SORT_KEYS) in answer.content


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The dealers whose long polls have begun to wait; for none of them the time ends."""
    found: list[str] = []
    is_there = News.is_there

    async def waits(news: News, dealer: str, after: int, _seconds: float) -> bool:
        found.append(dealer)
        return await is_there(news, dealer, after, float("inf"))

    monkeypatch.setattr(News, "is_there", waits)
    return found


def test_a_long_poll_ends_as_soon_as_something_is_recorded(
    company: Company, waiting: list[str]
) -> None:
    dealer = company.dealer("D1")
    end = dealer.pull()
    answers: list[httpx.Response] = []

    def ask() -> None:
        asked = {"after": end["next_after"], "wait": 25}
        answers.append(dealer.client.get("/v1/dealer/changes", params=asked, timeout=None))

    asking = threading.Thread(target=ask)
    asking.start()
    assert wait_until(lambda: waiting == ["D1"])
    company.take(*shared("c1", "D1"))
    asking.join()
    assert b'"kind":"upsert"' in answers[0].content


def test_many_who_wait_keep_nobody_else_from_being_answered(
    company: Company, waiting: list[str]
) -> None:
    dealer = company.dealer("D1")
    with httpx.Client(
        base_url=company.running.address,
        headers=dealer.client.headers,
        timeout=None,
        limits=httpx.Limits(max_connections=100),
    ) as client:
        asking = [
            threading.Thread(target=lambda: client.get("/v1/dealer/changes", params={"wait": 4}))
            for _ in range(60)
        ]
        for thread in asking:
            thread.start()
        assert wait_until(lambda: len(waiting) == len(asking))
        assert client.get("/health").status_code == 200
        assert all(thread.is_alive() for thread in asking)
        company.take(*shared("c1", "D1"))
        for thread in asking:
            thread.join()


def test_what_left_the_house_is_kept_before_it_leaves(company: Company) -> None:
    company.take(*shared("c1", "D1"))
    dealer = company.dealer("D1")
    dealer.pull()
    with reading(company.running.site.engine) as connection:
        sent = connection.execute(select(COPY_SENT)).all()
    assert [(row.dealer, row.what, row.up_to, row.changes) for row in sent] == [
        ("D1", "changes", dealer.cursor, 1)
    ]
    assert sent[0].actor.startswith("t-")


@pytest.mark.parametrize(
    "asked",
    [{"after": -1}, {"after": 2**53}, {"limit": MOST_CHANGES + 1}, {"limit": 0}, {"wait": 26}],
)
def test_what_is_out_of_bounds_is_a_problem(company: Company, asked: dict[str, int]) -> None:
    answer = company.dealer("D1").client.get("/v1/dealer/changes", params=asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_consent_that_comes_before_its_card_is_sent_once_the_card_is_there(
    company: Company,
) -> None:
    company.take(consent("c9", "D1"))
    dealer = company.dealer("D1")
    dealer.pull()
    assert dealer.rows == {}
    company.take(card("c9"))
    dealer.pull()
    assert len(dealer.rows) == 1


def test_a_change_is_marked_as_overtaken_exactly_when_a_later_one_speaks_of_the_row(
    company: Company,
) -> None:
    company.take(*shared("c1", "D1"), *shared("c2", "D1", "李秀兰"))
    for again in (withdrawal("c1", "D1"), consent("c1", "D1"), withdrawal("c1", "D1")):
        company.take(again)
    with reading(company.running.site.engine) as connection:
        rows = connection.execute(select(DEALER_CHANGE).order_by(DEALER_CHANGE.c.sequence)).all()
    last = {row.key: row.sequence for row in rows}
    assert len(rows) == 5
    assert [row.overtaken for row in rows] == [row.sequence < last[row.key] for row in rows]
