"""`python -m tests.bench.carriers`: events per second of a worker at scale, beside its peers.

All on one machine and in one run, on the same season: the embedded worker on SQLite, the same
recording straight from PostgreSQL's journal, both once more with the events still to be journaled
(which a worker at scale does in the same transaction), one and two Faust workers from Kafka into
PostgreSQL, and plain aiokafka that reads and decodes the same topic and does nothing with it.

The Faust workers have joined and have their partitions before they are stopped (SIGSTOP); then
everything is published, and measured from their going on to the last event recorded.
"""

import argparse
import asyncio
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
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
from crm.journal.outbox import OUTBOX
from crm.recording.carried_batch import CarriedBatch
from crm.recording.carried_recorder import CarriedRecorder
from crm.recording.recorder import Recorder
from crm.storage.database import reading
from streams.embedded.worker import LARGEST_BATCH, Worker
from streams.kafka.carrying import LARGEST_TAKE, consumer_of
from streams.kafka.relay import Relay
from streams.kafka.topics import EVENTS, administration, create, name_of
from streams.running.messages import rows
from tests.installations import Installation
from tests.integration.kafka.carriers import Carried, carried_by, worker
from tests.integration.postgres.carrying import carried_events
from tests.servers import kafka, postgres, shared
from tests.servers.processes import wait_until

STARTS_ON = date(2026, 3, 2)
_TOGETHER = 1000
_LOOK_SECONDS = 0.05
_UNDISTURBED = {"JINXI_SESSION_SECONDS": "60", "JINXI_STALLED_SECONDS": "300"}
"""Nobody is taken for dead while it is stopped."""
_PATIENCE_SECONDS = 600.0


def main() -> None:
    """Measure, and say it as a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.carriers", description=__doc__)
    parser.add_argument("--people", type=int, default=2000, help="people of the season")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    season = [orjson.dumps(event) for event in generate(asked.people, asked.seed, STARTS_ON)]
    shared.open_session()
    try:
        _show(list(_measured(season, kafka.broker_address(), postgres.server_url())), len(season))
    finally:
        shared.close_session()


def _measured(season: Sequence[bytes], broker: str, server: str) -> Iterator[tuple[str, float]]:
    with Installation() as embedded:
        _accept(embedded, season)
        yield "embedded, SQLite", _rate(embedded)
        with Installation(keyring_url=embedded.settings.keyring_url) as other:
            yield "embedded, SQLite, journaling too", _rate_with_journal(embedded, other)
    with _on_postgres(server) as installation:
        _accept(installation, season)
        yield "the same recording on PostgreSQL", _rate(installation)
        with _on_postgres(server, installation.settings.keyring_url) as other:
            yield "on PostgreSQL, journaling too", _rate_with_journal(installation, other)
    for workers in (1, 2):
        with _on_postgres(server) as installation:
            carried = carried_by(installation, broker, f"b{uuid4().hex[:10]}")
            carried.environment = _UNDISTURBED
            create(carried.settings)
            for start in range(0, len(season), _TOGETHER):
                carried.accept(season[start : start + _TOGETHER])
            rate = _rate_of_workers(carried, workers)
            if workers == 1:
                yield "plain aiokafka", asyncio.run(_read_plainly(carried.settings))
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


def _rate(installation: Installation) -> float:
    """Events per second of the embedded recording, the days left out."""
    recorder: Recorder = Worker(installation.engine, installation.keyring).recorder
    recorded = 0
    started = time.perf_counter()
    while batch := recorder.record_next(now_us(), LARGEST_BATCH):
        recorded += batch.events
    return recorded / (time.perf_counter() - started)


def _rate_with_journal(source: Installation, target: Installation) -> float:
    """Events per second of a recorder to which they are brought: it journals them first."""
    events = carried_events(source.engine)
    recorder = CarriedRecorder(target.engine, target.keyring)
    partition = Partition("bench", "none", 0)
    started = time.perf_counter()
    for start in range(0, len(events), LARGEST_TAKE):
        piece = tuple(events[start : start + LARGEST_TAKE])
        recorder.record([CarriedBatch(partition, piece[-1].offset + 1, piece)], now_us())
    return len(events) / (time.perf_counter() - started)


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


def _rate_of_workers(carried: Carried, workers: int) -> float:
    """Events per second of workers that have joined, from the first record to the last."""
    with reading(carried.installation.engine) as connection:
        events = connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one()
    for slot in range(workers):
        carried.start(worker(slot))
    share = dict.fromkeys(range(workers), EVENTS.partitions // workers)
    assert wait_until(lambda: dict(carried.assignments()) == share), carried.said()
    for process in carried.running.values():
        process.send_signal(signal.SIGSTOP)
    records = _publish(carried)
    started = time.perf_counter()
    for process in carried.running.values():
        process.send_signal(signal.SIGCONT)
    ends = time.monotonic() + _PATIENCE_SECONDS
    while _recorded(carried) < records:
        assert time.monotonic() < ends, carried.said()
        time.sleep(_LOOK_SECONDS)
    return float(events / (time.perf_counter() - started))


def _recorded(carried: Carried) -> int:
    """How many records the checkpoints have passed."""
    with reading(carried.installation.engine) as connection:
        reached = checkpoints(connection, consumer_of(carried.settings))
        return sum(each.next_offset for each in reached)


def _show(measured: list[tuple[str, float]], events: int) -> None:
    table = Table(title=f"{events:,} events")
    for heading in ("", "events/s", "beside embedded"):
        table.add_column(heading, justify="right" if heading else "left")
    base = measured[0][1]
    for name, rate in measured:
        table.add_row(name, f"{rate:,.0f}", f"{rate / base:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
