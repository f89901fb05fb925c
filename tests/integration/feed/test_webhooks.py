"""Webhooks over a real server: signed, tried again, given up; never into the house."""

import hashlib
import hmac
import http.server
import json
import os
import queue
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from campaigns.times import DAY_US, SECOND_US
from crm.clock import now_us
from crm.copies.webhook_signatures import signature
from crm.feed.calling import AddressRefused, call, checked_url, is_open
from crm.feed.webhooks import (
    WAITS_SECONDS,
    Caller,
    Webhook,
    add_webhook,
    remove_webhook,
    webhooks,
)
from crm.storage.database import reading
from tests.integration.feed.dealers import Company, shared
from tests.source_tree import ROOT

VECTORS: list[dict[str, Any]] = json.loads(
    Path(ROOT, "tests/unit/crm/copies/webhook_vectors.json").read_text("utf-8")
)["vectors"]


@dataclass
class Receiver:
    """A dealer's server: what came, and how it answers."""

    url: str
    status: int = 204
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    told: "queue.Queue[bytes]" = field(default_factory=queue.Queue)


@dataclass
class Clock:
    """Stands where `time` does."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listens on this machine."""
    found = Receiver("")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.came.append(({k.lower(): v for k, v in self.headers.items()}, body))
            found.told.put(body)
            self.send_response(found.status)
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/jinxi?to=1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def caller(company: Company) -> Caller:
    return Caller(company.running.site.engine, company.running.site.keyring, loopback=True)


def added(company: Company, url: str) -> str:
    """Its secret."""
    site = company.running.site
    return add_webhook(site.engine, site.keyring, "D1", url, now_us(), loopback=True)[1]


