"""`python -m tests.bench.workers`: what several recording workers bring, beside one.

Without a broker: the partitions of a season are handed to worker processes as Faust would hand
them the records, in takes of several sizes, into PostgreSQL beside them and into one that answers
2 ms later, as over a network. Each row stands beside one worker of the same kind in the same run.
"Cells" are as many workers into as many databases, each with its own part of the people: what this
machine would give to workers who never wait for each other.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import product
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.engine import make_url

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.journal.checkpoints import Partition
from crm.keyring.keyring import Keyring
from crm.recording.carried_batch import CarriedBatch, CarriedEvent
from crm.recording.carried_recorder import CarriedRecorder
from crm.storage.database import open_engine
from streams.running.retry import patiently
from tests.databases import EmptyInstallation, empty_installation
from tests.installations import Installation
from tests.integration.postgres.carrying import carried_events, in_partitions
from tests.servers import postgres, shared
from tests.servers.distant import distant
from tests.servers.postgres import new_database

STARTS_ON = date(2026, 3, 2)
PARTITIONS = 4
WORKERS = (1, 2, 4)
TAKES = (200, 1_000, 4_000)
DELAY_SECONDS = 0.002
_TOGETHER = 1_000
_START_SECONDS = 120.0
Take = list[CarriedBatch]


@dataclass(frozen=True, slots=True)
class Case:
    """One way to record: through the slow way or not, in which takes, by how many."""

    is_distant: bool
    take: int
    workers: int
    cells: bool = False

    @property
    def name(self) -> str:
        """What it is called while it is measured."""
        place = "2 ms away" if self.is_distant else "beside"
        return f"{place}, takes of {self.take}, {self.workers} {'cells' if self.cells else ''}"

    @property
    def alone(self) -> "Case":
        """What it is compared with."""
        return replace(self, workers=1, cells=False)


def main() -> None:
    """Measure, and say it as a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.workers", description=__doc__)
    parser.add_argument("--people", type=int, default=1000, help="people of the season")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--repeats", type=int, default=3, help="of everything; the median counts")
    parser.add_argument("--takes", type=int, nargs="+", default=TAKES)
    parser.add_argument("--cells", action="store_true", help="as many databases, too")
    asked = parser.parse_args()
    shared.open_session()
    try:
        _measure(asked)
    finally:
        shared.close_session()


def _measure(asked: argparse.Namespace) -> None:
    cases = [Case(*each) for each in product((False, True), asked.takes, WORKERS)]
    if asked.cells:
        cases += [replace(case, cells=True) for case in cases if case.workers > 1]
    rates: dict[Case, list[float]] = {case: [] for case in cases}
    server = postgres.server_url()
    with (
        new_database(server) as keyring_url,
        Installation(keyring_url=keyring_url) as journaled,
        empty_installation(server) as empty,
        distant(server, DELAY_SECONDS) as far,
    ):
        lines = [orjson.dumps(event) for event in generate(asked.people, asked.seed, STARTS_ON)]
        intake = EventIntake(journaled.engine, journaled.keyring)
        for start in range(0, len(lines), _TOGETHER):
            intake.accept(lines[start : start + _TOGETHER], HEADQUARTERS, history=True)
        _say_round_trips(empty.server, far)
        season = Season(carried_events(journaled.engine), journaled, empty, far)
        for _ in range(asked.repeats):
            for case in cases:
                rates[case].append(season.rate(case))
                print(f"{case.name}: {rates[case][-1]:,.0f} events/s", flush=True)
    _show(rates, len(lines))


