"""Signing in: sessions, slow guessing, and one's own password."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import select

from crm.accounts.people import account_of, change_password, close_account
from crm.accounts.tables import ACCOUNT
from crm.storage.database import reading
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


def test_a_session_carries_nothing_of_the_password_hash(site: RunningSite) -> None:
    actor = site.user("marked", "staff")
    with reading(site.site.engine) as connection:
        account = account_of(connection, actor)
        hashed = connection.execute(
            select(ACCOUNT.c.password_hash).where(ACCOUNT.c.actor == actor)
        ).scalar_one()
    assert account is not None
    pieces = {hashed[start : start + 6] for start in range(len(hashed) - 5)}
    assert not [piece for piece in pieces if piece in account.password_mark]


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


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong-password", "a new password", "a new password", "现在的密码不对"),
        (PASSWORD, "a new password", "another one", "不一样"),
        (PASSWORD, "short", "short", "8 到 200"),
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
