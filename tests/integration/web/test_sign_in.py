"""Signing in: sessions, slow guessing, and one's own password."""

from collections.abc import Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Any

import anyio
import httpx
import pyotp
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from campaigns.times import SECOND_US
from crm.accounts.audit import CHANGED, AuditAsked, audited
from crm.accounts.people import add_user, change_password, close_account
from crm.clock import now_us
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.web.app import app_of
from tests.integration.web.acting import form_in
from tests.integration.web.sites import PASSWORD, RunningSite, sign_in, token_in


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    site.user("office", "headquarters")


@pytest.fixture
def visitor(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        yield client


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        assert sign_in(client, "office").status_code == 303
        yield client


def test_guesses_at_the_same_time_do_not_pass_the_limit_together(site: RunningSite) -> None:
    site.user("raced", "staff")
    with site.client() as client, ThreadPoolExecutor(12) as threads:
        form = {"form_token": token_in(client.get("/sign-in").text), "name": "raced"}
        answers = [
            threads.submit(client.post, "/sign-in", data={**form, "password": f"wrong-{number}"})
            for number in range(24)
        ]
        statuses = [answer.result(60).status_code for answer in answers]
    assert sorted(statuses) == [401] * 5 + [429] * 19


def choose_password(client: httpx.Client, old: str, new: str, again: str) -> httpx.Response:
    form = {"form_token": token_in(client.get("/me/password").text), "password": old}
    return client.post(
        "/me/password", data={**form, "new_password": new, "new_password_again": again}
    )


def test_a_person_chooses_a_new_password_and_stays_signed_in_here_alone(site: RunningSite) -> None:
    site.user("chooser", "staff")
    with site.client() as here, site.client() as there:
        sign_in(here, "chooser")
        sign_in(there, "chooser")
        answer = choose_password(here, PASSWORD, "a new password", "a new password")
        assert answer.status_code == 303
        assert "密码已换" in here.get(answer.headers["location"]).text
        assert (here.get("/me").status_code, there.get("/me").status_code) == (200, 303)
        assert sign_in(there, "chooser").status_code == 401
        assert sign_in(there, "chooser", "a new password").status_code == 303


def test_a_password_that_its_owner_changes_stands_in_the_audit(site: RunningSite) -> None:
    actor = site.user("changer", "staff")
    with site.client() as client:
        sign_in(client, "changer")
        choose_password(client, PASSWORD, "a new password", "a new password")
    with reading(site.site.engine) as connection:
        asked = AuditAsked(kind=CHANGED, actor=actor)
        (changed,), _ = audited(HEADQUARTERS_SCOPE, connection, asked, 10)
    assert (changed.what, changed.subject) == ("password", actor)


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong-password", "a new password", "a new password", "现在的密码不对"),
        (PASSWORD, "a new password", "another one", "不一样"),
        (PASSWORD, "11-letters-", "11-letters-", "12 到 200"),
        (PASSWORD, "长" * 201, "长" * 201, "12 到 200"),
        (PASSWORD, "password1234", "password1234", "太常见"),
        (PASSWORD, "qwertyuiop12", "qwertyuiop12", "太常见"),
    ],
)
def test_a_password_that_cannot_be_is_explained_and_nothing_changes(
    site: RunningSite, office: httpx.Client, old: str, new: str, again: str, said: str
) -> None:
    answer = choose_password(office, old, new, again)
    assert answer.status_code == 422
    assert said in answer.text
    with site.client() as client:
        assert sign_in(client, "office").status_code == 303


def test_whoever_holds_a_session_cannot_guess_its_password_for_ever(site: RunningSite) -> None:
    site.user("held", "staff")
    with site.client() as client:
        sign_in(client, "held")
        statuses = [
            choose_password(client, f"wrong-{number}", "a new password", "a new password")
            for number in range(6)
        ]
        assert [answer.status_code for answer in statuses] == [422] * 5 + [429]


