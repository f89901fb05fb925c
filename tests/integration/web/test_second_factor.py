"""The second factor: asked of whoever sees health or money, and good once."""

from collections.abc import Iterator

import httpx
import pyotp
import pytest

from campaigns.times import SECOND_US
from crm.accounts.people import add_user
from crm.accounts.roles import ROLES, AccountRole
from crm.accounts.second_factor import forget_factor
from crm.clock import now_us
from crm.storage.database import writing
from tests.integration.web.sites import PASSWORD, RunningSite, sign_in, token_in

PAGE, CODE = "/me/second-factor", "/sign-in/code"


@pytest.fixture
def clock(site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the site takes for the present, to be moved on."""
    at_us = [now_us()]
    monkeypatch.setitem(site.site.__dict__, "now_us", lambda: at_us[0])
    return at_us


@pytest.fixture
def client(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as made:
        yield made


def real(site: RunningSite, name: str, role: AccountRole = "headquarters") -> str:
    dealer = "D1" if ROLES[role].of_dealer else None
    return add_user(site.site.engine, name, PASSWORD, (role,), dealer)


def secret_of(page: str) -> str:
    return page.split("<code>")[1].split("</code>")[0].replace(" ", "")


def give(client: httpx.Client, path: str, code: str, to: str = "/me") -> httpx.Response:
    form = {"form_token": token_in(client.get(path).text), "code": code, "to": to}
    return client.post(path, data=form)


def set_up(client: httpx.Client, at_us: int) -> tuple[str, list[str]]:
    """The secret, and the recovery codes."""
    secret = secret_of(client.get(PAGE).text)
    answer = give(client, PAGE, pyotp.TOTP(secret).at(at_us // SECOND_US))
    assert answer.status_code == 200, answer.text
    return secret, [piece.split("</code>")[0] for piece in answer.text.split("<code>")[1:]]


def test_whoever_sets_it_up_on_the_phone_itself_need_not_scan_its_own_screen(
    site: RunningSite, client: httpx.Client
) -> None:
    real(site, "on-the-phone")
    sign_in(client, "on-the-phone")
    page = client.get(PAGE).text
    assert f'href="otpauth://totp/Jinxi:on-the-phone?secret={secret_of(page)}' in page


@pytest.mark.parametrize("role", [role for role, may in ROLES.items() if may.needs_second_factor])
def test_who_sees_health_or_money_opens_nothing_before_it_is_set_up(
    site: RunningSite, client: httpx.Client, role: AccountRole, clock: list[int]
) -> None:
    real(site, f"new-{role}", role)
    assert sign_in(client, f"new-{role}").headers["location"] == PAGE
    for path in ("/", "/me", "/people", "/log", "/copy", "/status"):
        assert client.get(path).headers["location"].partition("?")[0] == PAGE
    _, codes = set_up(client, clock[0])
    assert len(set(codes)) == 10
    assert client.get("/me").status_code == 200


def test_whoever_has_set_it_up_goes_on_to_the_first_page_of_the_own_work(
    site: RunningSite, client: httpx.Client, clock: list[int]
) -> None:
    real(site, "new-shop", "dealer")
    sign_in(client, "new-shop")
    secret = secret_of(client.get(PAGE).text)
    page = give(client, PAGE, pyotp.TOTP(secret).at(clock[0] // SECOND_US), "/").text
    assert '<a class="primary" href="/copy">' in page


def test_a_password_alone_opens_nothing_once_it_is_set_up(
    site: RunningSite, client: httpx.Client, clock: list[int]
) -> None:
    real(site, "careful")
    sign_in(client, "careful")
    secret, _ = set_up(client, clock[0])
    with site.client() as thief:
        assert sign_in(thief, "careful").headers["location"].startswith(CODE)
        for path in ("/", "/me", "/people", PAGE):
            assert thief.get(path).headers["location"].startswith(CODE)
        assert give(thief, CODE, "000000").status_code == 401
        assert thief.get("/me").status_code == 303
        clock[0] += 60 * SECOND_US
        code = pyotp.TOTP(secret).at(clock[0] // SECOND_US)
        assert give(thief, CODE, code).headers["location"] == "/me"
        assert thief.get("/me").status_code == 200


def test_a_code_is_good_once_and_a_recovery_code_too(
    site: RunningSite, client: httpx.Client, clock: list[int]
) -> None:
    real(site, "twice")
    sign_in(client, "twice")
    secret, codes = set_up(client, clock[0])
    clock[0] += 60 * SECOND_US
    code = pyotp.TOTP(secret).at(clock[0] // SECOND_US)
    for given, statuses in ((code, [303, 401]), (codes[3].lower(), [303, 401])):
        for status in statuses:
            with site.client() as other:
                sign_in(other, "twice")
                assert give(other, CODE, given).status_code == status


def test_codes_cannot_be_tried_through(
    site: RunningSite, client: httpx.Client, clock: list[int]
) -> None:
    real(site, "guessed-code")
    sign_in(client, "guessed-code")
    set_up(client, clock[0])
    with site.client() as thief:
        sign_in(thief, "guessed-code")
        answers = [give(thief, CODE, f"{number:06}").status_code for number in range(12)]
    assert answers == [401] * 10 + [429] * 2


def test_half_a_sign_in_does_not_stand_open(
    site: RunningSite, client: httpx.Client, clock: list[int]
) -> None:
    real(site, "half-way")
    sign_in(client, "half-way")
    clock[0] += 16 * 60 * SECOND_US
    assert client.get(PAGE).headers["location"].startswith("/sign-in")


def test_who_lost_the_phone_sets_it_up_anew_once_headquarters_has_let_go(
    site: RunningSite, client: httpx.Client, clock: list[int]
) -> None:
    actor = real(site, "lost-phone")
    sign_in(client, "lost-phone")
    secret, codes = set_up(client, clock[0])
    with writing(site.site.engine) as connection:
        assert forget_factor(connection, actor)
    assert not site.site.second_factors.takes(actor, codes[0], clock[0])
    with site.client() as again:
        assert sign_in(again, "lost-phone").headers["location"] == PAGE
        assert secret_of(again.get(PAGE).text) != secret


def test_neither_secret_nor_recovery_codes_stand_in_the_database_in_plain(
    site: RunningSite, client: httpx.Client, clock: list[int]
) -> None:
    real(site, "sealed")
    sign_in(client, "sealed")
    secret, codes = set_up(client, clock[0])
    raw = site.site.engine.raw_connection()
    try:
        driver = raw.driver_connection
        assert driver is not None
        dumped = "\n".join(map(str, driver.iterdump()))
    finally:
        raw.close()
    hexed = [secret.encode().hex(), *(code.encode().hex() for code in codes)]
    found = [each for each in (secret, *codes, *hexed) if each.lower() in dumped.lower()]
    assert found == []


def test_the_account_of_the_demo_needs_none_and_its_page_says_so(
    site: RunningSite, client: httpx.Client
) -> None:
    site.user("demo", "headquarters")
    assert sign_in(client, "demo").headers["location"] == "/"
    assert "演示账号" in client.get("/me").text


def test_a_page_that_was_opened_a_moment_before_the_first_code_leaves_the_factor_on(
    site: RunningSite, client: httpx.Client, clock: list[int]
) -> None:
    actor = real(site, "two-tabs")
    factors = site.site.second_factors
    secret = factors.offered_secret(actor)
    assert secret is not None
    assert factors.offered_secret(actor) == secret
    assert factors.confirm(actor, pyotp.TOTP(secret).at(clock[0] // SECOND_US), clock[0])
    # The other tab had looked whether it was on before that.
    assert factors.offered_secret(actor) is None
    assert factors.is_on(actor)
