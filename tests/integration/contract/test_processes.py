"""Kafka and one SQLite file: relay and workers as processes of their own, killed and joined."""

import signal
from collections.abc import Iterator
from uuid import uuid4

import pytest

from streams.kafka.topics import create
from streams.upkeep.status import status
from tests.installations import Installation
from tests.integration.kafka.carriers import RELAY, SOON_GIVEN_UP, Carried, carried_by, worker
from tests.integration.kafka.recorded import assert_all_recorded_once, recorded
from tests.seasons import pieces, season, take_in
from tests.servers.processes import wait_until

PEOPLE, SEED = 40, 23


@pytest.fixture
def in_a_file(broker: str) -> Iterator[Carried]:
    """An empty installation in SQLite files, and new topics."""
    with Installation() as installation:
        carried = carried_by(installation, broker, f"f{uuid4().hex[:10]}")
        create(carried.settings)
        yield carried
        carried.stop()


def test_workers_on_one_file_wait_for_each_other_and_record_everything_once(
    in_a_file: Carried,
) -> None:
    lines = season(PEOPLE, SEED)
    with Installation() as embedded:
        take_in(embedded, lines)
        embedded.work()
        expected = embedded.snapshot()
    first, second, third = pieces(lines, len(lines) // 3 + 1)
    in_a_file.environment = SOON_GIVEN_UP
    for command in (RELAY, worker(0), worker(1)):
        in_a_file.start(command)
    in_a_file.accept(first)
    assert wait_until(lambda: recorded(in_a_file) >= len(first) // 2), in_a_file.said()
    in_a_file.accept(second)
    in_a_file.kill(worker(0))
    in_a_file.start(worker(0))
    in_a_file.accept(third)
    in_a_file.kill(worker(1), signal.SIGTERM)
    in_a_file.wait_until_idle()
    assert in_a_file.ended == 0, in_a_file.said()
    assert status(in_a_file.opened).dead_letters == 0
    assert_all_recorded_once(in_a_file, expected)
