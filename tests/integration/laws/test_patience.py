"""A transaction for which others would wait too long is broken off, and done with fewer events."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from crm.journal.dead_letters import dead_positions
from crm.recording import chunk_recorder
from crm.recording.chunk import Chunk, TooMuchAtOnce
from crm.storage.database import reading, writing
from crm.storage.locks import give_way
from tests.installations import Installation, assert_same, clock
from tests.worlds import FEW, Sent, make_world, shared_worlds, worlds

PAST = -1.0
"""Seconds: the deadline has passed before anything is done."""


@contextmanager
def broken_off() -> Iterator[list[TooMuchAtOnce]]:
    """Whenever a transaction is broken off."""
    seen: list[TooMuchAtOnce] = []
    keep_time = Chunk.keep_time

    def kept(chunk: Chunk) -> None:
        try:
            keep_time(chunk)
        except TooMuchAtOnce as error:
            seen.append(error)
            raise

    with mock.patch.object(Chunk, "keep_time", kept):
        yield seen


@FEW
@given(worlds() | shared_worlds(), st.randoms(use_true_random=False))
def test_what_is_broken_off_comes_to_the_same(events: list[Sent], random: Random) -> None:
    few = mock.patch.object(chunk_recorder, "FEW_EVENTS", random.choice((1, 3)))
    with clock(), Installation() as plain, Installation() as other, few:
        plain.accept(events)
        plain.work()
        other.worker.recorder.patience_seconds = PAST
        other.accept(events)
        with broken_off() as raised:
            while other.worker.recorder.record_next(0, random.choice((7, 20, 100))):
                assert other.worker.recorder.chunks.deadline is None
        other.work()
        assert raised
        assert plain.ledger() == other.ledger()
        assert_same(plain.snapshot(), other.snapshot())
        with reading(other.engine) as connection:
            assert dead_positions(connection) == frozenset()


def test_so_few_events_that_they_cannot_be_fewer_take_as_long_as_they_take() -> None:
    with clock(), Installation() as installation, broken_off() as raised:
        installation.accept(make_world(5, 80)[: chunk_recorder.FEW_EVENTS])
        installation.worker.recorder.patience_seconds = PAST
        assert installation.worker.recorder.record_next(0, chunk_recorder.FEW_EVENTS)
        assert raised == []


def test_whoever_waits_for_the_lock_gets_it_between_two_long_transactions() -> None:
    with Installation() as installation:
        waiting = sqlite3.connect(
            installation.folder / "jinxi.db",
            timeout=30,
            isolation_level=None,
            check_same_thread=False,
        )
        came_in = threading.Event()

        def come() -> None:
            waiting.execute("BEGIN IMMEDIATE")
            came_in.set()
            waiting.execute("ROLLBACK")

        with writing(installation.engine):
            door = threading.Thread(target=come)
            door.start()
            # It has looked so often by now that it looks every tenth of a second.
            assert not came_in.wait(1.0)
        # A machine that is busy may miss a gap; where there are none, it would be pure chance.
        for _ in range(10):
            give_way(installation.engine, 1.0)
            with writing(installation.engine):
                if came_in.wait(0.3):
                    break
        assert came_in.is_set()
        door.join()
        waiting.close()