def test_guessing_a_password_gets_slow(site: RunningSite, visitor: httpx.Client) -> None:
    site.user("guessed", "staff")
    answers = [sign_in(visitor, "guessed", "wrong-password").status_code for _ in range(5)]
    assert answers == [401] * 5
    assert sign_in(visitor, "guessed").status_code == 429


def test_a_name_in_full_width_letters_is_no_other_name_to_a_guesser(
    site: RunningSite, visitor: httpx.Client
) -> None:
    site.user("spelled", "staff")
    names = ["spelled", "ｓpelled", "sｐelled", "spｅlled", "speｌled"]
    assert [sign_in(visitor, name, "wrong-password").status_code for name in names] == [401] * 5
    assert sign_in(visitor, "ｓｐｅｌｌｅｄ").status_code == 429


def test_a_new_password_ends_older_sessions_and_a_closed_account_all(site: RunningSite) -> None:
    actor = site.user("leaver", "staff")
    with site.client() as client:
        sign_in(client, "leaver")
        assert client.get("/me").status_code == 200
        change_password(site.site.engine, actor, "another-password")
        assert client.get("/me").status_code == 303
        assert sign_in(client, "leaver", "another-password").status_code == 303
        close_account(site.site.engine, actor)
        assert client.get("/me").status_code == 303
        assert sign_in(client, "leaver", "another-password").status_code == 401


def test_whoever_signs_out_ends_the_session_wherever_its_cookie_was_copied(
    site: RunningSite,
) -> None:
    site.user("copied", "staff")
    with site.client() as owner, site.client() as thief:
        sign_in(owner, "copied")
        thief.cookies.set("jinxi_session", owner.cookies["jinxi_session"])
        assert thief.get("/me").status_code == 200
        token = token_in(owner.get("/me").text)
        assert owner.post("/sign-out", data={"form_token": token}).status_code == 303
        assert thief.get("/me").status_code == 303


