"""A held lock, a full disk, a broken page: a named answer, nothing “accepted” that is not kept."""

import resource
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from jinja2 import UndefinedError
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from crm.accounts.tokens import add_token
from crm.configuration.settings import Settings
from crm.journal.events import JOURNAL
from crm.schema.preparing import prepare
from crm.storage.database import open_engine, reading
from crm.web.guards.site import Site
from crm.web.guards.storage_failures import BROKEN, BUSY, FULL, status_of
from crm.web.view.templates import Pages
from tests.databases import EmptyInstallation
from tests.functional.command.running import start, until
from tests.integration.web.sites import RunningSite, card, running, serving, sign_in
from tests.servers.processes import free_port

STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}
LONGEST_WAIT = "crm.storage.database._BUSY_TIMEOUT_SECONDS"


def sent(client: httpx.Client) -> tuple[str, httpx.Response]:
    """A new card is handed over: its id, and what was answered."""
    event = card(str(uuid4()))
    return event["id"], client.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)


def journaled(url: str) -> set[str]:
    engine = open_engine(url)
    with reading(engine) as connection:
        found = set(connection.execute(select(JOURNAL.c.id)).scalars())
    engine.dispose()
    return found


@contextmanager
def machine(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client(Authorization=f"Bearer {site.token()}", Connection="close") as client:
        yield client


def assert_named(answer: httpx.Response, status: int, said: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]
    assert "Traceback" not in answer.text and "sqlite" not in answer.text.lower()


def test_a_lock_that_another_process_holds_is_said_and_nothing_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LONGEST_WAIT, 0.2)
    with running(tmp_path) as site, machine(site) as client:
        with closing(sqlite3.connect(tmp_path / "jinxi.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            lost, answer = sent(client)
            assert_named(answer, BUSY, "somebody holds the database")
            assert answer.headers["retry-after"]
            other.execute("ROLLBACK")
        kept, answer = sent(client)
        assert answer.json()["receipts"][0]["status"] == "accepted"
        assert kept in journaled(f"sqlite:///{tmp_path}/jinxi.db")
        assert lost not in journaled(f"sqlite:///{tmp_path}/jinxi.db")


def test_a_lock_in_postgresql_is_said_as_well(
    empty_in_postgres: EmptyInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LONGEST_WAIT, 1)
    with (
        empty_in_postgres.copied() as installation,
        serving(Site.open(installation.settings)) as site,
        machine(site) as client,
    ):
        url = installation.settings.database_url
        other = create_engine(url, poolclass=NullPool)
        with other.begin() as holder:
            holder.execute(text("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))
            lost, answer = sent(client)
            assert_named(answer, BUSY, "somebody holds the database")
        kept, answer = sent(client)
        assert answer.status_code == 200
        assert journaled(url) == {kept} and lost != kept


@pytest.mark.parametrize(
    ("driver", "status", "said"),
    [
        ("database is locked", BUSY, "数据库正忙"),
        ("database or disk is full", FULL, "磁盘满了"),
        ("disk I/O error", FULL, "磁盘满了"),
        ("malformed", BROKEN, "刚才没有成功"),
    ],
)
def test_a_page_says_what_is_in_the_way_and_signs_nobody_out(
    driver: str, status: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OperationalError("a statement", {}, sqlite3.OperationalError(driver))

    with running(tmp_path) as site, site.client(Connection="close") as office:
        site.user("office", "headquarters")
        assert sign_in(office, "office").status_code == 303
        with monkeypatch.context() as patch:
            patch.setattr("crm.web.guards.visit.account_of", broken)
            answer = office.get("/me")
        assert answer.status_code == status and said in answer.text
        assert "a statement" not in answer.text and driver not in answer.text
        assert "set-cookie" not in answer.headers
        assert office.get("/me").status_code == 200


@pytest.mark.parametrize("error", [UndefinedError("a name"), ZeroDivisionError()])
def test_a_page_that_breaks_leaves_a_sentence_even_where_every_template_does(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise error

    with running(tmp_path) as site, site.client(Connection="close") as visitor:
        monkeypatch.setattr(Pages, "render", broken)
        answer = visitor.get("/sign-in")
        assert answer.status_code == BROKEN
        assert "已经收下的内容都还在" in answer.text and "a name" not in answer.text


def test_whoever_keeps_its_connection_is_told_that_it_ends_with_what_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    with running(tmp_path) as site, site.client() as proxy:
        for _ in range(20):
            with monkeypatch.context() as patch:
                patch.setattr(Pages, "render", broken)
                answer = proxy.get("/sign-in")
            assert (answer.status_code, answer.headers["connection"]) == (BROKEN, "close")
            assert proxy.get("/sign-in").status_code == 200


def test_a_full_disk_is_said_and_what_was_accepted_survives(tmp_path: Path) -> None:
    """The limit of a process on its files stands for the disk."""
    database = Settings.in_folder(tmp_path / "jinxi-data")
    engine = open_engine(database.database_url)
    prepare(engine)
    token = add_token(engine, "a machine", "staff")
    engine.dispose()
    room = (tmp_path / "jinxi-data" / "jinxi.db").stat().st_size + 200_000

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    address = f"http://127.0.0.1:{(port := free_port())}"
    with start(tmp_path, "web", "--port", port, preexec_fn=little_room) as process:
        until(lambda: answers(address))
        accepted: set[str] = set()
        refused: set[str] = set()
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
            while len(refused) < 3:
                event_id, answer = sent(client)
                if answer.status_code == 200:
                    assert answer.json()["receipts"][0]["status"] == "accepted"
                    accepted.add(event_id)
                else:
                    assert_named(answer, FULL, "the disk is full")
                    refused.add(event_id)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    kept = journaled(database.database_url)
    assert accepted and accepted <= kept
    assert not refused & kept


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OSError(28, "No space left on device"), FULL),
        (OSError(13, "Permission denied"), BROKEN),
        (RuntimeError("anything"), BROKEN),
    ],
)
def test_each_failure_has_its_status(error: Exception, status: int) -> None:
    assert status_of(error) == status
