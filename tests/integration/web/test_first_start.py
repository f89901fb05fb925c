"""First start: the first account is made behind a printed link, once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.times import SECOND_US
from crm.accounts.invitations import GOOD_SECONDS, first_link
from crm.accounts.people import accounts
from crm.clock import now_us
from crm.storage.database import reading
from tests.integration.web.sites import RunningSite, running, token_in

PASSPHRASE = "eleven-quiet-herons"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[RunningSite]:
    with running(tmp_path) as started:
        yield started


def made(site: RunningSite, secret: str | None) -> int:
    with site.client() as client:
        page = client.get(f"/join/{secret}")
        form = {"form_token": token_in(page.text), "name": "li.ming"}
        form |= {"password": PASSPHRASE, "password_again": PASSPHRASE}
        return client.post(f"/join/{secret}", data=form).status_code


def test_the_link_makes_one_account_of_headquarters_and_never_another(empty: RunningSite) -> None:
    secret = first_link(empty.site.engine, now_us())
    with empty.client() as client:
        assert "jinxi serve" in client.get("/sign-in").text
        assert "第一个总部账号" in client.get(f"/join/{secret}").text
    assert made(empty, "guessed") == 410
    assert made(empty, secret) == 303
    assert made(empty, secret) == 410
    with reading(empty.site.engine) as connection:
        (only,) = accounts(connection)
    assert (only.name, only.roles) == ("li.ming", ("headquarters",))
    assert first_link(empty.site.engine, now_us()) is None
    with empty.client() as client:
        assert "jinxi serve" not in client.get("/sign-in").text


def test_a_new_start_prints_a_new_link_and_the_old_one_opens_nothing(empty: RunningSite) -> None:
    old = first_link(empty.site.engine, now_us())
    new = first_link(empty.site.engine, now_us())
    assert made(empty, old) == 410
    assert made(empty, new) == 303


def test_an_account_made_otherwise_ends_the_link(empty: RunningSite) -> None:
    secret = first_link(empty.site.engine, now_us())
    empty.user("office", "headquarters")
    assert made(empty, secret) == 410


def test_the_first_link_is_good_for_a_day(empty: RunningSite) -> None:
    secret = first_link(empty.site.engine, now_us() - (GOOD_SECONDS + 1) * SECOND_US)
    assert made(empty, secret) == 410
