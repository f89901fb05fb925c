"""How large and how slow a request's body may be, held before anybody parses it.

Small bodies are read here, whole, so that the application meets none that is half there. The large
ones of the interface are read by their operation once it knows who sends; what is read is counted
and timed here all the same. Who is answered before the body was read to its end gets the answer:
what still comes is thrown away for a moment, then the connection is closed.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm.web.guards.attempts import network_of
from crm.web.guards.reading_pace import UNPACED_BYTES, ReadingPace
from crm.web.guards.refusals import Answer, Refusals

LARGEST_EVENTS_BYTES = 32 * 1024 * 1024
LARGEST_ATTACHMENT_BYTES = 5 * 1024 * 1024
LARGEST_DEALER_BODY_BYTES = 64 * 1024
LARGEST_QUESTION_BYTES = 4 * 1024
LARGEST_FORM_BYTES = 64 * 1024
LARGEST_SIGN_IN_BYTES = 8 * 1024
LARGEST_SIGNED_FORM_BYTES = 640 * 1024
"""Of a form with a drawn signature, whose picture a browser writes with three letters for some."""
LARGEST_TEXT_FORM_BYTES = 640 * 1024
"""Of long texts, where a browser writes nine letters for each Chinese one: letters, policies."""
LARGEST_ANSWER_FORM_BYTES = 2 * 1024 * 1024
"""Of a bank's answer: pasted, 200,000 letters, or its file."""
LARGEST_TICKED_FORM_BYTES = 512 * 1024
"""Of the rows of a dealer's copy that are ticked: 5,000, each by a key of 64 letters."""
LARGEST_SHEET_FORM_BYTES = 1536 * 1024
"""Of a sheet in a page, which carries the file in letters and the cells that were mended."""

LONGEST_PAUSE_SECONDS = 10.0
PATIENCE_SECONDS = 20.0
SLOWEST_BYTES_PER_SECOND = 4 * 1024
"""Held after the patience is over: a hall with a bad network is slow, and not at a stand."""
_LINGER_SECONDS = 1.0
_LINGER_BYTES = 8 * 1024 * 1024
_MOST_LINGERING = 4
"""What is thrown away costs the reading all the same: little at once, and of few callers."""
BODIES_OF_A_NETWORK, BODIES_AT_ONCE = 64, 256
RETRY_AFTER_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Bound:
    """Of one operation. is_streamed: it reads its body itself."""

    largest_bytes: int
    is_streamed: bool = False


_FORM = Bound(LARGEST_FORM_BYTES)
_BOUNDS: tuple[tuple[str, re.Pattern[str], Bound], ...] = tuple(
    (method, re.compile(path), bound)
    for method, path, bound in (
        ("POST", r"/v1/events", Bound(LARGEST_EVENTS_BYTES, is_streamed=True)),
        ("POST", r"/v1/attachments", Bound(LARGEST_ATTACHMENT_BYTES, is_streamed=True)),
        ("POST", r"/v1/dealer/check", Bound(LARGEST_QUESTION_BYTES)),
        ("POST", r"/v1/.*", Bound(LARGEST_DEALER_BODY_BYTES)),
        ("POST", r"/sign-in.*|/language", Bound(LARGEST_SIGN_IN_BYTES)),
        ("POST", r"/sheets/.*", Bound(LARGEST_SHEET_FORM_BYTES)),
        ("POST", r"/letters.*|/policies.*", Bound(LARGEST_TEXT_FORM_BYTES)),
        ("POST", r"/copy/.*", Bound(LARGEST_TICKED_FORM_BYTES)),
        ("POST", r"/rewards/files/[^/]+/answer", Bound(LARGEST_ANSWER_FORM_BYTES)),
        ("POST", r"/log/.*|/people/[^/]+/consent", Bound(LARGEST_SIGNED_FORM_BYTES)),
        ("POST", r".*", _FORM),
    )
)


def bound_of(method: str, path: str) -> Bound:
    """The bound of an operation; a method that brings no body anywhere is refused by the
    application, and until then is read like a small form."""
    for of_method, pattern, bound in _BOUNDS:
        if method == of_method and pattern.fullmatch(path):
            return bound
    return _FORM


