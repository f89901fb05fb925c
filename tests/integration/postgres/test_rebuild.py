"""A rebuild on PostgreSQL while workers record: whoever comes second waits."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from unittest import mock

import orjson
import pytest

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.journal.checkpoints import Partition
from crm.recording.carried_batch import CarriedBatch, CarriedEvent
from crm.recording.carried_recorder import CarriedRecorder
from streams.upkeep.replay import rebuild, verify
from tests.installations import Installation, assert_same
from tests.integration.postgres.carrying import TOPIC_ID, carried_events
from tests.integration.postgres.two_workers import waits_for_a_lock
from tests.servers.processes import PATIENCE_SECONDS, wait_until

PEOPLE, SEED, STARTS_ON = 60, 5, date(2026, 3, 2)


@pytest.fixture
def season() -> Iterator[Installation]:
    """A season recorded by the one worker of an embedded installation."""
    with Installation() as installation:
        lines = [orjson.dumps(event) for event in generate(PEOPLE, SEED, STARTS_ON)]
        installation.intake.accept(lines, HEADQUARTERS, history=True)
        installation.work()
        yield installation


@pytest.fixture
def at_scale(postgres_url: str, season: Installation) -> Iterator[Installation]:
    """An empty database in PostgreSQL, with the keys of the season."""
    with Installation(
        database_url=postgres_url, keyring_url=season.settings.keyring_url
    ) as installation:
        yield installation


def halves(season: Installation) -> tuple[CarriedBatch, CarriedBatch]:
    events = carried_events(season.engine)
    middle = len(events) // 2
    return batch(events[:middle]), batch(events[middle:])


def batch(events: list[CarriedEvent]) -> CarriedBatch:
    partition = Partition("tests", TOPIC_ID, 0)
    return CarriedBatch(partition, events[-1].offset + 1, tuple(events))


def assert_as_the_season(at_scale: Installation, season: Installation) -> None:
    assert_same(at_scale.snapshot(), season.snapshot())
    assert all(table.equal for table in verify(at_scale.engine, at_scale.keyring).values())


def test_a_worker_waits_until_a_rebuild_is_done_and_pages_see_the_old_rows_until_then(
    season: Installation, at_scale: Installation
) -> None:
    first, second = halves(season)
    worker = CarriedRecorder(at_scale.engine, at_scale.keyring)
    worker.record([first], 1)
    before = at_scale.snapshot()
    half_way, go_on = threading.Event(), threading.Event()

    def report(_done: int, _of: int) -> None:
        half_way.set()
        assert go_on.wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor(2) as threads:
        rebuilding = threads.submit(rebuild, at_scale.engine, at_scale.keyring, report)
        assert half_way.wait(PATIENCE_SECONDS)
        recording = threads.submit(worker.record, [second], 1)
        try:
            assert wait_until(lambda: recording.done() or waits_for_a_lock(at_scale.engine))
            assert not recording.done()
            assert_same(at_scale.snapshot(), before)
        finally:
            go_on.set()
        assert rebuilding.result(60) == len(first.events)
        assert recording.result(60).events == len(second.events)
    assert_as_the_season(at_scale, season)


def test_a_rebuild_waits_for_the_worker_that_is_recording(
    season: Installation, at_scale: Installation
) -> None:
    first, second = halves(season)
    worker = CarriedRecorder(at_scale.engine, at_scale.keyring)
    worker.record([first], 1)
    evaluating, go_on = threading.Event(), threading.Event()
    record = worker.chunks.record

    def slowly(*arguments: Any, **named: Any) -> int:
        evaluating.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return record(*arguments, **named)

    with (
        mock.patch.object(worker.chunks, "record", slowly),
        ThreadPoolExecutor(2) as threads,
    ):
        recording = threads.submit(worker.record, [second], 1)
        assert evaluating.wait(PATIENCE_SECONDS)
        rebuilding = threads.submit(rebuild, at_scale.engine, at_scale.keyring)
        try:
            assert wait_until(lambda: rebuilding.done() or waits_for_a_lock(at_scale.engine))
            assert not rebuilding.done()
        finally:
            go_on.set()
        assert recording.result(60).events == len(second.events)
        assert rebuilding.result(60) == len(first.events) + len(second.events)
    assert_as_the_season(at_scale, season)


def test_a_rebuild_that_ends_half_way_has_changed_nothing(
    season: Installation, at_scale: Installation
) -> None:
    CarriedRecorder(at_scale.engine, at_scale.keyring).record([halves(season)[0]], 1)
    before = at_scale.snapshot()

    def break_off(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(at_scale.engine, at_scale.keyring, break_off)
    assert_same(at_scale.snapshot(), before)
