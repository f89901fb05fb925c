"""Accounts and tokens managed in pages: invited, changed, reset, closed, and all of it kept."""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from campaigns.times import SECOND_US
from crm.accounts.invitations import GOOD_SECONDS
from crm.accounts.people import accounts, close_account, find_user
from crm.accounts.roles import ROLES, checked_roles
from crm.clock import now_us
from crm.storage.database import reading
from tests.examples import an_event
from tests.integration.web.sites import RunningSite, sign_in, token_in

PASSPHRASE = "eleven-quiet-herons"


@pytest.fixture(scope="module", autouse=True)
def company(site: RunningSite) -> None:
    site.user("office", "headquarters")
    contract = {"dealer": "D1", "contract_id": "K1", "name": "一号", "regions": ["110000"]}
    contract |= {"kind": "exclusive", "starts_on": "2026-01-01"}
    site.accept(an_event("dealer.contracted", contract))


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "office")
        yield client


@pytest.fixture
def stranger(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        yield client


def post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    token = token_in(client.get("/me", follow_redirects=True).text)
    return client.post(path, data={"form_token": token, **fields})


def link_in(answer: httpx.Response) -> str:
    (found,) = re.findall(r"http://[^\"]+(/join/[\w-]+)", answer.text)
    return str(found)


def join(client: httpx.Client, link: str, name: str, password: str = PASSPHRASE) -> httpx.Response:
    form = {"form_token": token_in(client.get(link).text), "name": name}
    form |= {"password": password, "password_again": password}
    return client.post(link, data=form)


def actor_of(site: RunningSite, name: str) -> str:
    with reading(site.site.engine) as connection:
        return next(each.actor for each in accounts(connection) if each.name == name)


def test_who_is_invited_chooses_name_and_password_and_has_the_roles_that_were_chosen(
    site: RunningSite, office: httpx.Client, stranger: httpx.Client
) -> None:
    link = link_in(post(office, "/accounts", role_marketing="1", role_planning="1"))
    assert "市场、企划" in stranger.get(link).text
    assert "已经有人用了" in join(stranger, link, "office").text
    assert "太常见" in join(stranger, link, "mei", "passwordpassword").text
    assert join(stranger, link, "mei").headers["location"] == "/funnels"
    assert stranger.get("/funnels").status_code == 200
    with reading(site.site.engine) as connection:
        found = find_user(connection, "mei")
    assert found is not None and found.roles == ("marketing", "planning")
    assert not found.is_demo
    with site.client() as other:
        assert other.get("/join/nothing").status_code == 410
        assert other.get(link).status_code == 410


def test_who_sees_more_than_numbers_sets_the_second_factor_up_before_anything_opens(
    office: httpx.Client, stranger: httpx.Client
) -> None:
    link = link_in(post(office, "/accounts", role_auditor="1"))
    assert join(stranger, link, "audit-new").headers["location"] == "/me/second-factor"
    assert stranger.get("/people").headers["location"] == "/me/second-factor?to=/people"


def test_a_dealer_reads_who_signs_in_for_it_and_whom_to_tell_of_who_comes_and_goes(
    site: RunningSite,
) -> None:
    site.user("own-boss", "dealer", "D1")
    site.user("own-hand", "dealer_staff", "D1")
    gone = site.user("own-gone", "dealer_staff", "D1")
    close_account(site.site.engine, gone)
    site.user("other-hand", "dealer_staff", "D2")
    shown = {}
    for name in ("own-boss", "own-hand", "office"):
        with site.client() as client:
            sign_in(client, name)
            shown[name] = client.get("/me").text.partition('id="accounts"')[2]
    assert "own-boss" in shown["own-boss"] and "own-hand" in shown["own-boss"]
    assert "own-gone" not in shown["own-boss"] and "other-hand" not in shown["own-boss"]
    assert "账号由公司开和关" in shown["own-boss"]
    assert (shown["own-hand"], shown["office"]) == ("", "")


def test_a_dealers_role_needs_a_dealer_that_there_is_and_mixes_with_no_other(
    office: httpx.Client,
) -> None:
    for fields in (
        {"role_dealer": "1"},
        {"role_dealer": "1", "dealer": "D9"},
        {"role_dealer": "1", "role_staff": "1", "dealer": "D1"},
        {},
    ):
        assert post(office, "/accounts", **fields).status_code == 422, fields
    assert post(office, "/accounts", role_dealer="1", dealer="D1").status_code == 200


def test_what_is_wrong_with_an_invitation_is_said_and_what_was_ticked_stays(
    office: httpx.Client,
) -> None:
    assert "还没有选身份" in post(office, "/accounts").text
    mixed = post(office, "/accounts", role_dealer="1", role_staff="1", dealer="D1").text
    assert "请分开做两个" in mixed
    assert re.search(r'name="role_staff"[^>]*checked', mixed)
    assert "要选是哪一家经销商" in post(office, "/accounts", role_dealer="1").text


def test_a_link_that_nobody_used_is_listed_with_what_it_gives_and_is_taken_back(
    office: httpx.Client, stranger: httpx.Client
) -> None:
    made = post(office, "/accounts", role_dealer="1", dealer="D1")
    assert "经销商 · 一号" in made.text
    link, listed = link_in(made), office.get("/accounts").text
    assert "还没用的链接" in listed and link.rpartition("/")[2] not in listed
    assert stranger.get(link).status_code == 200
    number = re.findall(r"/accounts/links/([0-9a-f]{16})/take-back", listed)[0]
    assert post(office, f"/accounts/links/{number}/take-back").status_code == 303
    assert stranger.get(link).status_code == 410
    assert number not in office.get("/accounts").text
    assert post(office, f"/accounts/links/{number}/take-back").status_code == 303
    assert "收回了邀请链接" in office.get("/audit?kind=changed").text


def test_a_link_is_good_for_a_day(
    site: RunningSite, office: httpx.Client, stranger: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = link_in(post(office, "/accounts", role_staff="1"))
    assert stranger.get(link).status_code == 200
    later_us = now_us() + (GOOD_SECONDS + 1) * SECOND_US
    monkeypatch.setitem(site.site.__dict__, "now_us", lambda: later_us)
    assert stranger.get(link).status_code == 410


def test_other_roles_end_what_is_open_and_open_what_is_new(
    site: RunningSite, office: httpx.Client, stranger: httpx.Client
) -> None:
    actor = site.user("changing", "marketing")
    sign_in(stranger, "changing")
    assert stranger.get("/rewards").status_code == 403
    assert post(office, f"/accounts/{actor}/roles", role_finance="1").status_code == 303
    assert stranger.get("/me").status_code == 303
    sign_in(stranger, "changing")
    assert stranger.get("/rewards").status_code == 200
    assert stranger.get("/season.csv").status_code == 403


def test_a_reset_password_opens_nothing_and_the_link_sets_a_new_one_once(
    site: RunningSite, office: httpx.Client, stranger: httpx.Client
) -> None:
    actor = site.user("forgetful", "marketing")
    link = link_in(post(office, f"/accounts/{actor}/password"))
    assert sign_in(stranger, "forgetful").status_code == 401
    assert sign_in(stranger, "forgetful", "").status_code == 401
    join(stranger, link, "")
    assert stranger.get("/me").status_code == 200
    assert stranger.get(link).status_code == 410
    with site.client() as other:
        assert sign_in(other, "forgetful", PASSPHRASE).status_code == 303


def test_whoever_lost_a_phone_is_signed_out_everywhere_and_signs_in_again(
    site: RunningSite, office: httpx.Client, stranger: httpx.Client
) -> None:
    actor = site.user("unlucky", "staff")
    sign_in(stranger, "unlucky")
    assert "丢了手机" in office.get(f"/accounts/{actor}").text
    assert post(office, f"/accounts/{actor}/sign-out").status_code == 303
    assert stranger.get("/me").status_code == 303
    assert "让账号在各处退出登录" in office.get("/audit?kind=changed").text
    assert sign_in(stranger, "unlucky").status_code == 303


def test_from_a_dealers_page_its_first_account_is_invited_without_choosing_again(
    office: httpx.Client,
) -> None:
    (href,) = re.findall(r'href="(/accounts\?[^"]+)"', office.get("/dealers/D1").text)
    page = office.get(unescape(href)).text
    assert re.search(r'name="role_dealer" value="1" checked', page)
    assert re.search(r'<option value="D1" selected', page)


def test_a_closed_account_signs_in_no_more_and_its_link_opens_nothing(
    site: RunningSite, office: httpx.Client, stranger: httpx.Client
) -> None:
    actor = site.user("leaving", "marketing")
    sign_in(stranger, "leaving")
    link = link_in(post(office, f"/accounts/{actor}/password"))
    assert post(office, f"/accounts/{actor}/close").status_code == 303
    assert stranger.get("/me").status_code == 303
    assert stranger.get(link).status_code == 410
    assert post(office, f"/accounts/{actor}/roles", role_staff="1").status_code == 422
    assert ">leaving<" not in office.get("/accounts").text
    closed = office.get("/accounts?who=closed&sort=name")
    assert ">leaving<" in closed.text and f"/accounts/{actor}" not in closed.text
    assert "leaving" in office.get("/accounts?who=closed&file=csv").text


@pytest.mark.parametrize("act", ["close", "roles"])
def test_whoever_may_invite_no_more_comes_back_by_no_link_of_the_own(
    site: RunningSite, office: httpx.Client, stranger: httpx.Client, act: str
) -> None:
    actor, other = site.user(f"gone-{act}", "headquarters"), site.user(f"kept-{act}", "marketing")
    with site.client() as going:
        sign_in(going, f"gone-{act}")
        links = [
            link_in(post(going, "/accounts", role_headquarters="1")),
            link_in(post(going, f"/accounts/{other}/password")),
        ]
    assert [stranger.get(link).status_code for link in links] == [200, 200]
    assert post(office, f"/accounts/{actor}/{act}", role_marketing="1").status_code == 303
    assert [stranger.get(link).status_code for link in links] == [410, 410]
    assert [join(stranger, link, "back").status_code for link in links] == [410, 410]


def test_nobody_manages_the_own_account_so_somebody_who_may_always_stays(
    site: RunningSite, office: httpx.Client
) -> None:
    own = actor_of(site, "office")
    for act in ("roles", "password", "factor", "close"):
        assert post(office, f"/accounts/{own}/{act}", role_staff="1").status_code == 422
    assert office.get("/accounts").status_code == 200


def test_every_change_is_kept_with_its_author_and_read_by_auditors(
    site: RunningSite, office: httpx.Client, stranger: httpx.Client
) -> None:
    actor = site.user("watched", "marketing")
    site.user("auditing", "auditor")
    post(office, f"/accounts/{actor}/roles", role_planning="1")
    sign_in(stranger, "auditing")
    page = stranger.get("/audit?kind=changed").text
    lines = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    assert "office" in lines[0] and "改了身份" in lines[0]
    assert "watched" in lines[0] and "企划" in lines[0]
    assert post(stranger, "/accounts", role_staff="1").status_code == 403


def test_a_token_is_shown_once_works_and_is_revoked(
    site: RunningSite, office: httpx.Client
) -> None:
    page = post(office, "/tokens", name="erp", role="dealer", dealer="D1").text
    (token,) = re.findall(r'value="(jinxi_[\w-]+)"', page)
    listed = office.get("/tokens").text
    assert token not in listed and "erp" in listed
    with site.client(Authorization=f"Bearer {token}") as api:
        assert api.get("/v1/dealer/keys").status_code == 200
        (revoke,) = re.findall(r'action="(/tokens/t-\w+/revoke)"', listed)
        assert post(office, revoke).status_code == 303
        assert api.get("/v1/dealer/keys").status_code == 401
    assert post(office, "/tokens", name="erp", role="dealer", dealer="D9").status_code == 422
    assert post(office, "/tokens", name="erp", role="system").status_code == 422


def test_somebody_real_ends_the_offer_to_try_the_demos_accounts(
    site: RunningSite, office: httpx.Client, stranger: httpx.Client
) -> None:
    with site.client() as client:
        join(client, link_in(post(office, "/accounts", role_marketing="1")), "real-one")
    assert "/sign-in/demo" not in stranger.get("/sign-in").text
    form = {"form_token": token_in(stranger.get("/sign-in").text)}
    answer = stranger.post("/sign-in/demo", data=form | {"actor": actor_of(site, "office")})
    assert answer.status_code == 401
    assert stranger.get("/me").status_code == 303


@pytest.mark.parametrize("role", ROLES)
def test_every_role_stands_alone_or_says_which_dealer_it_needs(role: str) -> None:
    dealer = "D1" if ROLES[role].of_dealer else None  # type: ignore[index]
    assert checked_roles([role], dealer) == (role,)