def test_a_session_ends_however_much_it_is_used(
    site: RunningSite, office: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    began_us = now_us()
    for hours, status in ((3, 200), (6, 200), (11.9, 200), (12.1, 303)):
        at_us = began_us + int(hours * 3600 * SECOND_US)
        monkeypatch.setitem(site.site.__dict__, "now_us", lambda at_us=at_us: at_us)
        assert office.get("/me").status_code == status, hours


def test_nobody_locks_a_colleague_out(site: RunningSite) -> None:
    """Not even from the same office, where the colleague has signed in before."""
    site.user("victim", "staff")
    with site.client() as colleague, site.client() as own:
        sign_in(own, "victim")
        token = token_in(own.get("/me").text)
        own.post("/sign-out", data={"form_token": token})
        answers = [sign_in(colleague, "victim", "a-wrong-guess").status_code for _ in range(8)]
        assert answers == [401] * 5 + [429] * 3
        assert sign_in(own, "victim").status_code == 303


def test_a_password_is_taken_exactly_as_it_was_typed(site: RunningSite) -> None:
    exact = " Ⅷ eight owls, " * 12
    actor = site.user("exact", "staff")
    change_password(site.site.engine, actor, exact)
    with site.client() as client:
        for wrong in (exact.strip(), exact[:-1], exact[:72], exact.replace("Ⅷ", "VIII")):
            assert sign_in(client, "exact", wrong).status_code == 401
        assert sign_in(client, "exact", exact).status_code == 303


def status_with_cookies(app: FastAPI, path: str, cookies: bytes) -> int:
    """What a GET with these very bytes is answered, past any client that would mend them."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
        "headers": [(b"cookie", cookies), (b"host", b"here")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    statuses: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    anyio.run(app, scope, receive, send)
    return statuses[0]


@pytest.fixture(scope="module")
def app(site: RunningSite) -> FastAPI:
    return app_of(site.site)


@given(st.binary(max_size=100) | st.text(max_size=50).map(str.encode))
def test_no_bytes_of_a_cookie_break_a_page(app: FastAPI, value: bytes) -> None:
    names = (b"jinxi_session", b"jinxi_device", b"jinxi_language")
    cookies = b"; ".join(name + b"=" + value for name in names)
    for path in ("/", "/sign-in", "/me/second-factor"):
        assert status_with_cookies(app, path, cookies) < 400


def test_the_session_cookie_is_for_the_server_alone(visitor: httpx.Client) -> None:
    cookie = sign_in(visitor, "office").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()


def test_a_forged_session_is_nobody(visitor: httpx.Client) -> None:
    visitor.cookies.set("jinxi_session", "WyJ4IiwidS0xIiwieCJd.aaaa.bbbb")
    assert visitor.get("/").status_code == 303


def test_signing_in_leads_only_to_pages_of_this_site(site: RunningSite) -> None:
    for to in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"):
        with site.client() as client:
            token = token_in(client.get("/sign-in").text)
            form = {"form_token": token, "name": "office", "password": PASSWORD, "to": to}
            assert client.post("/sign-in", data=form).headers["location"] == "/"


WANTED = "/activities?state=unclosed&days=30"


def asked_to_sign_in(client: httpx.Client, page: str = WANTED) -> tuple[str, dict[str, str]]:
    """Where somebody is sent who is not signed in, and what stands there in the form."""
    address = client.get(page).headers["location"]
    form = form_in(client.get(address).text, "/sign-in")
    return address, form | {"name": "office", "password": PASSWORD}


def test_who_signs_in_comes_to_the_page_that_was_asked_for_with_all_that_stood_in_its_address(
    visitor: httpx.Client,
) -> None:
    _, form = asked_to_sign_in(visitor)
    assert visitor.post("/sign-in", data=form).headers["location"] == WANTED


def test_the_way_is_not_lost_with_a_wrong_password_nor_in_another_language(
    visitor: httpx.Client,
) -> None:
    address, form = asked_to_sign_in(visitor)
    again = form_in(visitor.post("/sign-in", data=form | {"password": "no"}).text, "/sign-in")
    assert again["to"] == WANTED
    chosen = form_in(visitor.get(address).text, "/language") | {"language": "en"}
    assert visitor.post("/language", data=chosen).headers["location"] == address


def test_a_face_of_the_demo_leads_on_as_a_password_does(
    site: RunningSite, visitor: httpx.Client
) -> None:
    actor = site.user("face", "planning")
    page = visitor.get(visitor.get("/plan").headers["location"]).text
    form = form_in(page, "/sign-in/demo") | {"actor": actor}
    assert visitor.post("/sign-in/demo", data=form).headers["location"] == "/plan"


def test_the_way_leads_on_over_the_second_factor_when_it_is_set_up_and_when_it_is_given(
    site: RunningSite, visitor: httpx.Client
) -> None:
    add_user(site.site.engine, "two-steps", PASSWORD, ("headquarters",), None)
    _, form = asked_to_sign_in(visitor)
    enrol = visitor.post("/sign-in", data=form | {"name": "two-steps"}).headers["location"]
    page = visitor.get(enrol).text
    secret = page.split("<code>")[1].split("</code>")[0].replace(" ", "")
    code = pyotp.TOTP(secret).at(now_us() // SECOND_US)
    done = visitor.post(
        "/me/second-factor", data=form_in(page, "/me/second-factor") | {"code": code}
    )
    assert f'href="{escape(WANTED)}"' in done.text
    with site.client() as other:
        _, form = asked_to_sign_in(other)
        given = other.post("/sign-in", data=form | {"name": "two-steps"}).headers["location"]
        assert form_in(other.get(given).text, "/sign-in/code")["to"] == WANTED
        half = other.get("/people?q=1").headers["location"]
        assert form_in(other.get(half).text, "/sign-in/code")["to"] == "/people?q=1"


def test_to_an_address_without_end_nobody_is_led(visitor: httpx.Client) -> None:
    assert visitor.get(f"/activities?q={'x' * 2_000}").headers["location"] == "/sign-in"
