"""Bodies: no more is read than the bound, no longer waited than the patience."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from crm.web.guards import bounds
from crm.web.guards.bounds import Body, BodyRefused, Bound, Bounds, Gate, bound_of
from crm.web.guards.reading_pace import ReadingPace

Message = MutableMapping[str, Any]


class Clock:
    """A clock that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


class Caller:
    """Sends pieces one after the other, and counts how many were taken."""

    def __init__(self, *pieces: bytes, after: Callable[[], None] = lambda: None) -> None:
        self.pieces, self.taken, self.after = pieces, 0, after

    async def __call__(self) -> Message:
        """The next piece; once all were taken, nothing."""
        if self.taken >= len(self.pieces):
            await asyncio.Event().wait()
        self.taken += 1
        self.after()
        more = self.taken < len(self.pieces)
        return {"type": "http.request", "body": self.pieces[self.taken - 1], "more_body": more}


def scope(path: str, method: str = "POST", **headers: str) -> Message:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "headers": raw,
        "query_string": b"",
        "client": ("192.0.2.1", 5),
    }


class Application:
    """Remembers the bodies that reach it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """One request."""
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.bodies.append(body)
        await PlainTextResponse("ok")(scope, receive, send)


def answer(_request: Request, status: int) -> Response:
    return PlainTextResponse("refused", status)


def ask(
    app: Application, request: Message, caller: Caller, gate: Gate | None = None
) -> tuple[int, dict[bytes, bytes]]:
    """(status, headers) of the answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    guarded = Bounds(app, answer, gate or Gate())
    asyncio.run(guarded(request, caller, send))
    assert sent[-1].get("more_body", False) is False
    return sent[0]["status"], dict(sent[0]["headers"])


@pytest.fixture(autouse=True)
def no_lingering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_LINGER_SECONDS", 0.01)


def test_what_is_announced_as_too_large_is_refused_before_a_byte_is_read() -> None:
    app, caller = Application(), Caller()
    status, headers = ask(app, scope("/people", content_length="6000000"), caller)
    assert (status, headers[b"connection"]) == (413, b"close")
    assert (app.bodies, caller.taken) == ([], 0)


def test_what_turns_out_too_large_is_read_no_further() -> None:
    app, caller = Application(), Caller(*[b"&" * 40_000] * 100)
    monkey = scope("/people", transfer_encoding="chunked")
    status, _ = ask(app, monkey, caller)
    assert status == 413
    assert app.bodies == []


def test_a_body_within_its_bound_reaches_the_application_whole() -> None:
    app, caller = Application(), Caller(b"a=1", b"&b=2")
    assert ask(app, scope("/people", content_length="7"), caller)[0] == 200
    assert app.bodies == [b"a=1&b=2"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT"])
def test_what_is_no_post_is_bounded_where_a_post_may_be_large(method: str) -> None:
    app = Application()
    request = scope("/v1/events", method, content_length="70000")
    assert ask(app, request, Caller(b"1" * 70_000))[0] == 413
    assert app.bodies == []


@pytest.mark.parametrize(
    ("path", "letters"),
    [("/letters", 12_000), ("/policies", 60_000), ("/rewards/files/1/answer", 200_000)],
)
def test_a_form_is_as_large_as_its_fields_may_be_in_chinese(path: str, letters: int) -> None:
    assert bound_of("POST", path).largest_bytes > letters * 9


def test_every_form_of_a_page_has_a_bound_of_its_own_and_none_is_large() -> None:
    for path in ("/sign-in", "/people", "/log/A1/submit", "/anything", "/me/password"):
        assert 0 < bound_of("POST", path).largest_bytes <= 640 * 1024


def test_a_body_that_pauses_too_long_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LONGEST_PAUSE_SECONDS", 0.01)
    app = Application()
    request = scope("/people", transfer_encoding="chunked")

    class Stuck(Caller):
        async def __call__(self) -> Message:
            """Never more than the first piece."""
            if self.taken:
                await asyncio.Event().wait()
            self.taken += 1
            return {"type": "http.request", "body": b"a", "more_body": True}

    assert ask(app, request, Stuck())[0] == 408
    assert app.bodies == []


def test_a_body_that_trickles_is_given_up_after_the_patience() -> None:
    clock = Clock()

    def later() -> None:
        clock.seconds += 9.0

    caller = Caller(*[b"a"] * 100, after=later)
    body = Body(caller, Bound(1_000), clock)
    with pytest.raises(BodyRefused) as refused:
        asyncio.run(body.whole())
    assert refused.value.status == 408
    assert caller.taken == 3


def test_a_slow_and_steady_body_is_taken() -> None:
    clock = Clock()

    def later() -> None:
        clock.seconds += 9.0

    pieces = [b"a" * 45_000] * 10
    body = Body(Caller(*pieces, after=later), Bound(1_000_000), clock)
    assert asyncio.run(body.whole()) == b"".join(pieces)


def test_only_so_many_bodies_are_read_at_once_from_one_network() -> None:
    gate = Gate(of_a_network=1)
    app = Application()
    request = scope("/people", content_length="3")
    with gate.entered("192.0.2.0/24"):
        status, headers = ask(app, request, Caller(b"a=1"), gate)
        assert (status, b"retry-after" in headers) == (503, True)
        other = {**request, "client": ("198.51.100.1", 5)}
        assert ask(app, other, Caller(b"a=1"), gate)[0] == 200
    assert ask(app, request, Caller(b"a=1"), gate)[0] == 200
    assert not gate.reading


class CountedPace(ReadingPace):
    """Says for how many bytes others had their turn."""

    def __init__(self) -> None:
        super().__init__()
        self.rested: list[int] = []

    async def rest(self, size_bytes: int) -> None:
        """Nobody waits in a test."""
        self.rested.append(size_bytes)


def test_a_large_body_lets_others_have_their_turn_and_a_short_one_is_read_at_once() -> None:
    pace = CountedPace()
    short = Body(Caller(b"a" * 1_000, b"b" * 1_000), Bound(10_000), pace=pace)
    asyncio.run(short.whole())
    assert pace.rested == []
    large = Body(Caller(*[b"a" * 50_000] * 4), Bound(1_000_000), pace=pace)
    asyncio.run(large.whole())
    assert pace.rested == [50_000] * 2


def test_a_refusal_is_said_once_the_application_is_done_with_the_body() -> None:
    done: list[str] = []

    class Refusing(Application):
        async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
            """Says no, and has still to clear up."""
            await PlainTextResponse("no", 400)(scope, receive, send)
            done.append("cleared up")

    sent: list[str] = []

    async def send(message: Message) -> None:
        sent.append(*done[-1:] or ["too early"])

    request = scope("/people", content_length="3")
    asyncio.run(Bounds(Refusing(), answer)(request, Caller(b"a=1"), send))
    assert sent == ["cleared up"] * 2
