"""A journal that is recorded person by person comes to the same as one recorded in its order."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.journal.dead_letters import dead_positions
from crm.operations.checks import run_checks
from crm.recording import from_the_beginning as module
from crm.recording.unfinished import RecordingUnfinished, is_unfinished
from crm.storage.database import reading
from streams.upkeep.replay import rebuild, verify
from tests.failing_transactions import killed_now_and_then
from tests.installations import Installation, assert_same, clock
from tests.integration.laws.orders import shuffled, take_in
from tests.poison import poison_by
from tests.worlds import FEW, Sent, make_world, shared_worlds, weighed_worlds, worlds


@contextmanager
def from_the_beginning(events_together: int = 5) -> Iterator[mock.Mock]:
    """Every journal counts as a long one, and is cut into small slices."""
    spied = mock.Mock(wraps=module.FromTheBeginning._record_people)
    with (
        mock.patch("crm.recording.recorder.FROM_THE_BEGINNING", 1),
        mock.patch.object(module, "EVENTS_TOGETHER", events_together),
        mock.patch.object(module, "ROWS_AT_ONCE", 4),
        mock.patch.object(module.FromTheBeginning, "_record_people", lambda *a: spied(*a)),
    ):
        yield spied


@FEW
@given(worlds() | weighed_worlds() | shared_worlds(), st.randoms(use_true_random=False))
def test_people_recorded_apart_come_to_the_same(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as installation:
        take_in(installation, shuffled(events, random), random)
        before = installation.snapshot(())
        rebuild(installation.engine, installation.keyring)
        entries = installation.ledger()
        with from_the_beginning(random.choice((1, 5, 40))):
            rebuild(installation.engine, installation.keyring)
        assert_same(before, installation.snapshot(()))
        assert installation.ledger() == entries
        assert gc.isenabled()
        assert gc.get_freeze_count() == 0
        with reading(installation.engine) as connection:
            assert not is_unfinished(connection)
            found = list(run_checks(connection, installation.keyring))
        assert [check for check in found if not check.ok] == []
        # What comes later goes on from there.
        installation.accept(events)
        installation.work()
        assert_same(before, installation.snapshot(()))


@FEW
@given(worlds() | shared_worlds(), st.randoms(use_true_random=False))
def test_a_first_recording_and_what_follows_are_the_same(
    events: list[Sent], random: Random
) -> None:
    with clock(), Installation() as plain, Installation() as other:
        start = random.randrange(len(events))
        plain.accept(events)
        plain.work()
        other.accept(events[:start])
        with from_the_beginning():
            other.work()
        other.accept(events[start:])
        other.work()
        assert_same(plain.snapshot(), other.snapshot())
        compared = verify(other.engine, other.keyring)
        assert [name for name, table in compared.items() if not table.equal] == []


@FEW
@given(worlds() | shared_worlds(), st.randoms(use_true_random=False))
def test_kills_in_the_midst_leave_no_trace(events: list[Sent], random: Random) -> None:
    with clock(), Installation() as plain, Installation() as other, from_the_beginning():
        plain.accept(events)
        plain.work()
        other.accept(events)
        with killed_now_and_then(other, random) as survive:
            survive(other.work)
        assert_same(plain.snapshot(), other.snapshot())
        with reading(other.engine) as connection:
            assert not is_unfinished(connection)


def test_an_event_that_cannot_be_recorded_is_found_and_all_others_are_recorded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    events = make_world(11, 60, with_erasures=False)
    (bad, *_) = (each for each in events if each.wire["type"] == "jinxi.card.registered.v1")
    with clock(), Installation() as plain, Installation() as other:
        poison_by(monkeypatch)(bad, ValueError("spoilt"))
        plain.accept(events)
        plain.work()
        other.accept(events)
        with from_the_beginning():
            other.work()
        assert_same(plain.snapshot(), other.snapshot())
        with reading(plain.engine) as here, reading(other.engine) as there:
            assert len(dead_positions(here)) == 1
            assert dead_positions(here) == dead_positions(there)
            assert not is_unfinished(there)
        assert gc.get_freeze_count() == 0
    assert "given up: ValueError" in caplog.text


def test_nobody_judges_the_midst_of_it_and_whoever_finds_it_broken_off_begins_anew() -> None:
    events = make_world(12, 60, with_erasures=True)
    with clock(), Installation() as plain, Installation() as other:
        plain.accept(events)
        plain.work()
        other.accept(events)
        with from_the_beginning() as people:
            recorder = other.worker.recorder
            while people.call_count < 1:
                assert recorder.record_next(0, 1, up_to=len(events)) is not None
            assert recorder.begun > 0
            with reading(other.engine) as connection:
                assert is_unfinished(connection)
                with pytest.raises(RecordingUnfinished, match="from the beginning"):
                    list(run_checks(connection, other.keyring))
            with pytest.raises(RecordingUnfinished):
                verify(other.engine, other.keyring)
            other.close()
            other.open()
            other.work()
        assert_same(plain.snapshot(), other.snapshot())


def test_a_short_journal_is_recorded_in_batches() -> None:
    events = make_world(13, 60, with_erasures=False)
    with clock(), Installation() as installation:
        installation.accept(events)
        with mock.patch.object(module.FromTheBeginning, "parts") as parts:
            installation.work()
        parts.assert_not_called()
