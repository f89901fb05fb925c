"""A PostgreSQL that is killed while events are taken in and recorded: each is recorded once."""

import os
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial

import orjson
import pytest

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.operations.checks import run_checks
from crm.storage.database import reading
from streams.running.retry import patiently
from tests.installations import Installation, assert_same
from tests.servers import postgres
from tests.servers.postgres import new_database
from tests.servers.shared import folder_of
from tests.services import require

KILLS = 20 if os.environ.get("JINXI_PROVE") == "1" else 1
PEOPLE, SEED, STARTS_ON = 60, 11, date(2026, 3, 2)


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    """A server that may be killed."""
    require("postgres programs")
    started = postgres.Server(folder_of(f"postgres-{os.getpid()}-to-kill"))
    yield started
    started.stop()


@pytest.mark.more_in_prove
def test_a_server_killed_while_events_flow_loses_and_doubles_none(
    server: postgres.Server,
) -> None:
    lines = [orjson.dumps(event) for event in generate(PEOPLE, SEED, STARTS_ON)]
    with Installation() as in_file:
        in_file.intake.accept(lines, HEADQUARTERS, history=True)
        in_file.work()
        expected = in_file.snapshot()
    with (
        new_database(server.url) as database_url,
        new_database(server.url) as keyring_url,
        Installation(database_url=database_url, keyring_url=keyring_url) as installation,
    ):
        flowing = threading.Event()
        killer = threading.Thread(target=_kill, args=(server, flowing))
        killer.start()
        for start in range(0, len(lines), 20):
            piece = lines[start : start + 20]
            patiently(partial(_accept, installation, piece))
            installation.worker.step()
            if start > len(lines) // 4:
                flowing.set()
        killer.join()
        installation.work()
        assert_same(installation.snapshot(), expected)
        with reading(installation.engine) as connection:
            assert [c.name for c in run_checks(connection, installation.keyring) if not c.ok] == []


def _accept(installation: Installation, lines: list[bytes]) -> None:
    receipts = installation.intake.accept(lines, HEADQUARTERS, history=True)
    assert {receipt.status for receipt in receipts} <= {"accepted", "duplicate"}


def _kill(server: postgres.Server, flowing: threading.Event) -> None:
    flowing.wait()
    for _ in range(KILLS):
        server.kill()
        server.start()
