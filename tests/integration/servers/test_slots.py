"""Slots of workers: each has one of its own, and one that was killed leaves it to the next."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

import pytest

from crm.configuration.settings import Settings
from streams.kafka import slots
from streams.kafka.slots import slot_of
from streams.running.lease import WorkerRunning
from tests.installations import Installation


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def settings(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Of an installation in either database."""
    with Installation() as installation:
        found = installation.settings
        if request.param == "PostgreSQL":
            found = replace(found, database_url=request.getfixturevalue("postgres_url"))
        yield found


def test_whoever_names_no_slot_gets_the_lowest_that_is_free(settings: Settings) -> None:
    with slot_of(settings, None) as first:
        with slot_of(settings, None) as second, slot_of(settings, None) as third:
            assert (first, second, third) == (0, 1, 2)
        with slot_of(settings, None) as again:
            assert again == 1


def test_a_slot_that_somebody_has_is_given_to_nobody_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "_PATIENCE_SECONDS", 0.0)
    with slot_of(settings, 3), pytest.raises(WorkerRunning), slot_of(settings, 3):
        pytest.fail("two have the same slot")
    with slot_of(settings, 3) as mine:
        assert mine == 3


def hold(settings: Settings, told: Connection, end: Event) -> None:
    """A worker in a process of its own."""
    with slot_of(settings, None) as slot:
        told.send(slot)
        end.wait()


def test_the_slot_of_a_worker_that_was_killed_is_free_again(settings: Settings) -> None:
    context = multiprocessing.get_context("spawn")
    hears, tells = context.Pipe()
    never = context.Event()
    process = context.Process(target=hold, args=(settings, tells, never))
    process.start()
    assert hears.poll(60) and hears.recv() == 0
    with slot_of(settings, None) as beside:
        assert beside == 1
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with slot_of(settings, 0) as same:
        assert same == 0