def only(company: Company) -> Webhook:
    with reading(company.running.site.engine) as connection:
        (found,) = webhooks(connection)
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_published_vector_gives_its_signature(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    given = signature(vector["secret"], vector["id"], vector["timestamp"], body)
    assert given == vector["signature"]


def test_a_change_is_told_once_signed_and_says_nothing_of_anybody(
    company: Company, receiver: Receiver
) -> None:
    secret = added(company, receiver.url)
    assert caller(company).call_due(now_us()) == 0
    company.take(*shared("c1", "D1"))
    at_us = now_us()
    assert caller(company).call_due(at_us) == 1
    assert caller(company).call_due(at_us) == 0
    ((headers, body),) = receiver.came
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(secret.removeprefix("whsec_"))
    wanted = hmac.digest(key, signed, hashlib.sha256)
    assert b64decode(headers["webhook-signature"].removeprefix("v1,")) == wanted
    assert int(headers["webhook-timestamp"]) == at_us // SECOND_US
    told = json.loads(body)
    assert (set(told), set(told["data"])) == ({"type", "timestamp", "data"}, {"last"})
    assert (told["type"], told["data"]["last"]) == ("copy.changed", only(company).told_up_to)


def test_the_secret_stands_nowhere_in_plain(company: Company, receiver: Receiver) -> None:
    secret = added(company, receiver.url)
    assert secret.encode() not in only(company).sealed
    assert b64decode(secret.removeprefix("whsec_")) not in only(company).sealed


def test_a_failure_is_tried_again_after_ever_longer_waits_under_the_same_id(
    company: Company, receiver: Receiver
) -> None:
    added(company, receiver.url)
    company.take(*shared("c1", "D1"))
    receiver.status = 500
    at_us = now_us()
    for attempt, wait_seconds in enumerate(WAITS_SECONDS, 1):
        assert caller(company).call_due(at_us) == 1
        assert caller(company).call_due(at_us + wait_seconds * SECOND_US - 1) == 0
        assert (only(company).state, only(company).attempts) == ("failing", attempt)
        at_us += wait_seconds * SECOND_US
    receiver.status = 200
    assert caller(company).call_due(at_us) == 1
    assert (only(company).state, only(company).trouble) == ("ok", None)
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1


def test_it_is_given_up_after_days_and_shown(company: Company, receiver: Receiver) -> None:
    added(company, receiver.url)
    company.take(*shared("c1", "D1"))
    receiver.status = 503
    at_us = now_us()
    assert caller(company).call_due(at_us) == 1
    assert caller(company).call_due(at_us + 3 * DAY_US) == 1
    assert (only(company).state, only(company).trouble) == ("given_up", "HTTP 503")
    assert caller(company).call_due(at_us + 9 * DAY_US) == 0


def test_a_receiver_that_says_it_is_gone_is_called_no_more(
    company: Company, receiver: Receiver
) -> None:
    added(company, receiver.url)
    company.take(*shared("c1", "D1"))
    receiver.status = 410
    assert caller(company).call_due(now_us()) == 1
    assert only(company).state == "given_up"
    assert remove_webhook(company.running.site.engine, only(company).webhook_id, now_us())
    assert not remove_webhook(company.running.site.engine, "wh_0", now_us())


def test_who_is_silent_keeps_nobody_waiting_and_no_call_is_signed_with_an_old_time(
    company: Company, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [f"{receiver.url}&{name}" for name in ("silent", "a", "b")]
    for url in urls:
        added(company, url)
    company.take(*shared("c1", "D1"))
    called: list[str] = []

    def slowly(url: str, *_: Any, **__: Any) -> int:
        called.append(url)
        clock.seconds += 15
        if url == urls[0]:
            raise TimeoutError
        return 204

    clock = Clock()
    monkeypatch.setattr("crm.feed.webhooks.call", slowly)
    monkeypatch.setattr("crm.feed.webhooks.time", clock)
    at_us = now_us()
    for number in range(4):
        assert caller(company).call_due(at_us + number * 15 * SECOND_US) == 1
    assert called == [*urls, urls[0]]


def test_a_redirect_is_not_followed(company: Company, receiver: Receiver) -> None:
    added(company, receiver.url)
    company.take(*shared("c1", "D1"))
    receiver.status = 307
    caller(company).call_due(now_us())
    assert (only(company).trouble, len(receiver.came)) == ("HTTP 307", 1)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://erp.example/", "https"),
        ("ftp://erp.example/", "https"),
        ("https://", "url"),
        ("https://me:secret@erp.example/", "url"),
        ("https://erp.example:99999/", "url"),
        ("https://erp.example/ x", "url"),
        ("https://erp.example/\r\nx", "url"),
        ("https://127.0.0.1/", "private"),
        ("https://10.1.2.3/", "private"),
        ("https://192.168.0.1/", "private"),
        ("https://169.254.169.254/latest", "private"),
        ("https://0.0.0.0/", "private"),
        ("https://224.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://[fe80::1]/", "private"),
        ("https://[fd00::1]/", "private"),
        ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://[64:ff9b::a00:1]/", "private"),
        ("https://[2002:a00:1::]/", "private"),
    ],
)
def test_what_is_not_https_to_the_open_internet_is_refused(url: str, why: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        checked_url(url, loopback=False)
    assert refused.value.why == why


def test_a_name_that_leads_into_the_house_is_not_called(receiver: Receiver) -> None:
    url = receiver.url.replace("http:", "https:").replace("127.0.0.1", "localhost")
    with pytest.raises(AddressRefused) as refused:
        call(url, b"{}", {}, loopback=False)
    assert refused.value.why == "private"
    assert receiver.came == []


def test_addresses_of_the_open_internet_are_open() -> None:
    for address in ("8.8.8.8", "2606:4700::1111"):
        assert is_open(ip_address(address), loopback=False)
    assert is_open(ip_address("127.0.0.1"), loopback=True)
    assert not is_open(ip_address("10.0.0.1"), loopback=True)


def test_the_sender_goes_on_after_it_was_killed(
    company: Company, receiver: Receiver, tmp_path: Path
) -> None:
    added(company, receiver.url)
    environment = {**os.environ, "JINXI_DATA": str(tmp_path), "JINXI_WEBHOOKS_TO_LOOPBACK": "1"}
    for number in (1, 2):
        company.take(*shared(f"c{number}", "D1", f"王{number}"))
        with subprocess.Popen(
            [sys.executable, "-m", "streams.serving.webhook_sender"], env=environment, cwd=ROOT
        ) as sender:
            try:
                body = receiver.told.get(timeout=60)
            finally:
                sender.kill()
        assert json.loads(body)["type"] == "copy.changed"
