"""A letter on its way to many: looked at right before each leaves, and nobody gets it twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from campaigns.ids import person_id
from crm.invitations.register import invite
from crm.letters.queries import letter_templates
from crm.letters.register import Sending, begin, end
from crm.letters.ways import NotSent, Ways
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from crm.web.app import app_of
from tests.integration.web.acting import form_in
from tests.integration.web.sites import (
    Listener,
    RunningSite,
    activity_today,
    card,
    entered,
    running,
    today,
)
from tests.integration.web.test_consents import consent
from tests.integration.web.test_letter_batches import BATCH, left_out
from tests.integration.web.test_letter_pages import NIGHT_US, NOON_US, Clock
from tests.integration.web.test_person_acts import event

CLOCK = Clock()
WILLING = [f"W-{n}" for n in range(7)]
FICKLE = [f"N-{n}" for n in range(3)]
UNASKED = [f"U-{n}" for n in range(4)]
PHONES = {name: f"137000071{n:02}" for n, name in enumerate([*WILLING, *FICKLE, *UNASKED])}
TAKEN: list[tuple[str, int]] = []
"""(to, when) of every message that the gateway was handed."""
DURING: list[Callable[[], None]] = []
"""What happens while a message is on its way."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("rounds")
    with running(folder) as plain:
        plain.user("field", "staff")
        plain.accept(*(card(name, f"信{n}号", PHONES[name]) for n, name in enumerate(PHONES)))
        before = {"time": f"{today() - timedelta(days=3)}T00:00:00+08:00"}
        said = (consent(name, purpose="marketing") for name in (*WILLING, *FICKLE))
        plain.accept(*(each | before for each in said))
        ways = Ways(None, None, "http://127.0.0.1:9/", True)
        found = replace(plain.site, now_us=CLOCK, ways=ways)
        listener = Listener(app_of(found))
        try:
            yield RunningSite(found, listener)
        finally:
            listener.close()


