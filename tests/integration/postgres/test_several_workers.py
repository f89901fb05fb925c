"""Several workers record into one PostgreSQL: together they leave what one alone would leave."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from functools import partial
from random import Random
from unittest import mock

import orjson
import pytest
from sqlalchemy import func, select

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.configuration.settings import Settings
from crm.journal.checkpoints import Partition
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.operations.checks import run_checks
from crm.people.tables import CARD, PERSON
from crm.recording.carried_batch import CarriedBatch, CarriedEvent
from crm.recording.carried_recorder import CarriedRecorder, Recorded
from crm.storage.database import open_engine, reading, writing
from crm.storage.locks import RECORDING, hold
from streams.running.retry import patiently
from streams.upkeep.replay import verify
from tests.installations import Installation, assert_same
from tests.integration.postgres.carrying import (
    TOPIC_ID,
    batches,
    carried_events,
    in_partitions,
)
from tests.integration.postgres.two_workers import (
    one_behind_the_other,
    taken_alone,
    two_workers,
    waits_for_a_lock,
)
from tests.servers.processes import PATIENCE_SECONDS, wait_until

PARTITIONS = 12


PROVING = os.environ.get("JINXI_PROVE") == "1"


ROUNDS = 10 if PROVING else 1
PEOPLE, STARTS_ON = 1_000 if PROVING else 80, date(2026, 3, 2)


@pytest.fixture
def season() -> Iterator[Installation]:
    """A season recorded by the one worker of an embedded installation."""
    with Installation() as installation:
        lines = [orjson.dumps(event) for event in generate(PEOPLE, 5, STARTS_ON)]
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


def record_partitions(
    settings: Settings, mine: Sequence[tuple[int, list[CarriedEvent]]], seed: int
) -> Recorded:
    """What one worker process does: its partitions in turns, in batches of random sizes."""
    random = Random(seed)
    engine, keyring = open_engine(settings.database_url), Keyring.open(settings)
    recorder = CarriedRecorder(engine, keyring)
    waiting = [batches(events, number, random) for number, events in mine]
    total = Recorded()
    while waiting:
        turn = random.choice(waiting)
        batch = next(turn, None)
        if batch is None:
            waiting.remove(turn)
            continue
        again = random.random() < 0.1
        for _ in range(2 if again else 1):
            total += patiently(partial(recorder.record, [batch], 1))
    engine.dispose()
    keyring.engine.dispose()
    return total


@pytest.mark.more_in_prove
@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_workers_on_random_partitions_leave_what_one_worker_leaves(
    season: Installation, at_scale: Installation, workers: int, seed: int
) -> None:
    partitions = list(enumerate(in_partitions(carried_events(season.engine), PARTITIONS)))
    Random(seed).shuffle(partitions)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as processes:
        running = [
            processes.submit(record_partitions, at_scale.settings, partitions[w::workers], seed + w)
            for w in range(workers)
        ]
        recorded = [each.result() for each in running]
    assert sum(each.failed for each in recorded) == 0
    assert sum(each.events for each in recorded) == sum(len(events) for _, events in partitions)
    assert_same(at_scale.snapshot(), season.snapshot())
    with reading(at_scale.engine) as connection:
        assert [c.name for c in run_checks(connection, at_scale.keyring) if not c.ok] == []
    assert all(table.equal for table in verify(at_scale.engine, at_scale.keyring).values())


def test_what_lasts_too_long_is_recorded_in_smaller_pieces_by_somebody_who_is_alive(
    season: Installation, at_scale: Installation
) -> None:
    signs: list[int] = []
    recorder = CarriedRecorder(at_scale.engine, at_scale.keyring)
    recorder.patience_seconds = -1.0
    recorder.alive = lambda: signs.append(1)
    carried = in_partitions(carried_events(season.engine), PARTITIONS)
    everything = [
        CarriedBatch(Partition("tests", TOPIC_ID, number), events[-1].offset + 1, tuple(events))
        for number, events in enumerate(carried)
    ]
    recorded = recorder.record(everything, 1)
    assert (recorded.events, recorded.failed) == (sum(map(len, carried)), 0)
    # The whole, each partition, and at least the halves of one.
    assert len(signs) > 1 + PARTITIONS
    assert_same(at_scale.snapshot(), season.snapshot())


def card(card_id: str) -> bytes:
    """The same woman, written down once more."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": card_id,
            "source": "/phones/1",
            "type": "jinxi.card.registered.v1",
            "time": "2026-03-02T09:00:00+08:00",
            "subject": f"card/{card_id}",
            "data": {
                "card_id": card_id,
                "person": {"name": "王秀英", "birth_date": "1950-01-02"},
                "contact": {"phones": ["13912345678"]},
                "region": "110101",
                "source_kind": "walk_in",
                "private": {},
            },
        }
    )


def test_one_person_registered_by_two_workers_at_the_same_moment_is_linked(
    postgres_url: str,
) -> None:
    with two_workers(postgres_url) as (door, first, second):
        door.intake.accept([card("C1"), card("C2")], HEADQUARTERS)
        one, two = carried_events(door.engine)
        recorded = one_behind_the_other(first, one, second, two, 1)
        assert [each.events for each in recorded] == [1, 1]
        with reading(second.engine) as connection:
            counts = [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (CARD, PERSON)
            ]
        assert counts == [2, 1]


def test_who_takes_over_a_partition_waits_and_records_nothing_twice(
    postgres_url: str,
) -> None:
    with two_workers(postgres_url) as (door, first, second):
        door.intake.accept([card("C1")], HEADQUARTERS)
        (event,) = carried_events(door.engine)
        recorded = one_behind_the_other(first, event, second, event, 0)
        assert [each.events for each in recorded] == [1, 0]


def test_what_is_erased_while_a_worker_waits_is_not_recorded_as_it_had_been_decoded(
    postgres_url: str,
) -> None:
    with two_workers(postgres_url) as (door, worker, _), ThreadPoolExecutor(1) as threads:
        door.intake.accept([card("C1")], HEADQUARTERS)
        (event,) = carried_events(door.engine)
        recorded: list[LoggedEvent] = []
        with mock.patch.object(worker.chunks, "record", lambda _, new, *__: recorded.extend(new)):
            with writing(worker.engine) as connection:
                hold(connection, RECORDING)
                waiting = threads.submit(worker.record, *taken_alone(event, 0))
                assert wait_until(lambda: waits_for_a_lock(worker.engine))
                door.keyring.destroy("card/C1")
            waiting.result(PATIENCE_SECONDS)
        assert [each.blank for each in recorded] == [True]
