"""One worker at a time, said at once; and what cannot be recorded is put aside, not passed over."""

import re
from datetime import date
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError, IntegrityError

from campaigns.times import shanghai_day
from crm.funnels.queries import Funnels, funnel_now, outcome_funnel
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.progress import load_progress
from crm.outcomes.queries import event_statuses, outcome_counts
from crm.recording import chunk_shared, recorder
from crm.recording.chunk import Chunk
from crm.recording.recorder import Recorder
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from streams.embedded.worker import Worker
from streams.running.installation import Installation as Opened
from streams.running.lease import WorkerRunning, lease
from streams.upkeep import dead_letters
from streams.upkeep.dead_letters import failed_events, retry
from streams.upkeep.replay import verify
from tests.children import REFUSED_LEASE
from tests.installations import Installation, assert_same, clock
from tests.killed_processes import start
from tests.poison import Poison, poison_by
from tests.servers.processes import PATIENCE_SECONDS
from tests.worlds import CLOCK_US, Maker, Sent, make_world


def test_a_second_worker_is_told_so_at_once() -> None:
    with (
        Installation() as installation,
        lease(installation.settings),
        pytest.raises(WorkerRunning),
        lease(installation.settings),
    ):
        pass


@pytest.mark.long
def test_the_process_of_a_second_worker_ends_at_once_as_refused() -> None:
    with Installation() as installation, lease(installation.settings):
        second = start("work", str(installation.folder), quiet=True)
        assert second.wait(PATIENCE_SECONDS) == REFUSED_LEASE


@pytest.mark.long
def test_the_lease_of_a_killed_worker_is_free_at_once() -> None:
    with Installation() as installation:
        first = start("work", str(installation.folder))
        assert first.stdout is not None
        assert first.stdout.readline() == "working\n"
        with pytest.raises(WorkerRunning), lease(installation.settings):
            pass
        first.kill()
        first.wait()
        first.stdout.close()
        with lease(installation.settings):
            assert (installation.folder / "worker.lock").exists()


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Poison:
    """Spoils one event; undone by `monkeypatch.undo`."""
    return poison_by(monkeypatch)


def poisoned_world(seed: int) -> tuple[list[Sent], Sent]:
    """A world and one event of a card in its midst."""
    events = make_world(seed)
    of_cards = [each for each in events[10:] if each.wire["subject"].startswith("card/")]
    return events, of_cards[seed % len(of_cards)]


def put_aside(installation: Installation) -> list[tuple[str, str]]:
    return [(letter["source"], letter["id"]) for letter in failed_events(opened(installation))]


def opened(installation: Installation) -> Opened:
    return Opened(installation.settings, installation.engine, installation.keyring)