class BodyRefused(Exception):
    """The body is not read on. status: 413 (too large) or 408 (too slow)."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass
class Gate:
    """How many bodies are being read at once, of each network and in all."""

    of_a_network: int = BODIES_OF_A_NETWORK
    in_all: int = BODIES_AT_ONCE
    reading: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def entered(self, network: str) -> Iterator[bool]:
        """Whether one more may be read; it counts until the block is left."""
        is_open = self.reading[network] < self.of_a_network
        is_open = is_open and self.reading.total() < self.in_all
        self.reading[network] += is_open
        try:
            yield is_open
        finally:
            self.reading[network] -= is_open
            if not self.reading[network]:
                del self.reading[network]


@dataclass
class Body:
    """The body of one request, as far as it has come."""

    receive: Receive
    bound: Bound
    clock: Callable[[], float] = time.monotonic
    pace: ReadingPace = field(default_factory=ReadingPace)
    size_bytes: int = 0
    is_whole: bool = False
    began: float = field(init=False)

    def __post_init__(self) -> None:
        """From now on it is timed."""
        self.began = self.clock()

    async def next(self) -> Message:
        """The next piece; BodyRefused when it is too large by then, or does not come."""
        if self.is_whole:
            return await self.receive()
        message = await self._in_time()
        self._note(message)
        if self.size_bytes > self.bound.largest_bytes:
            raise BodyRefused(413)
        if self.size_bytes > UNPACED_BYTES and not self.is_whole:
            await self.pace.rest(len(message.get("body", b"")))
        return message

    async def whole(self) -> bytes:
        """All of it."""
        pieces = []
        while not self.is_whole:
            pieces.append((await self.next()).get("body", b""))
        return b"".join(pieces)

    async def drain(self) -> None:
        """Throw away what still comes, for a moment."""
        ends, most = self.clock() + _LINGER_SECONDS, self.size_bytes + _LINGER_BYTES
        while not self.is_whole and self.size_bytes < most and self.clock() < ends:
            try:
                async with asyncio.timeout(ends - self.clock()):
                    size_bytes = self._note(await self.receive())
                    await self.pace.rest(size_bytes)
            except TimeoutError:
                return

    async def _in_time(self) -> Message:
        spent = self.clock() - self.began
        allowed = PATIENCE_SECONDS + self.size_bytes / SLOWEST_BYTES_PER_SECOND
        if spent >= allowed:
            raise BodyRefused(408)
        try:
            async with asyncio.timeout(min(LONGEST_PAUSE_SECONDS, allowed - spent)):
                return await self.receive()
        except TimeoutError as error:
            raise BodyRefused(408) from error

    def _note(self, message: Message) -> int:
        size_bytes = len(message.get("body", b""))
        self.size_bytes += size_bytes
        self.is_whole = message["type"] != "http.request" or not message.get("more_body", False)
        return size_bytes


@dataclass
class Bounds:
    """Holds the bounds around an application; `answer` makes the answer of a status."""

    app: ASGIApp
    answer: Callable[[Request, int], Response]
    gate: Gate = field(default_factory=Gate)
    refusals: Refusals = field(default_factory=Refusals)
    pace: ReadingPace = field(default_factory=ReadingPace)
    lingering: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        announced = headers.get("content-length", "0")
        is_chunked = "transfer-encoding" in headers
        bound = bound_of(scope["method"], scope["path"])
        body = Body(receive, bound, pace=self.pace)
        body.is_whole = announced == "0" and not is_chunked
        if body.is_whole:
            await self.app(scope, receive, send)
            return
        network = network_of((scope.get("client") or ("", 0))[0])
        answer = Answer(self._lingering(body, send))
        if announced.isdecimal() and int(announced) > bound.largest_bytes:
            await self._refuse(scope, answer, 413)
        else:
            await self._take(scope, body, answer, network)
        await answer.say(self.refusals, network)

    async def _take(self, scope: Scope, body: Body, send: Send, network: str) -> None:
        with self.gate.entered(network) as is_open:
            if not is_open:
                await self._refuse(scope, send, 503)
            elif body.bound.is_streamed:
                await self.app(scope, body.next, send)
            else:
                await self._read_first(scope, body, send)

    async def _read_first(self, scope: Scope, body: Body, send: Send) -> None:
        try:
            whole = await body.whole()
        except BodyRefused as refused:
            await self._refuse(scope, send, refused.status)
            return
        pieces: list[Message] = [{"type": "http.request", "body": whole, "more_body": False}]

        async def replay() -> Message:
            return pieces.pop() if pieces else await body.receive()

        await self.app(scope, replay, send)

    async def _refuse(self, scope: Scope, send: Send, status: int) -> None:
        response = self.answer(Request(scope), status)
        if status == 503:
            response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        await response(scope, _nothing, send)

    def _lingering(self, body: Body, send: Send) -> Send:
        """The way back: an answer is not lost because its request was still on the way."""

        async def send_all(message: Message) -> None:
            if body.is_whole:
                await send(message)
            elif message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Connection"] = "close"
                await send(message)
            elif message.get("more_body", False) or self.lingering >= _MOST_LINGERING:
                await send(message)
            else:
                await send({**message, "more_body": True})
                self.lingering += 1
                try:
                    await body.drain()
                finally:
                    self.lingering -= 1
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        return send_all


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
