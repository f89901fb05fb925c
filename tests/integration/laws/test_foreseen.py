"""What concerns many is found out while others write, and comes to the same as if it were not."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from crm.clock import now_us
from crm.journal.checkpoints import count_transaction
from crm.journal.dead_letters import dead_positions
from crm.recording import foreseeing
from crm.recording.chunk_recorder import ChunkRecorder
from crm.storage.database import reading, writing
from streams.upkeep.replay import verify
from tests.installations import Installation, assert_same, clock
from tests.integration.laws.orders import shuffled, take_in, take_in_among_kills
from tests.worlds import FEW, Maker, Sent, make_world, shared_worlds, weighed_worlds, worlds

_foresee = ChunkRecorder.foresee


@contextmanager
def even_few_are_many(meanwhile: Any = None) -> Iterator[list[str]]:
    """Whatever concerns anybody is foreseen; gives of what type, and does something after it."""
    seen: list[str] = []

    def foresee(chunks: ChunkRecorder, connection: Any, each: Any, days: Any) -> Any:
        seen.append(each.type_name)
        found = _foresee(chunks, connection, each, days)
        if meanwhile is not None:
            meanwhile()
        return found

    with (
        mock.patch.object(foreseeing, "MANY_SUBJECTS", 0),
        mock.patch.object(ChunkRecorder, "foresee", foresee),
    ):
        yield seen


def nothing_is_foreseen() -> Any:
    """Whatever comes is recorded in one transaction."""
    return mock.patch.object(foreseeing, "MANY_SUBJECTS", 1_000_000)


def little_by_little(installation: Installation) -> None:
    """What an event concerns is seen by what is recorded before its batch."""
    while installation.worker.recorder.record_next(0, 3):
        pass
    installation.work()


@FEW
@given(worlds() | weighed_worlds() | shared_worlds(), st.randoms(use_true_random=False))
def test_what_is_foreseen_comes_to_the_same(events: list[Sent], random: Random) -> None:
    arriving = shuffled(events, random)
    with clock(), Installation() as plain, Installation() as other:
        with nothing_is_foreseen():
            plain.accept(arriving)
            plain.work()
        with even_few_are_many():
            take_in(other, arriving, random)
        assert_same(plain.snapshot(), other.snapshot())
        assert plain.ledger_sum() == other.ledger_sum() == 0
        compared = verify(other.engine, other.keyring)
        assert [name for name, table in compared.items() if not table.equal] == []


@FEW
@given(worlds() | weighed_worlds(), st.randoms(use_true_random=False))
def test_the_ledger_and_the_dealers_are_told_the_same(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as plain, Installation() as other:
        with nothing_is_foreseen():
            plain.accept(events)
            plain.work()
        other.accept(events)
        with even_few_are_many():
            while other.worker.recorder.record_next(0, random.choice((1, 2, 3, 7, 20))):
                pass
            other.work()
        assert plain.ledger() == other.ledger()
        assert_same(plain.snapshot(), other.snapshot())


@FEW
@given(worlds() | weighed_worlds(), st.randoms(use_true_random=False))
def test_kills_of_any_transaction_leave_no_trace(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as plain, Installation() as other:
        plain.accept(events)
        plain.work()
        with even_few_are_many():
            take_in_among_kills(other, events, random)
        assert_same(plain.snapshot(), other.snapshot())


def test_what_many_share_is_foreseen() -> None:
    seen: list[str] = []
    for seed in range(6):
        with clock(), Installation() as installation, even_few_are_many() as found:
            random = Random(seed)
            maker = Maker(random)
            events = maker.weighed_world(80) if seed % 2 else maker.world(80)
            installation.accept(shuffled(events, random))
            little_by_little(installation)
            seen += found
    wanted = {"reward_policy.published", "matching.published", "dealer.contracted", "day.reached"}
    wanted |= {"activity.changed", "member.changed"}
    assert wanted <= set(seen)


def test_doors_are_open_while_it_is_found_out_what_concerns_many() -> None:
    events = shuffled(make_world(3, 80, with_erasures=False), Random(3))
    with clock(), Installation() as plain, Installation() as installation:
        plain.accept(events)
        plain.work()
        installation.accept(events[:-10])
        # Whoever holds the lock would make the door wait for it, and then fail.
        event.listen(installation.engine, "connect", _without_patience)
        installation.engine.dispose()
        statuses: list[str] = []

        def somebody_comes() -> None:
            statuses.extend(receipt.status for receipt in installation.accept(events[-10:]))

        with even_few_are_many(somebody_comes):
            little_by_little(installation)
        assert "accepted" in statuses
        assert_same(plain.snapshot(), installation.snapshot())


def _without_patience(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=0")


def test_what_was_foreseen_counts_for_nothing_once_somebody_else_has_recorded() -> None:
    events = make_world(3, 80, with_erasures=False)
    with clock(), Installation() as plain, Installation() as other:
        plain.accept(events)
        plain.work()
        interruptions = iter((True, True))

        def somebody_records() -> None:
            if next(interruptions, False):
                with writing(other.engine) as connection:
                    count_transaction(connection, now_us())

        other.accept(events)
        with even_few_are_many(somebody_records) as seen:
            little_by_little(other)
        with even_few_are_many() as undisturbed, Installation() as third:
            third.accept(events)
            little_by_little(third)
        assert len(seen) == len(undisturbed) + 2
        assert_same(plain.snapshot(), other.snapshot())


def test_an_event_that_cannot_be_foreseen_is_put_aside_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = make_world(3, 80, with_erasures=False)
    with clock(), Installation() as installation:
        installation.accept(events)
        failing = []

        def spoilt(chunks: ChunkRecorder, connection: Any, each: Any, days: Any) -> Any:
            if each.type_name == "day.reached":
                return _foresee(chunks, connection, each, days)
            failing.append(each.position)
            raise ValueError("spoilt")

        monkeypatch.setattr(foreseeing, "MANY_SUBJECTS", 0)
        monkeypatch.setattr(ChunkRecorder, "foresee", spoilt)
        little_by_little(installation)
        with reading(installation.engine) as connection:
            assert dead_positions(connection) == set(failing) != set()
