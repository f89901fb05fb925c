"""The table of roles held against everything there is: each page, form and operation is open to
whom it says, refused to everybody else, and nobody is shown a way to what would be refused.
"""

import re

import httpx
import pytest

from campaigns.catalogue import CATALOGUE
from crm.accounts.people import Account
from crm.accounts.roles import ROLES, AccountRole, scope_of
from crm.accounts.tokens import TOKEN_ROLES, TokenRole
from crm.web.api.lists import LISTS
from tests.integration.web.roles import OPENS, Told, pages, told
from tests.integration.web.sites import (
    token_in,
)

__all__ = ["told"]


def test_the_matrix_holds_every_page_there_is() -> None:
    assert {f"{method} {path}" for method, path in pages()} == OPENS.keys()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_and_form_is_open_to_whom_the_table_says_and_to_nobody_else(
    told: Told, role: AccountRole
) -> None:
    account, wrong = told.accounts[role], []
    with told.client(role) as client:
        token = token_in(client.get("/me").text)
        for method, path in pages():
            if path == "/sign-out":
                continue
            address = told.address(path, role)
            if method == "GET":
                answer = client.get(address)
            else:
                form = {"form_token": token, "field": "name", "text": "x"}
                answer = client.post(address, data=form)
            is_open = OPENS[f"{method} {path}"](account)
            if (answer.status_code != 403) != is_open or answer.status_code >= 500:
                wrong.append(f"{method} {address}: {answer.status_code}, open: {is_open}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_shown_a_way_to_what_would_be_refused(told: Told, role: AccountRole) -> None:
    account, wrong = told.accounts[role], []
    seen: set[str] = set()
    forms = [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", name.lower()) + r"\Z"), is_open)
        for name, is_open in OPENS.items()
    ]
    with told.client(role) as client:
        landing = client.post("/sign-in/demo", data=_demo_form(client, account))
        waiting = [landing.headers["location"], "/", "/me"]
        while waiting and len(seen) < 80:
            path = waiting.pop(0)
            if _kind(path) in seen:
                continue
            seen.add(_kind(path))
            answer = client.get(path, follow_redirects=True)
            if answer.status_code != 200:
                wrong.append(f"{path}: {answer.status_code}")
            page = answer.text
            waiting += re.findall(r'<a [^>]*href="(/[^"#]*)"', page.replace("&amp;", "&"))
            for form in re.findall(r"<form [^>]*>", page):
                sent = _sent_by(form)
                if sent and not any(
                    fits.match(sent) and is_open(account) for fits, is_open in forms
                ):
                    wrong.append(f"{path} offers {sent}")
    assert not wrong, "\n".join(wrong)
    assert len(seen) > 3


def _sent_by(form: str) -> str:
    """The request that a form makes, as the matrix writes it; empty: to the page it stands on."""
    action = re.search(r'action="([^"#?]*)', form)
    method = re.search(r'method="(\w+)"', form)
    return f"{method[1] if method else 'get'} {action[1].lower()}" if action else ""


def _demo_form(client: httpx.Client, account: Account) -> dict[str, str]:
    return {"form_token": token_in(client.get("/me").text), "actor": account.actor}


def _kind(path: str) -> str:
    """Pages of one kind are walked once: ids and numbers are cut out."""
    return re.sub(r"/[0-9a-f-]{20,}|/A-[^/?]+|=\d+", "/…", path)


@pytest.mark.parametrize("role", ROLES)
def test_the_first_page_offers_one_thing_to_do(told: Told, role: AccountRole) -> None:
    with told.client(role) as client:
        page = client.get("/")
        if page.status_code == 200:
            main = page.text.partition("<main")[2]
            (first,) = re.findall(r'<a class="button primary" href="([^"]+)"', main)
            assert client.get(first).status_code == 200


def test_what_people_say_has_somebody_who_may_say_it() -> None:
    said = frozenset().union(*(role.says for role in ROLES.values()))
    assert said == CATALOGUE.keys() - {"day.reached"}


FOR_EVERY_TOKEN = (
    *("GET /health", "POST /v1/events", "GET /v1/events"),
    *("POST /v1/attachments", "GET /v1/attachments/{evidence_sha256}"),
)
"""Beside these, which answer each token by what it asks for, and the lists, all are a dealer's."""


@pytest.mark.parametrize("role", TOKEN_ROLES)
def test_every_operation_is_open_to_whom_the_table_says(told: Told, role: TokenRole) -> None:
    dealer = "D1" if ROLES[role].of_dealer else None
    scope = scope_of(role, dealer=dealer)
    own = {f"GET {path}": scope.may(LISTS[path][0]) for path in LISTS}
    wrong = []
    token = told.running.token(role, dealer)
    with told.running.client(Authorization=f"Bearer {token}") as client:
        for path, methods in client.get("/openapi.json").json()["paths"].items():
            for method in map(str.upper, methods):
                named = f"{method} {path}"
                is_open = own.get(named, scope.may("own_copy") or named in FOR_EVERY_TOKEN)
                answer = client.request(method, path)
                if (answer.status_code not in (401, 403)) != is_open:
                    wrong.append(f"{method} {path}: {answer.status_code}, open: {is_open}")
    assert not wrong, "\n".join(wrong)
