"""A request that stands half-way holds nothing for long, and a large one nobody up."""

import contextlib
import re
import socket
from collections.abc import Iterator

import httpx
import pytest

from crm.web.guards import bounds
from streams.serving.connections import TimedConnection
from tests.integration.web.sites import RunningSite, sign_in, token_in

HEAD = b"POST /people HTTP/1.1\r\nHost: here\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TimedConnection, "head_seconds", 0.3)
    monkeypatch.setattr(bounds, "LONGEST_PAUSE_SECONDS", 0.3)
    monkeypatch.setattr(bounds, "_LINGER_SECONDS", 0.1)


@contextlib.contextmanager
def connected(site: RunningSite) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", site.listener.port), timeout=60) as caller:
        yield caller


def rest_of(caller: socket.socket) -> bytes:
    """What comes until the server closes."""
    came = b""
    with contextlib.suppress(ConnectionError):
        while piece := caller.recv(65_536):
            came += piece
    return came


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("sent", [b"", b"P", HEAD, HEAD + b"X-Long: "])
def test_a_head_that_does_not_come_is_not_waited_for(site: RunningSite, sent: bytes) -> None:
    with connected(site) as caller:
        caller.sendall(sent)
        assert rest_of(caller) == b""


@pytest.mark.usefixtures("impatient")
def test_a_second_head_is_not_waited_for_either(site: RunningSite) -> None:
    """After its first byte the server's own limit on idle connections no longer counts."""
    with connected(site) as caller:
        caller.sendall(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
        answer = b""
        while b'"ok"' not in answer:
            answer += caller.recv(65_536)
        caller.sendall(b"G")
        assert rest_of(caller) == b""


@pytest.mark.usefixtures("impatient")
def test_a_body_that_does_not_come_is_answered_and_closed(site: RunningSite) -> None:
    with connected(site) as caller:
        caller.sendall(HEAD + FORM + b"Content-Length: 100\r\n\r\nname=")
        answer = rest_of(caller)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert "网络太慢".encode() in answer


def test_six_megabytes_of_ampersands_are_refused_before_they_are_parsed(
    site: RunningSite,
) -> None:
    with site.client() as client:
        answer = client.post(
            "/people",
            content=b"&" * 6_000_000,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
    assert answer.status_code == 413
    assert "太大" in answer.text


@pytest.mark.parametrize(("fields", "status"), [(50, 303), (99, 303), (101, 413), (8_000, 413)])
def test_a_form_has_so_many_fields_and_no_more(site: RunningSite, fields: int, status: int) -> None:
    with site.client() as client:
        body = "&".join(["a=1"] * fields)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        assert client.post("/people", content=body, headers=kind).status_code == status


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_what_is_no_form_is_not_taken_for_one(site: RunningSite, kind: str) -> None:
    with site.client() as client:
        answer = client.post("/people", content=b"a=1", headers={"content-type": kind})
    assert answer.status_code == 415


def test_only_proxies_that_are_named_say_where_a_request_comes_from(site: RunningSite) -> None:
    site.user("behind", "staff")
    with site.client() as client:
        statuses = []
        for number in range(7):
            client.headers["X-Forwarded-For"] = f"198.51.{number}.7"
            statuses.append(sign_in(client, "behind", "a-wrong-guess").status_code)
    assert statuses == [401] * 5 + [429] * 2


def test_a_sender_that_sends_rubbish_is_asked_to_wait(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = {"content-type": "application/cloudevents-batch+json"}
    turns = site.site.budget.bytes
    now = turns.clock()
    monkeypatch.setattr(turns, "clock", lambda: now)
    with site.client(Authorization=f"Bearer {site.token()}") as hostile:
        statuses = [
            hostile.post("/v1/events", content=b"[" + b"0," * 20_000 + b"0]", headers=kind)
            for _ in range(18)
        ]
    with site.client(Authorization=f"Bearer {site.token()}") as honest:
        taken = honest.post("/v1/events", content=b"[]", headers=kind)
    assert [answer.status_code for answer in statuses] == [413] * 16 + [429] * 2
    assert int(statuses[-1].headers["retry-after"]) > 0
    assert taken.status_code == 200


def test_a_drawn_signature_of_any_honest_length_is_taken(site: RunningSite) -> None:
    """Sixteen thousand letters were the end of a field once, and a long name needs more."""
    site.user("signer", "staff")
    with site.client() as client:
        sign_in(client, "signer")
        form = {"form_token": token_in(client.get("/me").text), "signature": "A" * 390_000}
        answer: httpx.Response = client.post("/log/A-none/submit", data=form)
    assert answer.status_code == 404
    assert re.search("没有找到", answer.text)
