"""One letter to many: each is looked at by itself, sent once, and who is left out is counted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.event import listen, remove

from campaigns.ids import person_id
from crm.accounts.access import accesses_of_cards
from crm.invitations.register import invite
from crm.letters.ways import Ways
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.integration.web.acting import form_in
from tests.integration.web.letter_sites import (
    BATCH,
    Clock,
    Gateway,
    a_gateway,
    left_out,
    night_us,
    noon_us,
    with_ways,
)
from tests.integration.web.person_events import consent, event
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    entered,
    running,
)

CLOCK = Clock()


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with a_gateway() as found:
        yield found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, gateway: Gateway) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("batches")
    with running(folder) as plain:
        plain.user("field", "staff")
        cards = [(f"L-{n}", f"信{n}号", f"1370000900{n}") for n in range(1, 6)]
        plain.accept(activity_today(), *(card(*each) for each in cards))
        plain.accept(
            *(consent(name, purpose="marketing") for name in ("L-1", "L-5")),
            event("person.deceased", "L-3"),
            event("consent.refused", "L-4", purpose="archive"),
        )
        people = [person_id(name) for name, *_ in cards]
        with writing(plain.site.engine) as connection:
            of = {"actor": "u-1", "now_us": noon_us()}
            invite(HEADQUARTERS_SCOPE, connection, "A-today", people, **of)  # type: ignore[arg-type]
        ways = Ways(None, None, f"http://127.0.0.1:{gateway.server_port}/", True)
        with with_ways(plain, CLOCK, ways) as found:
            yield found


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    CLOCK.at_us = noon_us()
    yield from entered(site, "field")


def to_many(client: httpx.Client, step: str = "", **typed: str) -> httpx.Response:
    """Open the form for many, fill it in and send it."""
    chosen = {"whom": "invited:A-today", "template": "invitation", "language": "zh-CN"}
    form = {**form_in(client.get(BATCH).text, BATCH), **chosen, "step": step, **typed}
    return client.post(BATCH, data=form)


def test_each_of_many_is_looked_at_by_itself_and_who_is_left_out_is_counted(
    field: httpx.Client,
) -> None:
    page = to_many(field, way="print").text
    assert "会送给 2 人" in page and "您好" in page
    assert left_out(page) == {"没有同意接收这一类": 1, "已去世": 1, "档案限制使用": 1}
    CLOCK.at_us = night_us()
    night = to_many(field, way="sms").text
    assert "会送给 2 人" in night and "早上 9 点开始送" in night
    assert to_many(field, whom="").status_code == 422


def test_many_are_sent_once_each_however_often_it_is_tapped(
    site: RunningSite, field: httpx.Client, gateway: Gateway
) -> None:
    before = len(gateway.taken)
    form = form_in(field.get(BATCH).text, BATCH)
    for _ in range(2):
        answer = to_many(field, "send", way="sms", form_id=form["form_id"])
        assert answer.headers["location"] == f"/letters/batch/{form['form_id']}"
        site.site.postman.step()
        assert len(gateway.taken) == before + 2
    again = to_many(field, "send", way="sms")
    assert left_out(again.text)["这一次已经发过"] == 2 and len(gateway.taken) == before + 2
    archive = field.get(f"/people/{person_id('L-5')}").text
    assert "请来坐坐" in archive.partition('id="letters"')[2]
    with reading(site.site.engine) as connection:
        looks = accesses_of_cards(HEADQUARTERS_SCOPE, connection, ["L-5"])
    assert "letter_sent" in {look.field for look in looks}


def test_who_takes_letters_out_shows_before_each_of_them_that_it_works(
    site: RunningSite, field: httpx.Client, gateway: Gateway
) -> None:
    site.accept(activity_today("A-slow"))
    with writing(site.site.engine) as connection:
        of = {"actor": "u-1", "now_us": noon_us()}
        people = [person_id("L-1"), person_id("L-5")]
        invite(HEADQUARTERS_SCOPE, connection, "A-slow", people, **of)  # type: ignore[arg-type]
    assert to_many(field, "send", way="sms", whom="invited:A-slow").status_code == 303
    before, shown = len(gateway.taken), list[int]()
    postman = replace(site.site.postman, alive=lambda: shown.append(len(gateway.taken) - before))
    assert postman.step() == 2
    assert shown == [0, 1, 2]


def test_many_on_paper_are_one_file_with_a_page_for_each(
    site: RunningSite, field: httpx.Client
) -> None:
    site.accept(activity_today("A-paper"))
    with writing(site.site.engine) as connection:
        of = {"actor": "u-1", "now_us": noon_us()}
        people = [person_id("L-1"), person_id("L-5")]
        invite(HEADQUARTERS_SCOPE, connection, "A-paper", people, **of)  # type: ignore[arg-type]
    made = to_many(field, "send", way="print", whom="invited:A-paper")
    assert made.headers["content-type"] == "application/pdf"
    assert made.content.startswith(b"%PDF-") and b"/Count 2" in made.content


def test_the_form_asks_no_more_for_thirty_activities_than_for_one(
    site: RunningSite, field: httpx.Client
) -> None:
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    listen(site.site.engine, "before_cursor_execute", note)
    try:
        of_one = field.get(BATCH).text
        before = len(asked)
        site.accept(*(activity_today(f"A-f{n}") for n in range(30)))
        asked.clear()
        of_many = field.get(BATCH).text
    finally:
        remove(site.site.engine, "before_cursor_execute", note)
    assert len(asked) <= before
    assert of_one.count("invited:A-") == of_many.count("invited:A-") > 0