@dataclass(frozen=True, slots=True)
class Season:
    """What is recorded, with which keys, and where."""

    events: Sequence[CarriedEvent]
    journaled: Installation
    empty: EmptyInstallation
    far: str

    def rate(self, case: Case) -> float:
        """Events per second of some workers, from the first take to the last."""
        partitions = in_partitions(self.events, PARTITIONS)
        shares = [list(enumerate(partitions))[w :: case.workers] for w in range(case.workers)]
        with ExitStack() as stack:
            places = [
                stack.enter_context(self._place(case))
                for _ in range(case.workers if case.cells else 1)
            ]
            context = multiprocessing.get_context("spawn")
            ready, go = context.Barrier(case.workers + 1), context.Event()
            processes = []
            for number, share in enumerate(shares):
                waiting = list(takes(share, case.take))
                arguments = (places[number % len(places)], waiting, ready, go)
                processes.append(context.Process(target=_record, args=arguments))
            for process in processes:
                process.start()
            ready.wait(_START_SECONDS)
            started = time.perf_counter()
            go.set()
            for process in processes:
                process.join()
            seconds = time.perf_counter() - started
            assert [process.exitcode for process in processes] == [0] * case.workers
        return len(self.events) / seconds

    @contextmanager
    def _place(self, case: Case) -> Iterator[Settings]:
        """An empty installation with the keys of what was journaled."""
        with (
            self.empty.databases() as urls,
            Installation(
                database_url=urls.database_url,
                keyring_url=self.journaled.settings.keyring_url,
            ) as at,
        ):
            yield _seen_from_afar(at.settings, self.far) if case.is_distant else at.settings


def _seen_from_afar(settings: Settings, far: str) -> Settings:
    """The same databases, by the slow way."""
    urls = settings.database_url, settings.keyring_url
    port = make_url(far).port
    data, keys = (make_url(url).set(port=port).render_as_string(False) for url in urls)
    return replace(settings, database_url=data, keyring_url=keys)


def takes(partitions: Sequence[tuple[int, Sequence[CarriedEvent]]], largest: int) -> Iterator[Take]:
    """The events of some partitions as they came, so many together."""
    numbered = [(event, number) for number, events in partitions for event in events]
    in_order = sorted(numbered, key=lambda each: each[0].offset)
    for start in range(0, len(in_order), largest):
        parts: dict[int, list[CarriedEvent]] = {}
        for event, number in in_order[start : start + largest]:
            parts.setdefault(number, []).append(event)
        yield [
            CarriedBatch(Partition("bench", "none", number), own[-1].offset + 1, tuple(own))
            for number, own in parts.items()
        ]


def _record(settings: Settings, waiting: list[Take], ready: Any, go: Any) -> None:
    """A worker's process."""
    engine, keyring = open_engine(settings.database_url), Keyring.open(settings)
    recorder = CarriedRecorder(engine, keyring)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    ready.wait()
    go.wait()
    for take in waiting:
        patiently(partial(recorder.record, take, 1))
    engine.dispose()
    keyring.engine.dispose()


def _say_round_trips(near: str, far: str) -> None:
    for name, url in (("beside", near), ("distant", far)):
        engine = open_engine(url)
        with engine.connect() as connection:
            started = time.perf_counter()
            for _ in range(200):
                connection.exec_driver_sql("SELECT 1")
            seconds = (time.perf_counter() - started) / 200
        engine.dispose()
        print(f"a statement to the database {name}: {seconds * 1000:.2f} ms")


def _show(rates: dict[Case, list[float]], events: int) -> None:
    table = Table(title=f"{events:,} events, {PARTITIONS} partitions")
    for heading in ("database", "take", "workers"):
        table.add_column(heading)
    for heading in ("events/s", "beside one"):
        table.add_column(heading, justify="right")
    for case, measured in sorted(
        rates.items(), key=lambda each: (each[0].is_distant, each[0].take)
    ):
        beside = statistics.median(
            one / other for one, other in zip(measured, rates[case.alone], strict=True)
        )
        table.add_row(
            "2 ms away" if case.is_distant else "beside",
            f"{case.take:,}",
            f"{case.workers} cells" if case.cells else str(case.workers),
            f"{statistics.median(measured):,.0f}",
            f"{beside:.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
