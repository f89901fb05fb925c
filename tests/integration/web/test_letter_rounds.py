"""A letter on its way to many: looked at right before each leaves, and nobody gets it twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from campaigns.ids import person_id
from crm.invitations.register import invite
from crm.letters.queries import judged, letter_templates
from crm.letters.register import Sending, begin, end
from crm.letters.ways import NotSent, Ways
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.integration.web.acting import form_in
from tests.integration.web.letter_sites import (
    BATCH,
    Clock,
    filled_in,
    invited,
    left_out,
    night_us,
    noon_us,
    with_ways,
)
from tests.integration.web.person_events import consent, event
from tests.integration.web.sites import (
    RunningSite,
    card,
    entered,
    running,
    today,
)

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
        with with_ways(plain, CLOCK, ways) as found:
            yield found


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
    CLOCK.at_us = noon_us()
    yield from entered(site, "field")


def sent(client: httpx.Client, whom: str, **typed: str) -> httpx.Response:
    return filled_in(client, whom, **{"way": "sms", **typed})


def times() -> Counter[str]:
    """Whom messages went to → how often."""
    return Counter(to.removeprefix("+86") for to, _ in TAKEN)


def begun(client: httpx.Client, whom: str, **typed: str) -> str:
    """A letter that goes to many from now on: the address of its page."""
    answer = sent(client, whom, **typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_rest_is_printed_by_the_next_form_and_nobody_gets_the_same_twice(
    site: RunningSite, field: httpx.Client
) -> None:
    whom = invited(site, "A-rest", WILLING)
    found = sent(field, whom, way="print", step="").text
    assert "会送给 3 人" in found and left_out(found) == {"一次最多 100 人，余下的请再发一次": 4}
    for pages in (b"/Count 3", b"/Count 3", b"/Count 1"):
        assert pages in sent(field, whom, way="print").content
    assert left_out(sent(field, whom, way="print").text) == {"这一次已经发过": 7}
    assert left_out(sent(field, whom).text) == {"这一次已经发过": 7} and not TAKEN


def test_the_page_promises_those_alone_whom_the_postman_then_reaches(
    site: RunningSite, field: httpx.Client
) -> None:
    unwilling = [f"R-{n}" for n in range(3)]
    phones = {name: f"137000072{n:02}" for n, name in enumerate(unwilling)}
    site.accept(*(card(name, f"悔{n}号", phones[name]) for n, name in enumerate(unwilling)))
    site.accept(*(consent(name, purpose="marketing") for name in unwilling))
    later = {"time": f"{today()}T00:00:01+08:00"}
    site.accept(*(event("consent.withdrawn", n, purpose="marketing") | later for n in unwilling))
    site.accept(event("trial.started", "W-0", trial_id="T-w0", sku="JX-B4"))
    whom = invited(site, "A-promise", [*WILLING[:3], *unwilling])
    for template, reached, why in (
        ("invitation", WILLING[:3], {"没有同意接收这一类": 3}),
        ("trial-follow-up", WILLING[:1], {"信里说的是试用，而没有试用过": 5}),
    ):
        TAKEN.clear()
        page = sent(field, whom, template=template, step="").text
        assert f"会送给 {len(reached)} 人" in page and left_out(page) == why
        batch = begun(field, whom, template=template)
        site.site.postman.step()
        assert times() == {PHONES[name]: 1 for name in reached}
        assert "不送的" not in field.get(batch).text


def test_a_group_is_looked_at_together_and_not_one_by_one(
    site: RunningSite, field: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    together: list[int] = []

    def counted(*of: Any) -> Any:
        together.append(len(of[4]))
        return judged(*of)

    monkeypatch.setattr("crm.web.pages.letter_rounds.judged", counted)
    sent(field, invited(site, "A-together", [*WILLING, *UNASKED]), step="")
    assert together == [len(WILLING) + len(UNASKED)]


def test_who_cannot_be_written_to_takes_nobodys_place(
    site: RunningSite, field: httpx.Client
) -> None:
    whom = invited(site, "A-place", [*UNASKED, *WILLING[:3]])
    page = sent(field, whom, way="print", step="").text
    assert "会送给 3 人" in page and left_out(page) == {"没有同意接收这一类": 4}


def test_nothing_leaves_after_night_fell_on_the_way_and_the_page_says_so(
    site: RunningSite, field: httpx.Client
) -> None:
    batch = begun(field, invited(site, "A-night", WILLING[:3]))
    DURING.append(lambda: setattr(CLOCK, "at_us", night_us()))
    assert site.site.postman.step() == 1 and site.site.postman.step() == 0
    assert [at_us for _, at_us in TAKEN] == [noon_us()]
    assert "早上 9 点接着发" in field.get(batch).text
    CLOCK.at_us = noon_us()
    DURING.clear()
    assert site.site.postman.step() == 2
    assert times() == dict.fromkeys((PHONES[name] for name in WILLING[:3]), 1)


def test_who_says_no_while_it_is_sent_gets_nothing(site: RunningSite, field: httpx.Client) -> None:
    batch = begun(field, invited(site, "A-no", FICKLE))

    def withdraws() -> None:
        DURING.clear()
        others = [name for name in FICKLE if PHONES[name] not in times()]
        site.accept(event("consent.withdrawn", others[0], purpose="marketing"))

    DURING.append(withdraws)
    site.site.postman.step()
    assert sum(times().values()) == 2
    assert "不送的：没有同意接收这一类" in field.get(batch).text


def test_a_gateway_in_trouble_is_left_alone_after_three_and_all_are_reached_later(
    site: RunningSite, field: httpx.Client
) -> None:
    batch = begun(field, invited(site, "A-trouble", WILLING[:6]))

    def refused() -> None:
        raise NotSent("later")

    DURING.append(refused)
    site.site.postman.step()
    assert len(TAKEN) == 3 and "歇一会儿再试" in field.get(batch).text
    DURING.clear()
    TAKEN.clear()
    assert site.site.postman.step() == 0 and not TAKEN
    CLOCK.at_us += 60_000_000
    site.site.postman.step()
    assert times() == dict.fromkeys((PHONES[name] for name in WILLING[:6]), 1)
    assert "发完了" in field.get(batch).text


def test_the_same_form_prints_again_what_it_began_and_another_prints_the_rest(
    site: RunningSite, field: httpx.Client
) -> None:
    newcomer, *names = sorted(WILLING[:6], key=person_id)
    whom = invited(site, "A-paper", names)
    form_id = form_in(field.get(BATCH).text, BATCH)["form_id"]
    first = sent(field, whom, way="print", form_id=form_id)
    with writing(site.site.engine) as connection:
        of = {"actor": "u-1", "now_us": noon_us()}
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

    def is_begun(letter_id: str, card_id: str, occasion: str | None) -> bool:
        sending = Sending(letter_id, card_id, template, "en", "sms", noon_us(), "u-1", occasion)
        with writing(site.site.engine) as connection:
            return begin(connection, sending)

    assert is_begun("l-1", "D-1", "invited:A") and not is_begun("l-2", "D-2", "invited:A")
    assert is_begun("l-3", "D-2", "invited:B") and is_begun("l-4", "D-2", None)
    with writing(site.site.engine) as connection:
        end(connection, "l-1", failed=True)
    assert is_begun("l-5", "D-2", "invited:A") and not is_begun("l-1", "D-1", "invited:A")
    with writing(site.site.engine) as connection:
        end(connection, "l-5", failed=True)
    assert is_begun("l-1", "D-1", "invited:A"), "what failed is begun again under its own id"
