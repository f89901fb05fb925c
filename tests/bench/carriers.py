"""`python -m tests.bench.carriers`: events per second of a worker at scale, beside its peers.

All on one machine and in one run, on the same season: the embedded worker on SQLite, the same
recording straight from PostgreSQL's journal, both once more with the events still to be journaled
(which a worker at scale does in the same transaction), one and two Faust workers from Kafka into
PostgreSQL, and plain aiokafka that reads and decodes the same topic and does nothing with it.

The Faust workers have joined and have their partitions before they are stopped (SIGSTOP); then
everything is published, and measured from their going on to the last event recorded.

Beside the clock stands the processor time of an event, of the process and its backends in
PostgreSQL: it says what the work costs when other work shares the machine.
"""

import argparse
import asyncio
import os
import signal
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import aiokafka
import orjson
from kafka import TopicPartition
from kafka.admin import OffsetSpec
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.journal.checkpoints import Partition, checkpoints
from crm.journal.messages import rows
from crm.journal.outbox import OUTBOX
from crm.keyring.keyring import Keyring
from crm.recording.carried_batch import CarriedBatch
from crm.recording.carried_recorder import CarriedRecorder
from crm.recording.recorder import LARGEST_BATCH, Recorder
from crm.storage.database import open_engine, reading
from streams.embedded.worker import Worker
from streams.kafka.carrying import consumer_of
from streams.kafka.relay import Relay
from streams.kafka.topics import EVENTS, administration, create, name_of
from streams.running.takes import LARGEST_TAKE
from tests.bench.processor import Spent, processor_time
from tests.bench.steps import alone
from tests.installations import Installation
from tests.integration.kafka.carriers import Carried, carried_by, worker
from tests.integration.postgres.carrying import carried_events
from tests.servers import kafka, postgres, shared
from tests.servers.processes import wait_until

STARTS_ON = date(2026, 3, 2)
EMBEDDED = "embedded, SQLite"
ON_POSTGRES = "the same recording on PostgreSQL"
_TOGETHER = 1000
_LOOK_SECONDS = 0.05
_UNDISTURBED = {"JINXI_SESSION_SECONDS": "60", "JINXI_STALLED_SECONDS": "300"}
"""Nobody is taken for dead while it is stopped."""
_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Events per second, and the processor time of one."""

    rate: float
    cost_us: float

    @classmethod
    def of(cls, events: int, seconds: float, spent: Spent) -> "Measured":
        """Of so many events in so long a time."""
        return cls(events / seconds, spent.seconds * 1_000_000 / events)


def main() -> None:
    """Measure, and say it as a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.carriers", description=__doc__)
    parser.add_argument("--people", type=int, default=2000, help="people of the season")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, nargs="*", default=(1, 2))
    parser.add_argument("--repeats", type=int, default=1, help="of everything; medians are shown")
    asked = parser.parse_args()
    season = [orjson.dumps(event) for event in generate(asked.people, asked.seed, STARTS_ON)]
    shared.open_session()
    try:
        passes: list[dict[str, Measured]] = []
        for _ in range(asked.repeats):
            passes.append({})
            servers = kafka.broker_address(), postgres.server_url()
            for name, measured in _measured(season, *servers, asked.workers):
                print(
                    f"{name}: {measured.rate:,.0f} events/s, {measured.cost_us:.0f} µs", flush=True
                )
                passes[-1][name] = measured
        _show(passes, len(season))
    finally:
        shared.close_session()


def _measured(
    season: Sequence[bytes], broker: str, server: str, numbers: Sequence[int]
) -> Iterator[tuple[str, Measured]]:
    with Installation() as embedded:
        _accept(embedded, season)
        yield EMBEDDED, alone(_rate, embedded.settings)
        with Installation(keyring_url=embedded.settings.keyring_url) as other:
            both = embedded.settings, other.settings
            yield "embedded, SQLite, journaling too", alone(_rate_with_journal, *both)
    with _on_postgres(server) as installation:
        _accept(installation, season)
        yield ON_POSTGRES, alone(_rate, installation.settings)
        with _on_postgres(server, installation.settings.keyring_url) as other:
            both = installation.settings, other.settings
            yield "on PostgreSQL, journaling too", alone(_rate_with_journal, *both)
    for workers in numbers:
        with _on_postgres(server) as installation:
            carried = carried_by(installation, broker, f"b{uuid4().hex[:10]}")
            carried.environment = _UNDISTURBED
            create(carried.settings)
            for start in range(0, len(season), _TOGETHER):
                carried.accept(season[start : start + _TOGETHER])
            rate = _rate_of_workers(carried, workers)
            if workers == 1:
                plain = asyncio.run(_read_plainly(carried.settings))
                yield "plain aiokafka", Measured(plain, 0.0)
            yield f"{workers} Faust worker(s)", rate
            carried.stop()


@contextmanager
def _on_postgres(server: str, keyring_url: str | None = None) -> Iterator[Installation]:
    """An empty database, and an empty keyring unless there is one."""
    with ExitStack() as stack:
        database_url = stack.enter_context(postgres.new_database(server))
        keyring = keyring_url or stack.enter_context(postgres.new_database(server))
        yield stack.enter_context(Installation(database_url=database_url, keyring_url=keyring))


