"""Whatever stands in an address or a form, a page answers; nothing that is typed breaks it."""

import re
from random import Random
from urllib.parse import quote, urlencode
from uuid import uuid4

import httpx
import pytest

from crm.accounts.roles import AccountRole
from tests.integration.web.roles import Told, pages, told
from tests.integration.web.sites import token_in

__all__ = ["told"]

NAMES = (
    *("month", "page", "days", "step", "from", "to", "at", "day", "on", "since", "until", "year"),
    *("sort", "file", "columns", "query", "text", "said", "saved", "value", "dimension", "about"),
    *("data", "name", "act", "month", "starts_on", "starts", "ends_on", "written_at", "amount"),
    *("quantity", "price", "roles", "keys", "steps", "compare", "by", "form", "asked", "chosen"),
    *("reason", "field", "cell", "deleted", "line", "of_id", "of_source", "card_id", "member"),
)
VALUES = (
    *("", "\x00", "\u202e\u200f", "9" * 400, "-1", "1e309", "9999-12", "9999-12-31", "0001-01"),
    *("0001-01-01", "2026-02-30", "2026-W01-1", "٣٤٥", "²", "NaN", "[" * 500, "{}", "%00", ".."),
    *("'\"><script>", "a\r\nSet-Cookie: x=1", "1" * 19, "24:00", "\ufdfa" * 100, "１２", "a/b"),
    *("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "https://127.0.0.1/", "1_0"),
)
APART = ("/sign-out", "/me/password", "/me/second-factor")
"""They end the session, or are slowed on purpose."""


@pytest.mark.parametrize("role", ["headquarters", "dealer"])
def test_no_odd_value_in_an_address_or_a_form_breaks_a_page(told: Told, role: AccountRole) -> None:
    dice, wrong = Random(6), []
    with told.client(role) as client:
        token = token_in(client.get("/me").text)
        for method, path in pages():
            if path in APART:
                continue

            def filled(found: re.Match[str]) -> str:
                if dice.random() < 0.5:
                    return told.address(found[0], role)
                return quote(dice.choice(VALUES), safe="") or "x"

            address = re.sub(r"\{\w+\}", filled, path)
            fields = {name: dice.choice(VALUES) for name in NAMES}
            answer = _sent(client, method, address, {**fields, "form_id": str(uuid4())}, token)
            if answer.status_code >= 500 and answer.status_code != 503:
                wrong.append(f"{method} {address}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def _sent(
    client: httpx.Client, method: str, address: str, fields: dict[str, str], token: str
) -> httpx.Response:
    if method == "GET":
        return client.get(f"{address}?{urlencode(fields)}")
    return client.post(address, data={**fields, "form_token": token})


def test_the_last_month_of_the_calendar_is_no_month_of_statements(told: Told) -> None:
    with told.client("headquarters") as client:
        for month in ("9999-12", "9999-11", "0001-01", "10000-01"):
            assert client.get(f"/statements?month={month}").status_code == 200, month


def test_a_sheet_that_is_carried_in_other_letters_is_no_sheet(told: Told) -> None:
    with told.client("headquarters") as client:
        form = {"form_token": token_in(client.get("/me").text), "name": "a.xlsx", "act": "look"}
        for data in ("\ufdfa", "=", "é" * 40, "UEsDB"):
            answer = client.post("/sheets/A-today", data={**form, "data": data})
            assert answer.status_code == 422, data