@pytest.mark.parametrize("seed", range(3))
def test_one_event_that_breaks_the_recording_stops_no_other(
    seed: int, poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, bad = poisoned_world(seed)
    with clock(), Installation() as plain, Installation() as other, Installation() as without:
        plain.accept(events)
        plain.work()
        without.accept([sent for sent in events if sent.key != bad.key])
        without.work()
        poison(bad, ValueError("欧阳晓棠 13899887766"))
        other.accept(events)
        other.work()
        assert put_aside(other) == [bad.key]
        monkeypatch.undo()
        with clock():
            assert_same(without.snapshot(), other.snapshot())
            compared = verify(other.engine, other.keyring)
            assert [name for name, table in compared.items() if not table.equal] == []
            assert retry(opened(other)) == (1, 0)
            other.work()
            assert put_aside(other) == []
            assert_same(plain.snapshot(), other.snapshot())


@pytest.mark.parametrize("seed", range(6))
def test_a_worker_that_lives_on_believes_nothing_from_before_a_letter_was_taken_back(
    seed: int, poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, bad = poisoned_world(seed)
    half = max(events.index(bad) + 1, len(events) // 2)
    with clock(), Installation() as plain, Installation() as other:
        plain.accept(events)
        plain.work()
        poison(bad, ValueError("not now"))
        other.accept(events[:half])
        lives_on = Recorder(other.engine, other.keyring)
        while lives_on.record_next(CLOCK_US):
            pass
        monkeypatch.undo()
        with clock():
            assert retry(opened(other)) == (1, 0)
            other.accept(events[half:])
            while lives_on.record_next(CLOCK_US):
                pass
            other.work()
            assert_same(plain.snapshot(), other.snapshot())


def test_between_two_attempts_others_are_given_the_time_that_the_first_one_held(
    poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, bad = poisoned_world(1)
    ticks, held = count(step=7), []
    monkeypatch.setattr(recorder, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    monkeypatch.setattr(recorder, "give_way", lambda _engine, seconds: held.append(seconds))
    with clock(), Installation() as installation:
        poison(bad, ValueError("not now"))
        installation.accept(events)
        at_work = Recorder(installation.engine, installation.keyring)
        at_work.patience_seconds = 100.0
        while at_work.record_next(CLOCK_US):
            pass
        assert put_aside(installation) == [bad.key]
    assert held and set(held) == {7}


def test_a_letter_that_somebody_else_has_recorded_meanwhile_is_left_alone(
    poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, bad = poisoned_world(3)
    with clock(), Installation() as plain, Installation() as installation:
        plain.accept(events)
        plain.work()
        with monkeypatch.context() as failing:
            poison_by(failing)(bad, ValueError("not now"))
            installation.accept(events)
            installation.work()

        def meanwhile(*arguments: Any) -> Recorder:
            monkeypatch.undo()
            with clock():
                assert retry(opened(installation)) == (1, 0)
            poison(bad, ValueError("it would fail now"))
            return Recorder(*arguments)

        monkeypatch.setattr(dead_letters, "Recorder", meanwhile)
        assert retry(opened(installation)) == (1, 0)
        monkeypatch.undo()
        assert put_aside(installation) == []
        assert_same(plain.snapshot(), installation.snapshot())


def test_a_letter_that_fails_again_stays_a_letter(poison: Poison) -> None:
    events, bad = poisoned_world(2)
    with clock(), Installation() as installation:
        poison(bad, ValueError("again"))
        installation.accept(events)
        installation.work()
        before = installation.snapshot()
        assert retry(opened(installation)) == (0, 1)
        assert put_aside(installation) == [bad.key]
        assert_same(before, installation.snapshot())


def test_a_letter_names_the_error_and_nothing_personal(poison: Poison) -> None:
    events, bad = poisoned_world(3)
    with clock(), Installation() as installation:
        poison(bad, ValueError("欧阳晓棠 13899887766"))
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            (error,) = connection.execute(select(DEAD_LETTER.c.error)).scalars()
        assert re.fullmatch(r"ValueError at \w+:\d+", error)


def test_a_row_that_the_database_refuses_is_put_aside_as_well(poison: Poison) -> None:
    events, bad = poisoned_world(4)
    with clock(), Installation() as installation:
        poison(bad, IntegrityError("INSERT", {}, ValueError("not unique")))
        installation.accept(events)
        installation.work()
        assert put_aside(installation) == [bad.key]


def test_a_day_that_cannot_be_recorded_does_not_keep_the_worker_busy_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    maker = Maker(Random(1))
    maker.activity("a1")
    with clock(), Installation() as installation:
        installation.accept(maker.made)

        def broken(*_: object) -> None:
            raise ValueError("no day")

        monkeypatch.setattr("crm.recording.chunk_shared._days", broken)
        worker = Worker(installation.engine, installation.keyring)
        assert worker.until_idle().failed > 0
        assert worker.step() is False


def test_the_earliest_event_makes_its_days_also_when_it_comes_out_of_the_letters(
    poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = Maker(Random(1))
    maker.card("c1")
    maker.card("c2")
    early, late = maker.made
    for sent, day in ((early, "2026-03-05"), (late, "2026-03-09")):
        at = f"{day}T09:00:00+08:00"
        sent.wire.update({"time": at, "receivedat": at})
    with clock(), Installation() as installation:
        poison(early, ValueError("not now"))
        installation.accept([early, late])
        installation.work()
        assert put_aside(installation) == [early.key]
        monkeypatch.undo()
        assert retry(opened(installation)) == (1, 0)
        installation.work()
        with reading(installation.engine) as connection:
            progress = load_progress(connection, "embedded")
        assert progress.first_day == progress.days_from == date(2026, 3, 5)
        compared = verify(installation.engine, installation.keyring)
        assert [name for name, table in compared.items() if not table.equal] == []


def test_a_day_that_comes_out_of_the_letters_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker(Random(1))
    maker.activity("a1")
    with clock(), Installation() as installation:
        installation.accept(maker.made)

        sound = chunk_shared._days

        def broken(chunk: Chunk) -> None:
            if chunk.subjects("day"):
                raise ValueError("no day")
            sound(chunk)

        with monkeypatch.context() as patch:
            patch.setattr("crm.recording.chunk_shared._days", broken)
            installation.work()
        assert retry(opened(installation))[1] == 0
        with reading(installation.engine) as connection:
            assert load_progress(connection, "embedded").days_to == shanghai_day(CLOCK_US)


def test_a_rebuild_beside_takes_in_what_is_recorded_in_the_meantime() -> None:
    events = make_world(5)
    half = len(events) // 2
    with clock(), Installation() as installation:
        installation.accept(events[:half])
        installation.work()
        late = [events[half:]]

        def meanwhile(_done: int, _of: int) -> None:
            if late:
                installation.accept(late.pop())
                installation.work()

        compared = verify(installation.engine, installation.keyring, meanwhile)
        assert late == []
        assert [name for name, table in compared.items() if not table.equal] == []


def test_the_number_of_events_with_an_outcome_is_the_length_of_their_list(poison: Poison) -> None:
    events, bad = poisoned_world(5)
    with clock(), Installation() as installation:
        poison(bad, ValueError("again"))
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            counts = outcome_counts(HEADQUARTERS_SCOPE, connection)
            assert counts["failed"] == 1
            for outcome in ("accepted", "recorded", "waiting", "rejected", "voided", "failed"):
                listed = list(event_statuses(HEADQUARTERS_SCOPE, connection, outcome))
                assert len(listed) == counts.get(outcome, 0), outcome
                rest = event_statuses(HEADQUARTERS_SCOPE, connection, outcome, 50, 1)
                assert list(rest) == listed[1:51]


OF_NO_EVENT = pytest.mark.parametrize(
    "trouble",
    [MemoryError(), DatabaseError("SELECT", None, Exception("disk image is malformed"))],
    ids=["memory", "damaged database"],
)


@OF_NO_EVENT
def test_trouble_that_no_event_caused_is_the_cause_of_no_letter(
    trouble: Exception, poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, bad = poisoned_world(4)
    with clock(), Installation() as installation:
        poison(bad, ValueError("what was the matter"))
        installation.accept(events)
        installation.work()
        (letter,) = failed_events(opened(installation))
        monkeypatch.undo()
        with clock():
            poison(bad, trouble)
            with pytest.raises(type(trouble)):
                retry(opened(installation))
            assert failed_events(opened(installation)) == [letter]


@OF_NO_EVENT
def test_trouble_that_no_event_caused_stops_the_worker_and_blames_none(
    trouble: Exception, poison: Poison
) -> None:
    events, bad = poisoned_world(4)
    with clock(), Installation() as installation:
        poison(bad, trouble)
        installation.accept(events)
        with pytest.raises(type(trouble)):
            installation.work()
        assert put_aside(installation) == []


def test_the_season_at_hand_is_counted_anew_when_a_letter_is_taken_back(
    poison: Poison, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, bad = poisoned_world(5)
    period = date(2020, 1, 1), date(2030, 1, 1)
    with clock(), Installation() as installation:
        poison(bad, ValueError("again"))
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            funnels = Funnels(installation.engine)
            funnels.answer(HEADQUARTERS_SCOPE, outcome_funnel(*period))
        monkeypatch.undo()
        with clock():
            assert retry(opened(installation)) == (1, 0)
            with reading(installation.engine) as connection:
                at_hand = funnels.answer(HEADQUARTERS_SCOPE, outcome_funnel(*period))
                assert at_hand == funnel_now(
                    HEADQUARTERS_SCOPE, connection, outcome_funnel(*period)
                )
