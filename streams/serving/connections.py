"""Connections that stand half-way: a request's head must come in time, between requests too.

The server's own limit counts from the end of an answer, and the first byte of the next request
stops it for good; a caller that sends one byte now and then would hold its connection for ever.
"""

import asyncio
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 5
LARGEST_HEAD_BYTES = 32 * 1024
MOST_CONNECTIONS = 2_000


class TimedConnection(H11Protocol):
    """Closed where the head of a request does not come."""

    _head_timer: asyncio.TimerHandle | None = None
    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From the first moment on it is waited for a head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """A head that is not whole keeps the time that it had."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """What came meanwhile of the next request is timed as well."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self._close)

    def _stop(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _close(self) -> None:
        self._head_timer = None
        if self.conn.their_state is h11.IDLE:
            self.transport.close()


def server_settings() -> dict[str, Any]:
    """How the server is set up, for the product and for its tests.

    Whose word on a caller's address counts is the application's to say, not the server's.
    """
    return {
        "http": TimedConnection,
        "ws": "none",
        "proxy_headers": False,
        "server_header": False,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "h11_max_incomplete_event_size": LARGEST_HEAD_BYTES,
        "limit_concurrency": MOST_CONNECTIONS,
    }


def config(app: Any, **more: Any) -> uvicorn.Config:
    """A server's configuration."""
    return uvicorn.Config(app, **{**server_settings(), **more})
