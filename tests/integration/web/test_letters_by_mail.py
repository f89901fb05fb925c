"""Letters to many by mail, against a real mail server: once each, whatever happens on the way."""

import contextlib
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from campaigns.ids import derived_id, person_id
from crm.accounts.access import accesses_of_cards
from crm.accounts.people import close_account
from crm.letters.queries import letter_templates
from crm.letters.register import Sending, begin
from crm.letters.tables import LETTER_DUE
from crm.letters.ways import Ways
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.integration.web.acting import form_in
from tests.integration.web.letter_sites import (
    BATCH,
    Clock,
    a_mail_server,
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
    token_in,
)
from tests.source_tree import ROOT

CLOCK = Clock()
MINUTE_US = 60_000_000
PEOPLE = [f"P-{n}" for n in range(9)]
"""Who agreed to letters and has a mail address."""


def mail_of(name: str) -> str:
    return f"{name.lower()}@mail.example.com"


class Office:
    """A mail server. replies: what it answers to a recipient; during: what happens while it has a
    message, before it answers; data: what it answers then."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.replies: dict[str, str] = {}
        self.during: Callable[[Any], None] | None = None
        self.data = "250 OK"

    async def handle_RCPT(  # noqa: N802 (the server asks for it by this name)
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.replies:
            return self.replies[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (the same)
        self, server: Any, _session: Any, envelope: Any
    ) -> str:
        told = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(told, EmailMessage)
        self.messages.append(told)
        if self.during is not None:
            self.during(server)
        return self.data

    def times(self) -> Counter[str]:
        """Who was written to → how often."""
        return Counter(str(told["To"]) for told in self.messages)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Office, str]]:
    office = Office()
    with a_mail_server(office) as address:
        yield office, address


@pytest.fixture
def post(served: tuple[Office, str]) -> Office:
    """The mail server, with nothing in it, that takes everything."""
    office = served[0]
    office.__init__()  # type: ignore[misc]
    return office


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, served: tuple[Office, str]
) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("mail")
    with running(folder) as plain:
        plain.user("field", "staff")
        for number, name in enumerate((*PEOPLE, "P-dead", "P-shut", "P-unasked", "P-none")):
            written = card(name, f"信{name[2:]}", f"1370009{number:04}")
            if name != "P-none":
                written["data"]["contact"]["mail"] = mail_of(name)
            plain.accept(written)
        said = (*PEOPLE, "P-dead", "P-shut", "P-none")
        before = {"time": f"{today() - timedelta(days=3)}T00:00:00+08:00"}
        plain.accept(
            *(consent(name, purpose="marketing") | before for name in said),
            event("person.deceased", "P-dead"),
            event("consent.refused", "P-shut", purpose="archive"),
        )
        ways = Ways(served[1], "crm@example.com", None, True)
        with with_ways(plain, CLOCK, ways) as found:
            yield found


@pytest.fixture
def field(site: RunningSite, post: Office) -> Iterator[httpx.Client]:
    CLOCK.at_us = noon_us()
    yield from entered(site, "field")


def asked(client: httpx.Client, whom: str, **typed: str) -> httpx.Response:
    return filled_in(client, whom, **{"way": "mail", **typed})


def begun(client: httpx.Client, whom: str, **typed: str) -> str:
    """A letter that goes to many from now on: the address of its page."""
    answer = asked(client, whom, **typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def act(client: httpx.Client, batch: str, what: str) -> None:
    token = token_in(client.get(batch).text)
    assert client.post(f"{batch}/{what}", data={"form_token": token}).status_code == 303


def told(page: str) -> dict[str, int]:
    """What the page of a batch counts."""
    found = re.findall(r'<span class="name">([^<]+)</span> <span class="end">([\d,]+)', page)
    return {word: int(count) for word, count in found}


def sends(site: RunningSite) -> int:
    """The process beside has its turn, until nothing is due."""
    settled = 0
    while now := site.site.postman.step():
        settled += now
    return settled


def test_it_says_before_whom_it_reaches_and_why_not_the_others(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    others = ["P-dead", "P-shut", "P-unasked", "P-none"]
    whom = invited(site, "A-before", [*PEOPLE[:2], *others])
    page = asked(field, whom, step="").text
    assert "会送给 2 人" in page and "您好" in page and not post.messages
    why = {"已去世": 1, "档案限制使用": 1, "没有同意接收这一类": 1, "档案里没有邮箱": 1}
    assert left_out(page) == why


def test_each_gets_their_own_once_and_it_stands_in_their_archive(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    whom = invited(site, "A-each", PEOPLE[:3])
    form_id = form_in(field.get(BATCH).text, BATCH)["form_id"]
    batch = begun(field, whom, form_id=form_id)
    assert told(field.get(batch).text)["… 还没轮到"] == 3 and not post.messages
    assert begun(field, whom, form_id=form_id) == batch, "a second tap asks for nothing more"
    assert sends(site) == 3 and sends(site) == 0
    assert post.times() == dict.fromkeys(map(mail_of, PEOPLE[:3]), 1)
    for message in post.messages:
        name = str(message["To"]).partition("@")[0].upper()
        letter_id = derived_id("letter", form_id, person_id(name))
        assert message["Message-ID"] == f"<{letter_id}@example.com>"
        assert f"信{name[2:]}，您好" in message.get_content()
    page = field.get(batch).text
    assert "发完了" in page and told(page) == {"✓ 已送出": 3}
    assert "邮件 · 请来坐坐" in field.get(f"/people/{person_id('P-0')}").text
    with reading(site.site.engine) as connection:
        looks = accesses_of_cards(HEADQUARTERS_SCOPE, connection, ["P-0"])
    assert "letter_sent" in {look.field for look in looks}
    assert left_out(asked(field, whom, step="").text) == {"这一次已经发过": 3}
    assert "邮件 · 请您来坐坐" in field.get(BATCH).text


def test_what_a_server_refuses_is_told_and_sent_again_alone(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-refused", ["P-0", "P-8", "P-2"]))
    post.replies[mail_of("P-8")] = "550 no such user here"
    sends(site)
    page = field.get(batch).text
    refused = "✕ 没有发出：对方的服务器不收：地址或号码不对，或者满了"
    assert told(page) == {"✓ 已送出": 2, refused: 1}
    assert f"/people/{person_id('P-8')}" in page and f"/people/{person_id('P-0')}" not in page
    mended = {"card_id": "P-8", "contact": {"mail": "mended@mail.example.com"}}
    site.accept(event("card.corrected", "P-8") | {"data": mended})
    act(field, batch, "again")
    sends(site)
    assert told(field.get(batch).text) == {"✓ 已送出": 3}
    reached = [*map(mail_of, ("P-0", "P-2")), "mended@mail.example.com"]
    assert post.times() == dict.fromkeys(reached, 1)


def test_each_count_leads_to_its_list_with_names_masked(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-lists", ["P-0", "P-1", "P-8"]))
    post.replies[mail_of("P-1")] = "550 no such user here"
    site.accept(event("consent.withdrawn", "P-8", purpose="marketing"))
    sends(site)
    page = field.get(batch).text
    for path, name in (
        ("sent", "P-0"),
        ("failed?why=refused", "P-1"),
        ("left_out?why=no_consent", "P-8"),
    ):
        address = f"{batch}/people/{path}"
        assert f'href="{address}"' in page
        listed = field.get(address).text
        people = set(re.findall(r"/people/([0-9a-f-]{36})", listed))
        assert people == {person_id(name)} and f"信{name[2:]}" not in listed
    assert field.get(f"{batch}/people/nothing").status_code == 404


def test_later_means_later_by_itself_and_the_same_letter(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-later", PEOPLE[:2]))
    post.replies[mail_of("P-0")] = "451 greylisted, come back"
    sends(site)
    page = field.get(batch).text
    sent, (word, tried) = told(page).items()
    assert sent == ("✓ 已送出", 1) and tried == 1, "none of them is called not tried yet"
    assert word.startswith("… 试过了，对方说“过一会儿再来”，") and word.endswith(" 12:01 再试")
    assert "1 封试过了，还没有发成：对方的服务器说“过一会儿再来”（127.0.0.1）" in page
    assert " 12:01 再试" in page and "正在一封一封地发" not in page
    post.replies.clear()
    assert sends(site) == 0, "not yet"
    CLOCK.at_us += MINUTE_US
    assert sends(site) == 1 and "发完了" in field.get(batch).text
    assert post.times() == dict.fromkeys(map(mail_of, PEOPLE[:2]), 1)


def test_who_was_to_be_asked_to_what_is_over_meanwhile_is_asked_no_more(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    day = today()
    plan = {"starts_at": f"{day}T09:00:00+08:00", "ends_at": f"{day}T12:01:00+08:00"}
    whom = invited(site, "A-over", PEOPLE[:2], **plan)
    batch = begun(field, whom)
    CLOCK.at_us += MINUTE_US
    assert sends(site) == 2 and not post.messages
    assert told(field.get(batch).text) == {"✓ 已送出": 0, "– 不送的：轮到时活动已经办完": 2}
    # Who writes to the guests afterwards means to.
    thanks = begun(field, whom)
    sends(site)
    assert told(field.get(thanks).text) == {"✓ 已送出": 2}


def test_who_says_later_for_a_day_is_told(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-day", PEOPLE[:1]))
    post.replies[mail_of("P-0")] = "451 not now"
    for hours in range(0, 96, 2):
        CLOCK.at_us = noon_us() + hours * 3_600_000_000
        sends(site)
    for client in entered(site, "field"):
        page = client.get(batch).text
    assert told(page) == {"✓ 已送出": 0, "✕ 没有发出：对方的服务器一直说“过一会儿再来”": 1}
    assert not post.messages


def test_while_the_server_is_away_it_rests_and_goes_on_where_it_stood(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-away", PEOPLE[:3]))
    with contextlib.closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{nobody.getsockname()[1]}"
        away = replace(site.site.postman, ways=replace(site.site.ways, mail_server=server))
        assert away.step() == 0 and away.step() == 0
    page = field.get(batch).text
    assert "歇一会儿再试：没有连上服务器（127.0.0.1）。已试 1 次，下一次" in page
    assert told(page)["… 还没轮到"] == 3
    CLOCK.at_us += MINUTE_US
    assert "正在再试：没有连上服务器（127.0.0.1）" in field.get(batch).text
    CLOCK.at_us -= MINUTE_US
    assert sends(site) == 0
    CLOCK.at_us += MINUTE_US
    assert sends(site) == 3
    assert post.times() == dict.fromkeys(map(mail_of, PEOPLE[:3]), 1)
    assert "发完了" in field.get(batch).text


def test_a_server_that_turns_everybody_away_stops_it_until_somebody_goes_on(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-shut", PEOPLE[:2]))
    none = replace(site.site.postman, ways=Ways())
    assert none.step() == 0
    assert "停下了：这条路还没有开通" in field.get(batch).text
    CLOCK.at_us += 5 * MINUTE_US
    assert sends(site) == 0
    act(field, batch, "go")
    assert sends(site) == 2 and sum(post.times().values()) == 2


def test_three_refusals_in_a_row_are_the_servers_trouble(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-row", PEOPLE[:5]))
    post.data = "554 looks like spam"
    assert sends(site) == 2, "the third makes it rest"
    page = field.get(batch).text
    assert "歇一会儿再试" in page and told(page)["… 还没轮到"] == 2
    post.data, post.messages = "250 OK", []
    CLOCK.at_us += MINUTE_US
    sends(site)
    act(field, batch, "again")
    sends(site)
    assert post.times() == dict.fromkeys(map(mail_of, PEOPLE[:5]), 1)


def test_what_may_have_arrived_is_told_and_never_sent_again_by_itself(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-lost", PEOPLE[:2]))

    def breaks_off(server: Any) -> None:
        post.during = None
        server.transport.abort()

    post.during = breaks_off
    sends(site)
    CLOCK.at_us += 60 * MINUTE_US
    sends(site)
    page = field.get(batch).text
    assert told(page)["✓ 已送出"] == 1
    assert told(page)["? 交出去了，没有等到回音：可能送到了，不会自己再发"] == 1
    assert sum(post.times().values()) == 2 and "again" not in page


def test_one_that_was_in_hand_when_its_process_ended_is_not_sent_twice(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-hand", PEOPLE[:2]))
    with writing(site.site.engine) as connection:
        own = LETTER_DUE.c.batch_id == batch.rpartition("/")[2]
        due = connection.execute(select(LETTER_DUE).where(own)).first()
        assert due is not None
        template = letter_templates(HEADQUARTERS_SCOPE, connection)[1]
        of = (template, "zh-CN", "mail", noon_us(), "u-1", due.occasion)
        name = next(each for each in PEOPLE if person_id(each) == due.person_id)
        assert begin(connection, Sending(due.letter_id, name, *of))  # type: ignore[arg-type]
    sends(site)
    assert post.times() == {mail_of(each): 1 for each in PEOPLE[:2] if each != name}
    assert "可能送到了" in field.get(batch).text


def test_night_consent_and_death_are_asked_as_each_one_leaves(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-words", PEOPLE[4:8]))

    def meanwhile(_server: Any) -> None:
        CLOCK.at_us = night_us()

    post.during = meanwhile
    assert sends(site) == 1
    assert "早上 9 点接着发" in field.get(batch).text
    assert "早上 9 点开始送" in asked(field, "invited:A-words", step="").text
    post.during = None
    reached = {str(message["To"]) for message in post.messages}
    left = [name for name in PEOPLE[4:8] if mail_of(name) not in reached]
    site.accept(event("consent.withdrawn", left[0], purpose="marketing"))
    site.accept(event("person.deceased", left[1]))
    CLOCK.at_us = night_us() + 11 * 3_600_000_000
    sends(site)
    for client in entered(site, "field"):
        counts = told(client.get(batch).text)
    assert counts == {"✓ 已送出": 2, "– 不送的：已去世": 1, "– 不送的：没有同意接收这一类": 1}
    assert sum(post.times().values()) == 2


def test_it_stops_when_asked_and_goes_on_and_ends_with_its_askers_rights(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    actor = site.user("leaves", "staff")
    for client in entered(site, "leaves"):
        batch = begun(client, invited(site, "A-stop", PEOPLE[:2]))
        act(client, batch, "stop")
        assert sends(site) == 0 and "停下了。已经送出的收不回来" in client.get(batch).text
        act(client, batch, "go")
    close_account(site.site.engine, actor)
    assert sends(site) == 0 and not post.messages
    assert "不能再发信" in field.get(batch).text


def test_one_letter_goes_to_the_archives_address_where_no_other_is_written(
    field: httpx.Client, post: Office
) -> None:
    address = f"/people/{person_id('P-0')}/letter"
    form = form_in(field.get(address).text, address)
    form |= {"template": "invitation", "language": "en", "way": "mail"}
    looked = field.post(address, data=form).text
    assert "p***@mail.example.com" in looked and mail_of("P-0") not in looked
    assert field.post(address, data=form | {"step": "send", "mail": ""}).status_code == 303
    assert post.times() == {mail_of("P-0"): 1}


_PROCESS = """
import sys
from dataclasses import replace
from streams.running.installation import open_installation
from streams.serving.webhook_sender import postman_of
postman = replace(postman_of(open_installation()), now_us=lambda: int(sys.argv[1]))
while postman.step():
    pass
"""


def test_after_a_kill_it_goes_on_and_nobody_gets_two(
    site: RunningSite, field: httpx.Client, post: Office
) -> None:
    batch = begun(field, invited(site, "A-kill", PEOPLE[:3]))
    folder = Path(str(site.site.engine.url.database)).parent
    environment = {
        **os.environ,
        **{"JINXI_DATA": str(folder), "JINXI_SMTP_FROM": "crm@example.com"},
        **{"JINXI_SMTP": str(site.site.ways.mail_server), "JINXI_SMTP_TLS": "offered"},
    }
    command = [sys.executable, "-c", _PROCESS, str(noon_us())]
    has_one, goes = Event(), Event()

    def holds(_server: Any) -> None:
        post.during = None
        has_one.set()
        goes.wait(60)

    post.during = holds
    with subprocess.Popen(command, env=environment, cwd=ROOT) as process:
        assert has_one.wait(60)
        process.kill()
    goes.set()
    subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=120)
    assert post.times() == dict.fromkeys(map(mail_of, PEOPLE[:3]), 1)
    page = field.get(batch).text
    assert "发完了" in page and told(page)["✓ 已送出"] == 2 and "可能送到了" in page