@pytest.fixture(autouse=True)
def gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that takes everything, and rooms for three."""
    TAKEN.clear()
    DURING.clear()

    def taken(_ways: Ways, _keyring: object, _letter: object, _way: str, to: str, *_: Any) -> None:
        TAKEN.append((to, CLOCK.at_us))
        for happens in DURING:
            happens()

    monkeypatch.setattr(Ways, "message", taken)
    monkeypatch.setattr("crm.web.pages.letter_rounds.MOST_AT_ONCE", 3)


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    CLOCK.at_us = NOON_US
    yield from entered(site, "field")


def invited(site: RunningSite, activity_id: str, names: list[str]) -> str:
    """A new activity with its people: whom to write to."""
    site.accept(activity_today(activity_id))
    people = [person_id(name) for name in names]
    with writing(site.site.engine) as connection:
        invite(*(HEADQUARTERS_SCOPE, connection, activity_id, people), actor="u-1", now_us=NOON_US)
    return f"invited:{activity_id}"


def sent(client: httpx.Client, whom: str, **typed: str) -> httpx.Response:
    """A new form, filled in and sent."""
    form = form_in(client.get(BATCH).text, BATCH)
    chosen = {"whom": whom, "template": "invitation", "language": "zh-CN", "way": "sms"}
    return client.post(BATCH, data={**form, **chosen, "step": "send", **typed})


def times() -> Counter[str]:
    """Whom messages went to → how often."""
    return Counter(to.removeprefix("+86") for to, _ in TAKEN)


def test_the_rest_is_reached_by_the_next_sending_and_nobody_gets_the_same_twice(
    site: RunningSite, field: httpx.Client
) -> None:
    whom = invited(site, "A-rest", WILLING)
    first = sent(field, whom).text
    assert "送出 3 封" in first and left_out(first) == {"一次最多 100 人，余下的请再发一次": 4}
    assert "送出 3 封" in sent(field, whom).text
    third = sent(field, whom).text
    assert "送出 1 封" in third and left_out(third) == {"这一次已经发过": 6}
    assert "送出 0 封" in sent(field, whom).text
    assert times() == dict.fromkeys((PHONES[name] for name in WILLING), 1)


def test_who_cannot_be_sent_to_takes_nobodys_place(site: RunningSite, field: httpx.Client) -> None:
    whom = invited(site, "A-place", [*UNASKED, *WILLING[:3]])
    page = sent(field, whom).text
    assert "送出 3 封" in page and left_out(page) == {"没有同意接收这一类": 4}


def test_nothing_leaves_after_night_fell_on_the_way_and_the_answer_says_so(
    site: RunningSite, field: httpx.Client
) -> None:
    whom = invited(site, "A-night", WILLING[:3])
    DURING.append(lambda: setattr(CLOCK, "at_us", NIGHT_US))
    page = sent(field, whom).text
    assert [at_us for _, at_us in TAKEN] == [NOON_US]
    assert "不打扰人，停下了" in page and left_out(page)["晚上 8 点到早上 9 点，不打扰人"] == 2


def test_who_says_no_while_it_is_sent_gets_nothing(site: RunningSite, field: httpx.Client) -> None:
    names = sorted(FICKLE, key=person_id)
    whom = invited(site, "A-no", names)

    def withdraws() -> None:
        DURING.clear()
        site.accept(event("consent.withdrawn", names[2], purpose="marketing"))

    DURING.append(withdraws)
    page = sent(field, whom).text
    assert times() == {PHONES[names[0]]: 1, PHONES[names[1]]: 1}
    assert left_out(page) == {"没有同意接收这一类": 1}


def test_a_gateway_in_trouble_is_left_alone_after_three_and_all_are_reached_later(
    site: RunningSite, field: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.web.pages.letter_rounds.MOST_AT_ONCE", 9)
    whom = invited(site, "A-trouble", WILLING[:6])

    def refused() -> None:
        raise NotSent("unreachable")

    DURING.append(refused)
    page = sent(field, whom).text
    assert len(TAKEN) == 3 and "送出 0 封" in page and "请管理员看看网关" in page
    assert left_out(page) == {"没有送出去": 3, "网关连着几次没有收下，停下了，没有再发": 3}
    DURING.clear()
    TAKEN.clear()
    assert "送出 6 封" in sent(field, whom).text
    assert times() == dict.fromkeys((PHONES[name] for name in WILLING[:6]), 1)


def test_the_same_form_prints_again_what_it_began_and_another_prints_the_rest(
    site: RunningSite, field: httpx.Client
) -> None:
    newcomer, *names = sorted(WILLING[:6], key=person_id)
    whom = invited(site, "A-paper", names)
    form_id = form_in(field.get(BATCH).text, BATCH)["form_id"]
    first = sent(field, whom, way="print", form_id=form_id)
    with writing(site.site.engine) as connection:
        of = {"actor": "u-1", "now_us": NOON_US}
        ids = [person_id(newcomer)]
        invite(HEADQUARTERS_SCOPE, connection, "A-paper", ids, **of)  # type: ignore[arg-type]
    again = sent(field, whom, way="print", form_id=form_id)
    assert again.headers["content-type"] == "application/pdf" and b"/Count 3" in again.content
    assert again.content == first.content
    assert b"/Count 3" in sent(field, whom, way="print").content
    assert left_out(sent(field, whom).text) == {"这一次已经发过": 6} and not TAKEN


def test_a_person_has_one_letter_of_an_occasion_whatever_form_or_card_it_goes_by(
    site: RunningSite,
) -> None:
    site.accept(card("D-1", "周两卡", "13700007191"), card("D-2", "周两卡", "13700007192"))
    site.accept(event("identity.same", "D-1", other_card_id="D-2", reason_code="phone_call"))
    with reading(site.site.engine) as connection:
        template = letter_templates(HEADQUARTERS_SCOPE, connection)[1]

    def begun(letter_id: str, card_id: str, occasion: str | None) -> bool:
        sending = Sending(letter_id, card_id, template, "en", "sms", NOON_US, "u-1", occasion)
        with writing(site.site.engine) as connection:
            return begin(connection, sending)

    assert begun("l-1", "D-1", "invited:A") and not begun("l-2", "D-2", "invited:A")
    assert begun("l-3", "D-2", "invited:B") and begun("l-4", "D-2", None)
    with writing(site.site.engine) as connection:
        end(connection, "l-1", failed=True)
    assert begun("l-5", "D-2", "invited:A")
