"""Every endpoint × role × foreign dealer: who may not know a row learns nothing of it.

For a dealer every answer is the same, byte for byte, whether or not another dealer knows a person.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest

from campaigns.intake import HEADQUARTERS
from campaigns.times import SECOND_US
from crm.accounts.tokens import TokenRole
from crm.clock import now_us
from crm.copies.queries import copy_now
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.web.guards.site import Site
from tests.installations import Installation, clock
from tests.integration.feed.dealers import card, consent, contract
from tests.integration.web.sites import RunningSite, serving

NOTHING = hashlib.sha256(b"").hexdigest()
PUBLIC_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="

Asking = Callable[[httpx.Client, str], httpx.Response]
"""Asks an endpoint, given the key of a row of D1."""


def _receipt(client: httpx.Client, key: str) -> httpx.Response:
    receipt = {"day": "2026-05-03", "up_to": 1, "rows": 1, "digest": NOTHING, "at": ""}
    body = {"receipt": receipt | {"dealer": "D1"}, "signature": "AAAA"}
    return client.post("/v1/dealer/receipts", json=body)


def _acknowledge(client: httpx.Client, key: str) -> httpx.Response:
    said = {"up_to": 0, "rows": 0, "digest": NOTHING, "at": ""}
    return client.post("/v1/dealer/acknowledge", json=said)


ENDPOINTS: dict[tuple[str, str], tuple[Asking, ...]] = {
    ("GET", "/v1/dealer/changes"): (
        lambda client, key: client.get("/v1/dealer/changes"),
        lambda client, key: client.get("/v1/dealer/changes?dealer=D1&after=0&limit=5000"),
        lambda client, key: client.get(f"/v1/dealer/changes?after={2**53 - 1}"),
    ),
    ("POST", "/v1/dealer/rows"): (
        lambda client, key: client.post("/v1/dealer/rows", json={"keys": [key]}),
    ),
    ("GET", "/v1/dealer/buckets"): (
        lambda client, key: client.get("/v1/dealer/buckets"),
        lambda client, key: client.get(f"/v1/dealer/buckets?prefix={key[:4]}"),
        lambda client, key: client.get(f"/v1/dealer/buckets?prefix={key[:4]}&rows=true"),
    ),
    ("POST", "/v1/dealer/acknowledge"): (_acknowledge,),
    ("POST", "/v1/dealer/receipts"): (_receipt,),
    ("GET", "/v1/dealer/receipts"): (
        lambda client, key: client.get("/v1/dealer/receipts?dealer=D1"),
    ),
    ("GET", "/v1/dealer/keys"): (lambda client, key: client.get("/v1/dealer/keys?dealer=D1"),),
    ("POST", "/v1/dealer/keys"): (
        lambda client, key: client.post("/v1/dealer/keys", json={"public_key": PUBLIC_KEY}),
    ),
    # Of a person of its own; of anybody else tests/integration/web/test_dealer_check.py tells.
    ("POST", "/v1/dealer/check"): (
        lambda client, key: client.post(
            "/v1/dealer/check", json={"name": "王桂英", "phone": "13800001111"}
        ),
    ),
}
ASKINGS = [(endpoint, asking) for endpoint, many in ENDPOINTS.items() for asking in many]


@dataclass
class World:
    """A running site whose clock stands still."""

    running: RunningSite
    key_of_d1: str = ""

    @contextmanager
    def client(self, role: TokenRole | None, dealer: str | None = None) -> Iterator[httpx.Client]:
        """A caller; None: without a token."""
        token = role and self.running.token(role, dealer)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with self.running.client(**headers) as client:
            yield client

    def ask(
        self, asking: Asking, key: str, role: TokenRole | None, dealer: str | None = None
    ) -> httpx.Response:
        """One answer."""
        with self.client(role, dealer) as client:
            return asking(client, key)


def _site(installation: Installation, lines: list[Any], at_us: int) -> Site:
    with clock(at_us):
        written = [orjson.dumps(each) for each in lines]
        receipts = installation.intake.accept(written, HEADQUARTERS)
        assert {receipt.status for receipt in receipts} == {"accepted"}
        installation.work()
    site = Site(installation.engine, installation.keyring, installation.intake, b"x" * 32)
    object.__setattr__(site, "now_us", lambda: at_us)
    return site


@pytest.fixture(scope="module")
def worlds() -> Iterator[tuple[World, World]]:
    """In the first D1 and D2 know the person, in the second D2 alone."""
    always = [contract("D2"), card("c1"), consent("c1", "D2"), card("c2", "李秀兰")]
    more = [contract("D1", "310000"), card("c9", "赵桂芳", "310115")]
    of_d1 = [consent("c9", "D1"), consent("c2", "D1"), consent("c1", "D1")]
    named = card("c1n", "王桂英", "310115")
    of_d1 += [named, consent("c1n", "D1")]
    at_us = now_us() + SECOND_US
    with Installation() as one, Installation() as other:
        sites = _site(one, [*always, *more, *of_d1], at_us), _site(other, always, at_us)
        with reading(one.engine) as connection:
            rows = list(copy_now(HEADQUARTERS_SCOPE, connection, "D1"))
        assert len(rows) == 2
        with serving(sites[0]) as first, serving(sites[1]) as second:
            yield World(first, rows[0].key), World(second)


def test_the_matrix_knows_every_endpoint_for_dealers(worlds: tuple[World, World]) -> None:
    with worlds[0].client(None) as client:
        paths = client.get("/openapi.json").json()["paths"]
    known = {
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/v1/dealer/")
    }
    assert known == set(ENDPOINTS)


@pytest.mark.parametrize(("endpoint", "asking"), ASKINGS)
@pytest.mark.parametrize(("role", "status"), [("headquarters", 403), ("staff", 403), (None, 401)])
def test_nobody_but_a_dealer_is_answered(
    worlds: tuple[World, World],
    endpoint: tuple[str, str],
    asking: Asking,
    role: TokenRole | None,
    status: int,
) -> None:
    answer = worlds[0].ask(asking, worlds[0].key_of_d1, role)
    assert answer.status_code == status
    assert worlds[0].key_of_d1 not in answer.text
    assert "D1" not in answer.text


@pytest.mark.parametrize(("endpoint", "asking"), ASKINGS)
def test_a_foreign_dealer_gets_the_same_bytes_whether_or_not_another_knows_the_person(
    worlds: tuple[World, World], endpoint: tuple[str, str], asking: Asking
) -> None:
    key = worlds[0].key_of_d1
    with_d1, without = (world.ask(asking, key, "dealer", "D2") for world in worlds)
    assert with_d1.status_code == without.status_code
    assert with_d1.content == without.content
    headers = [{**each.headers, "date": ""} for each in (with_d1, without)]
    assert headers[0] == headers[1]


@pytest.mark.parametrize(("endpoint", "asking"), ASKINGS)
def test_what_a_foreign_dealer_is_told_names_neither_the_other_nor_its_rows(
    worlds: tuple[World, World], endpoint: tuple[str, str], asking: Asking
) -> None:
    world = worlds[0]
    answer = world.ask(asking, world.key_of_d1, "dealer", "D2")
    told = answer.text
    if endpoint != ("POST", "/v1/dealer/rows"):
        assert world.key_of_d1 not in told
    for hidden in ('"D1"', "赵桂芳", "李秀兰", "310115"):
        assert hidden not in told


def test_the_dealer_itself_is_answered(worlds: tuple[World, World]) -> None:
    world = worlds[0]
    key = world.key_of_d1
    for endpoint, askings in ENDPOINTS.items():
        statuses = {world.ask(asking, key, "dealer", "D1").status_code for asking in askings}
        wanted = {400} if endpoint == ("POST", "/v1/dealer/receipts") else {200}
        assert statuses == wanted, endpoint
    assert key in world.ask(ENDPOINTS["GET", "/v1/dealer/changes"][0], key, "dealer", "D1").text