def _accept(installation: Installation, season: Sequence[bytes]) -> None:
    intake = EventIntake(installation.engine, installation.keyring)
    for start in range(0, len(season), _TOGETHER):
        intake.accept(season[start : start + _TOGETHER], HEADQUARTERS, history=True)


def _rate(settings: Settings) -> Measured:
    """The embedded recording, the days left out; in a process that has seen nothing of it."""
    engine, keyring = open_engine(settings.database_url), Keyring.open(settings)
    recorder: Recorder = Worker(engine, keyring).recorder
    recorded = 0
    with processor_time(settings, [os.getpid()]) as spent:
        started = time.perf_counter()
        while batch := recorder.record_next(now_us(), LARGEST_BATCH):
            recorded += batch.events
        seconds = time.perf_counter() - started
    return Measured.of(recorded, seconds, spent)


def _rate_with_journal(source: Settings, target: Settings) -> Measured:
    """A recorder to which the events are brought: it journals them first."""
    events = carried_events(open_engine(source.database_url))
    recorder = CarriedRecorder(open_engine(target.database_url), Keyring.open(target))
    partition = Partition("bench", "none", 0)
    with processor_time(target, [os.getpid()]) as spent:
        started = time.perf_counter()
        for start in range(0, len(events), LARGEST_TAKE):
            piece = tuple(events[start : start + LARGEST_TAKE])
            recorder.record([CarriedBatch(partition, piece[-1].offset + 1, piece)], now_us())
        seconds = time.perf_counter() - started
    return Measured.of(len(events), seconds, spent)


def _publish(carried: Carried) -> int:
    """Everything that was accepted into the topic; how many records that makes."""
    relay = Relay(carried.settings, carried.installation.engine, carried.installation.keyring)
    while relay.step():
        pass
    relay.begin_anew()
    name = name_of(EVENTS, carried.settings)
    asked = {TopicPartition(name, n): OffsetSpec.LATEST for n in range(EVENTS.partitions)}
    with administration(carried.settings) as admin:
        return sum(end.offset for end in admin.list_partition_offsets(asked).values())


async def _read_plainly(settings: Settings) -> float:
    """Events per second of a consumer that decodes every record, and no more."""
    consumer = aiokafka.AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        name = name_of(EVENTS, settings)
        numbers = consumer.partitions_for_topic(name) or await _partitions(consumer, name)
        places = [aiokafka.TopicPartition(name, number) for number in numbers]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        started = time.perf_counter()
        events = 0
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                events += sum(len(list(rows(record.value))) for record in records)
        return events / (time.perf_counter() - started)
    finally:
        await consumer.stop()


async def _partitions(consumer: aiokafka.AIOKafkaConsumer, name: str) -> set[int]:
    consumer.subscribe([name])
    await consumer.getmany(timeout_ms=1000)
    found: set[int] = consumer.partitions_for_topic(name) or set()
    consumer.unsubscribe()
    return found


def _rate_of_workers(carried: Carried, workers: int) -> Measured:
    """Workers that have joined, from the first record to the last."""
    with reading(carried.installation.engine) as connection:
        events = connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one()
    for slot in range(workers):
        carried.start(worker(slot))
    share = dict.fromkeys(range(workers), EVENTS.partitions // workers)
    assert wait_until(lambda: dict(carried.assignments()) == share), carried.said()
    for process in carried.running.values():
        process.send_signal(signal.SIGSTOP)
    records = _publish(carried)
    pids = [process.pid for process in carried.running.values()]
    with processor_time(carried.settings, pids) as spent:
        started = time.perf_counter()
        for process in carried.running.values():
            process.send_signal(signal.SIGCONT)
        ends = time.monotonic() + _PATIENCE_SECONDS
        while _recorded(carried) < records:
            assert time.monotonic() < ends, carried.said()
            time.sleep(_LOOK_SECONDS)
        seconds = time.perf_counter() - started
    return Measured.of(events, seconds, spent)


def _recorded(carried: Carried) -> int:
    """How many records the checkpoints have passed."""
    with reading(carried.installation.engine) as connection:
        reached = checkpoints(connection, consumer_of(carried.settings))
        return sum(each.next_offset for each in reached)


def _show(passes: list[dict[str, Measured]], events: int) -> None:
    def beside(base: str, name: str) -> float:
        return statistics.median(each[name].rate / each[base].rate for each in passes)

    def cheaper(name: str) -> float:
        costs = ((each[name].cost_us, each[ON_POSTGRES].cost_us) for each in passes)
        return statistics.median(base / cost if cost else 0.0 for cost, base in costs)

    table = Table(title=f"{events:,} events")
    for heading in ("", "events/s", "beside embedded", "beside PostgreSQL", "µs", "by processor"):
        table.add_column(heading, justify="right" if heading else "left")
    for name in passes[0]:
        rate = statistics.median(each[name].rate for each in passes)
        cost = statistics.median(each[name].cost_us for each in passes)
        beside_both = (f"{beside(base, name):.2f}" for base in (EMBEDDED, ON_POSTGRES))
        by_processor = f"{cost:.0f}", f"{cheaper(name):.2f}"
        table.add_row(name, f"{rate:,.0f}", *beside_both, *by_processor)
    Console().print(table)


if __name__ == "__main__":
    main()
