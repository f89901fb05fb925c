"""Every way to run: {journal, Kafka} × {SQLite, PostgreSQL}."""

from collections.abc import Iterator
from unittest import mock

import pytest

from tests.databases import Databases, EmptyInstallation
from tests.installations import Installation, clock
from tests.integration.contract.carriages import ByJournal, ByKafka, Carriage
from tests.poison import Poison, poison_by
from tests.worlds import CLOCK_US


@pytest.fixture(scope="module")
def in_turns(empty_in_postgres: EmptyInstallation) -> Iterator[Databases]:
    """Databases that the tests use one after the other."""
    with empty_in_postgres.databases() as databases:
        yield databases


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """An empty one."""
    if request.param == "SQLite":
        with Installation() as found:
            yield found
    else:
        databases: Databases = request.getfixturevalue("in_turns")
        with databases.installation() as found:
            yield found
        databases.empty()


@pytest.fixture(params=["journal", "Kafka"])
def carried(request: pytest.FixtureRequest, installation: Installation) -> Iterator[Carriage]:
    """The installation, and what carries its events, at the time of `tests.worlds`."""
    with clock(), mock.patch("streams.kafka.relay.now_us", lambda: CLOCK_US):
        if request.param == "journal":
            yield ByJournal(installation)
        else:
            by_kafka = ByKafka(installation, request.getfixturevalue("broker"))
            yield by_kafka
            by_kafka.close()


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Poison:
    """Spoils one event; undone by `monkeypatch.undo`."""
    return poison_by(monkeypatch)
