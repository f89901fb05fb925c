"""A whole site for tests: its databases in a folder, served on a free port, its worker at hand."""

import contextlib
import re
import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvicorn
from fastapi import FastAPI

from campaigns.intake import HEADQUARTERS
from campaigns.season import SEASON_DAYS, generate
from campaigns.times import shanghai_day
from crm.accounts.people import add_user
from crm.accounts.roles import AccountRole
from crm.accounts.tokens import TokenRole, add_token
from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.keyring.keyring import Keyring
from crm.recording.recorder import Recorder
from crm.storage.database import open_engine
from crm.web.app import app_of
from crm.web.guards.refusals import Refusals
from crm.web.guards.site import Site
from crm.web.view.languages import load_translations
from streams.serving.connections import config
from tests.examples import an_event
from tests.servers import shared
from tests.templates import new_installation

PASSWORD = "only-for-tests"


translations = cache(load_translations)


class Listener:
    """A server on a port that stays its own: it can be taken away and given back.

    While it is away, callers are refused at once; or all get the same bytes, as from a proxy in
    trouble; or, where these are empty, none at all, as in a hall where the phone has bars and no
    network: who waited is answered when the server is back.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._socket = self._bound(0)
        self.port: int = self._socket.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Serve; who called in between is answered now."""
        self._socket.listen(128)
        self._server = uvicorn.Server(config(self._app, log_level="warning", lifespan="on"))
        arguments = {"sockets": [self._socket]}
        self._thread = threading.Thread(target=self._server.run, kwargs=arguments)
        self._thread.start()

    def stop(self) -> None:
        """Answer what was asked, then be away; the port stays taken."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self._socket = self._bound(self.port)

    @contextlib.contextmanager
    def away(self, answer: bytes | None = None) -> Iterator[None]:
        """Not there for a while; `answer`: what callers get instead."""
        self.stop()
        if answer is not None:
            self._socket.listen(128)
        try:
            with self._answering(answer) if answer else contextlib.nullcontext():
                yield
        finally:
            self.start()

    @contextlib.contextmanager
    def _answering(self, answer: bytes) -> Iterator[None]:
        def answer_all() -> None:
            with contextlib.suppress(OSError):  # as soon as the socket is shut down
                while True:
                    caller, _address = self._socket.accept()
                    with caller:
                        caller.recv(65_536)
                        caller.sendall(answer)

        thread = threading.Thread(target=answer_all)
        thread.start()
        try:
            yield
        finally:
            self._socket.shutdown(socket.SHUT_RDWR)
            thread.join()
            self._socket.close()
            self._socket = self._bound(self.port)

    def close(self) -> None:
        """Leave the port."""
        self.stop()
        self._socket.close()

    @staticmethod
    def _bound(port: int) -> socket.socket:
        # Without the protocol's number asyncio lets every answer wait for an acknowledgement.
        bound = socket.socket(proto=socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        return bound


@dataclass
class RunningSite:
    """A site that answers at `address` while its listener does."""

    site: Site
    listener: Listener
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.site.engine, self.site.keyring)

    @property
    def address(self) -> str:
        """Where it is called."""
        return f"http://127.0.0.1:{self.listener.port}"

    def work(self) -> None:
        """Record everything that was accepted."""
        while self.recorder.record_next(now_us()) is not None:
            continue

    def accept(self, *events: Mapping[str, Any]) -> None:
        """Hand events over as headquarters does, and record them."""
        receipts = self.site.intake.accept([orjson.dumps(event) for event in events], HEADQUARTERS)
        assert [receipt.status for receipt in receipts] == ["accepted"] * len(events), receipts
        self.work()

    def token(
        self, role: TokenRole = "staff", dealer: str | None = None, sources: tuple[str, ...] = ()
    ) -> str:
        """A new token."""
        return add_token(self.site.engine, "a test", role, dealer, sources)

    def user(self, name: str, role: AccountRole, dealer: str | None = None) -> str:
        """A new account with PASSWORD, which alone opens it."""
        return add_user(self.site.engine, name, PASSWORD, (role,), dealer, is_demo=True)

    def client(self, **headers: str) -> httpx.Client:
        """A caller of the site."""
        # The certificates of the world are read for each client, and no call here goes there.
        return httpx.Client(base_url=self.address, headers=headers, timeout=30, verify=False)


def opened(settings: Settings) -> Site:
    """As `Site.open` does it, over an installation that is migrated already.

    Refusals are not held back: who tries everything is refused more often than honest people.
    """
    engine, keyring = open_engine(settings.database_url), Keyring.open(settings)
    intake, at_once = EventIntake(engine, keyring), Refusals(delay_seconds=0.0)
    secret = keyring.secret("sessions")
    return Site(engine, keyring, intake, secret, translations(), refusals=at_once)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[RunningSite]:
    """A site over the databases in a folder, which are made when they are missing."""
    with serving(opened(new_installation(folder))) as started:
        yield started


@contextlib.contextmanager
def serving(site: Site) -> Iterator[RunningSite]:
    """A site that is open already; its engines are closed with it."""
    listener = Listener(app_of(site))
    try:
        yield RunningSite(site, listener)
    finally:
        listener.close()


def today() -> date:
    """The present Shanghai day."""
    return shanghai_day(now_us())


def invent_season(folder: Path, people: int, seed: int = 5) -> None:
    """Fill the databases in a folder with a season that ends today; invented once a session."""
    invented = partial(_invent_season, people=people, seed=seed)
    kept = shared.once(f"season-{people}-{seed}-{today()}", invented)
    shutil.copytree(kept, folder, dirs_exist_ok=True)


def _invent_season(folder: Path, people: int, seed: int) -> shared.Running:
    starts_on = today() - timedelta(days=SEASON_DAYS)
    lines = [orjson.dumps(event) for event in generate(people, seed, starts_on)]
    site = opened(new_installation(folder))
    site.intake.accept(lines, HEADQUARTERS, history=True)
    recorder = Recorder(site.engine, site.keyring)
    while recorder.record_next(now_us()) is not None:
        continue
    site.engine.dispose()
    site.keyring.engine.dispose()
    return shared.Running(str(folder))


def activity_today(activity_id: str = "A-today", kind: str = "promotion") -> dict[str, Any]:
    """An activity of today, carried out by dealer D1."""
    return {
        "specversion": "1.0",
        "id": f"plan-{activity_id}",
        "source": "/hq/console",
        "type": "jinxi.activity.planned.v1",
        "time": f"{today() - timedelta(days=1)}T09:00:00+08:00",
        "subject": f"activity/{activity_id}",
        "data": {
            "activity_id": activity_id,
            "programme": "golden-sunset",
            "kind": kind,
            "title": "社区健康日",
            "region": "110105",
            "dealer": "D1",
            "starts_at": f"{today()}T09:00:00+08:00",
            "venue": "社区礼堂",
        },
    }


def card(card_id: str = "C1", name: str = "王桂英", phone: str = "13912345678") -> dict[str, Any]:
    """A card of yesterday."""
    return {
        "specversion": "1.0",
        "id": f"card-{card_id}",
        "source": "/sheets/D1",
        "type": "jinxi.card.registered.v1",
        "time": f"{today() - timedelta(days=1)}T10:00:00+08:00",
        "subject": f"card/{card_id}",
        "data": {
            "card_id": card_id,
            "person": {"name": name, "sex": "female", "birth_year": 1950},
            "contact": {"phones": [phone]},
            "source_kind": "activity",
        },
    }


def yes_to_d1(card_id: str = "C-ours") -> list[dict[str, Any]]:
    """A card's words that agree to the archive, and to the copy of dealer D1."""
    common = {"card_id": card_id, "notice_version": "2026-01", "method": "paper", "by": "self"}
    said: tuple[dict[str, str], ...] = (
        {"purpose": "archive"},
        {"purpose": "share_with_dealer", "dealer": "D1"},
    )
    return [
        an_event("consent.given", {**common, **each}, id=f"yes-{each['purpose']}") for each in said
    ]


def entered(site: RunningSite, name: str) -> Iterator[httpx.Client]:
    """Somebody who is signed in: what a fixture yields from."""
    with site.client() as client:
        assert sign_in(client, name).status_code == 303
        yield client


def token_in(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'data-form-token="([0-9a-f]+)"', page)
    assert found
    return found[1]


def sign_in(client: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    """Sign in by the form."""
    form = {"form_token": token_in(client.get("/sign-in").text), "name": name}
    return client.post("/sign-in", data={**form, "password": password})
