"""Two workers of one database."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest import mock

from sqlalchemy import Engine, text

from crm.recording.carried_batch import CarriedEvent
from crm.recording.carried_recorder import CarriedRecorder, Recorded
from tests.installations import Installation
from tests.integration.postgres.carrying import (
    batches,
)
from tests.servers.processes import PATIENCE_SECONDS, wait_until


@contextmanager
def two_workers(
    postgres_url: str,
) -> Iterator[tuple[Installation, CarriedRecorder, CarriedRecorder]]:
    """A door, and two workers that share a database."""
    with (
        Installation() as door,
        Installation(database_url=postgres_url, keyring_url=door.settings.keyring_url) as at_scale,
    ):
        yield (
            door,
            CarriedRecorder(at_scale.engine, at_scale.keyring),
            CarriedRecorder(at_scale.engine, at_scale.keyring),
        )


def one_behind_the_other(
    first: CarriedRecorder, one: CarriedEvent, second: CarriedRecorder, two: CarriedEvent, at: int
) -> tuple[Recorded, Recorded]:
    """The second worker begins while the first evaluates, and waits for it."""
    evaluating, go_on = threading.Event(), threading.Event()
    record = first.chunks.record

    def slowly(*arguments: Any, **named: Any) -> int:
        evaluating.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return record(*arguments, **named)

    with (
        mock.patch.object(first.chunks, "record", slowly),
        ThreadPoolExecutor(2) as threads,
    ):
        a = threads.submit(first.record, *taken_alone(one, 0))
        assert evaluating.wait(PATIENCE_SECONDS)
        b = threads.submit(second.record, *taken_alone(two, at))
        try:
            assert wait_until(lambda: b.done() or waits_for_a_lock(second.engine))
            assert not b.done()
        finally:
            go_on.set()
        return a.result(PATIENCE_SECONDS), b.result(PATIENCE_SECONDS)


def taken_alone(event: CarriedEvent, number: int) -> tuple[Any, int]:
    return list(batches([event], number, Random(1))), 1


def waits_for_a_lock(engine: Engine) -> bool:
    """Whether somebody waits for an advisory lock in this database."""
    with engine.connect() as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND NOT granted")
        return bool(connection.execute(waiting).scalar())
