"""What letters need around a site: a clock that is set, a mail server, a gateway, and guests."""

import contextlib
import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
from aiosmtpd.controller import Controller

from campaigns.ids import person_id
from campaigns.times import day_start_us
from crm.invitations.register import invite
from crm.letters.ways import Ways
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import writing
from crm.web.app import app_of
from tests.integration.web.acting import form_in
from tests.integration.web.sites import Listener, RunningSite, activity_today, today
from tests.servers.processes import free_port

_HOUR_US = 3_600_000_000
BATCH = "/letters/batch"


def noon_us() -> int:
    """Noon of the present Shanghai day."""
    return day_start_us(today()) + 12 * _HOUR_US


def night_us() -> int:
    """Ten in the evening of the present Shanghai day: too late to write to anybody."""
    return day_start_us(today()) + 22 * _HOUR_US


class Clock:
    """The site's clock, which a test sets; noon until it does."""

    _at_us: int | None = None

    @property
    def at_us(self) -> int:
        """What it shows."""
        return noon_us() if self._at_us is None else self._at_us

    @at_us.setter
    def at_us(self, at_us: int) -> None:
        self._at_us = at_us

    def __call__(self) -> int:
        return self.at_us


class Gateway(HTTPServer):
    """What the gateway was handed: (headers, body); it answers with `status`."""

    status = 202

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.taken: list[tuple[Mapping[str, str], bytes]] = []


class _Taker(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        gateway = self.server
        assert isinstance(gateway, Gateway)
        body = self.rfile.read(int(self.headers["content-length"]))
        gateway.taken.append((dict(self.headers.items()), body))
        self.send_response(gateway.status)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def a_gateway() -> Iterator[Gateway]:
    """A gateway for phones."""
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def a_mail_server(handler: object, tls_context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A real one, with what it does to a message; its address. tls_context: how it offers TLS."""
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, tls_context=tls_context)
    controller.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


@contextlib.contextmanager
def with_ways(plain: RunningSite, clock: Clock, ways: Ways) -> Iterator[RunningSite]:
    """The same site once more, with another clock and ways out of the house."""
    found = replace(plain.site, now_us=clock, ways=ways)
    listener = Listener(app_of(found))
    try:
        yield RunningSite(found, listener)
    finally:
        listener.close()


def invited(site: RunningSite, activity_id: str, names: list[str], **plan: str) -> str:
    """A new activity, that is to come unless said otherwise, with its guests: whom to write to."""
    planned = activity_today(activity_id)
    to_come = {"starts_at": f"{today() + timedelta(days=9)}T09:00:00+08:00"}
    planned["data"] |= {**to_come, **plan}
    site.accept(planned)
    people = [person_id(name) for name in names]
    with writing(site.site.engine) as connection:
        invite(
            *(HEADQUARTERS_SCOPE, connection, activity_id, people), actor="u-1", now_us=noon_us()
        )
    return f"invited:{activity_id}"


def filled_in(client: httpx.Client, whom: str, **typed: Any) -> httpx.Response:
    """A new form for many, filled in; it is sent unless `step` says otherwise."""
    form = form_in(client.get(BATCH).text, BATCH)
    chosen = {"whom": whom, "template": "invitation", "language": "zh-CN"}
    return client.post(BATCH, data={**form, **chosen, "step": "send", **typed})


def left_out(page: str) -> dict[str, int]:
    """Reason → how many."""
    found = re.findall(r"不送的：([^<]+)</span> <span class=\"end\">(\d+)", page)
    return {why: int(count) for why, count in found}
