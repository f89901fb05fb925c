"""A hundred thousand events through Kafka, and a database that is away for long."""

import os
import threading
from collections.abc import Sequence
from functools import partial

import orjson
import pytest

from campaigns.season import generate
from streams.kafka.carrying import Carrying, FetchedRecord
from streams.kafka.relay import Relay
from streams.kafka.topics import administration, create
from streams.kafka.watchdog import STALLED, verdict
from streams.running.retry import patiently
from tests.installations import Installation
from tests.integration.kafka.carriers import RELAY, Carried, carried_by, worker
from tests.integration.kafka.recorded import STARTS_ON, assert_all_recorded_once, recorded
from tests.seasons import pieces, season, take_in
from tests.servers import postgres
from tests.servers.postgres import new_database
from tests.servers.processes import wait_until
from tests.servers.shared import folder_of
from tests.services import require

PROVING = os.environ.get("JINXI_PROVE") == "1"
AWAY_SECONDS = 60 if PROVING else 12
SHORTENED = {"JINXI_SESSION_SECONDS": "6", "JINXI_STALLED_SECONDS": "8"}


@pytest.mark.prove
@pytest.mark.timeout(3_600)
def test_a_hundred_thousand_events_through_kafka_are_recorded_as_without_it(
    on_kafka: Carried,
) -> None:
    lines = season(11_000)
    assert len(lines) > 100_000
    with Installation() as embedded:
        take_in(embedded, lines)
        embedded.work()
        expected = embedded.snapshot()
    for command in (RELAY, worker(0), worker(1)):
        on_kafka.start(command)
    for piece in pieces(lines, 5_000):
        on_kafka.accept(piece)
    on_kafka.wait_until_idle(1_800)
    assert_all_recorded_once(on_kafka, expected)


@pytest.mark.more_in_prove
def test_a_database_that_is_away_for_long_takes_no_partition_from_anybody(broker: str) -> None:
    require("postgres programs")
    lines = [orjson.dumps(event) for event in generate(60, 19, STARTS_ON)]
    with Installation() as embedded:
        take_in(embedded, lines)
        embedded.work()
        expected = embedded.snapshot()
    server = postgres.Server(folder_of(f"postgres-{os.getpid()}-away"))
    try:
        with (
            new_database(server.url) as database_url,
            new_database(server.url) as keyring_url,
            Installation(database_url=database_url, keyring_url=keyring_url) as installation,
        ):
            carried = carried_by(installation, broker, f"away{os.getpid()}")
            carried.environment = SHORTENED
            create(carried.settings)
            for command in (RELAY, worker(0), worker(1)):
                carried.start(command)
            _be_away_in_the_midst(carried, lines, server)
            carried.wait_until_idle(180)
            assert carried.ended == 0, carried.said()
            assert_all_recorded_once(carried, expected)
            carried.stop()
    finally:
        server.stop()


def _be_away_in_the_midst(
    carried: Carried, lines: Sequence[bytes], server: postgres.Server
) -> None:
    first, second, *rest = pieces(lines, len(lines) // 4)
    carried.accept(first)
    assert wait_until(lambda: recorded(carried) >= len(first)), carried.said()
    # Both have their share: six of the twelve partitions each.
    assert wait_until(lambda: dict(carried.assignments()) == {0: 6, 1: 6}), carried.said()
    before = carried.assignments()
    carried.accept(second)
    server.kill()
    # Nothing is to happen all the while: there is nothing to wait for but the time.
    threading.Event().wait(AWAY_SECONDS)
    server.start()
    for piece in rest:
        patiently(partial(carried.accept, piece))
    assert wait_until(lambda: recorded(carried) >= len(lines) * 9 // 10), carried.said()
    assert carried.assignments() == before


def test_a_consumer_that_has_silently_stopped_is_noticed_and_an_idle_one_is_not(
    on_kafka: Carried,
) -> None:
    installation = on_kafka.installation
    carrying = Carrying(on_kafka.settings, installation.engine, installation.keyring)
    carrying.seek(range(12))
    with administration(on_kafka.settings) as admin:
        carrying.alive_at -= 3_600
        assert verdict(carrying, admin, 60) == 0
        on_kafka.accept([orjson.dumps(event) for event in generate(3, 19, STARTS_ON)])
        relay = Relay(on_kafka.settings, installation.engine, installation.keyring)
        assert relay.step() > 0
        relay.begin_anew()
        assert verdict(carrying, admin, 60) == 0
        carrying.alive_at -= 3_600
        assert verdict(carrying, admin, 60) == STALLED


def test_a_worker_does_not_watch_over_what_was_taken_from_it_meanwhile(on_kafka: Carried) -> None:
    installation = on_kafka.installation
    carrying = Carrying(on_kafka.settings, installation.engine, installation.keyring)
    carrying.seek([3, 4])
    carrying.seek([4])
    carrying.handle([FetchedRecord(3, 0, b"no event"), FetchedRecord(4, 0, b"no event")])
    assert carrying.next_offsets == {4: 1}
    assert carrying.seek([3, 4]) == {3: 1, 4: 1}
