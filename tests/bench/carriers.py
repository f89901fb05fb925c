"""`python -m tests.bench.carriers`: events per second of a worker at scale, beside its peers.

All on one machine and in one run, on the same season: the embedded worker on SQLite, the same
recording straight from PostgreSQL's journal, one and two Faust workers from Kafka into PostgreSQL,
and plain aiokafka that reads and decodes the same topic and does nothing with it.
"""

import argparse
import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.database import reading
from crm.door import JournalIntake, now_us
from crm.journal import last_position
from crm.outbox import OUTBOX
from crm.record import Recorder
from crm.settings import Settings
from streams.embedded import LARGEST_BATCH, Worker
from streams.messages import rows
from streams.relay import Relay
from streams.topics import EVENTS, create, name_of
from tests.installations import Installation
from tests.integration.kafka.carriers import Carried, carried_by, worker
from tests.servers import kafka, postgres, shared

STARTS_ON = date(2026, 3, 2)
_TOGETHER = 1000
_LOOK_SECONDS = 0.02
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
    with _on_postgres(server) as installation:
        _accept(installation, season)
        yield "the same recording on PostgreSQL", _rate(installation)
    for workers in (1, 2):
        with _on_postgres(server) as installation:
            carried = carried_by(installation, broker, f"b{uuid4().hex[:10]}")
            create(carried.settings)
            _publish(carried, season)
            if workers == 1:
                yield "plain aiokafka", asyncio.run(_read_plainly(carried.settings))
            yield f"{workers} Faust worker(s)", _rate_of_workers(carried, workers)
            carried.stop()


@contextmanager
def _on_postgres(server: str) -> Iterator[Installation]:
    with (
        postgres.new_database(server) as database_url,
        postgres.new_database(server) as keyring_url,
        Installation(database_url=database_url, keyring_url=keyring_url) as installation,
    ):
        yield installation


def _accept(installation: Installation, season: Sequence[bytes]) -> None:
    intake = JournalIntake(installation.engine, installation.keyring)
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


def _publish(carried: Carried, season: Sequence[bytes]) -> None:
    """Everything into the topic, before anybody reads it."""
    for start in range(0, len(season), _TOGETHER):
        carried.accept(season[start : start + _TOGETHER])
    relay = Relay(carried.settings, carried.installation.engine, carried.installation.keyring)
    while relay.step():
        pass
    relay.begin_anew()


async def _read_plainly(settings: Settings) -> float:
    """Events per second of a consumer that decodes every record, and no more."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        name = name_of(EVENTS, settings)
        numbers = consumer.partitions_for_topic(name) or await _partitions(consumer, name)
        places = [TopicPartition(name, number) for number in numbers]
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


async def _partitions(consumer: AIOKafkaConsumer, name: str) -> set[int]:
    consumer.subscribe([name])
    await consumer.getmany(timeout_ms=1000)
    found: set[int] = consumer.partitions_for_topic(name) or set()
    consumer.unsubscribe()
    return found


def _rate_of_workers(carried: Carried, workers: int) -> float:
    """Events per second from the first one recorded to the last: starting is not counted."""
    for slot in range(workers):
        carried.start(worker(slot))
    with reading(carried.installation.engine) as connection:
        wanted = connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one()
    first = started = 0.0
    ends = time.monotonic() + _PATIENCE_SECONDS
    while (recorded := _journaled(carried)) < wanted:
        if recorded and not first:
            first, started = recorded, time.perf_counter()
        assert time.monotonic() < ends, carried.said()
        time.sleep(_LOOK_SECONDS)
    return (wanted - first) / (time.perf_counter() - started)


def _journaled(carried: Carried) -> int:
    with reading(carried.installation.engine) as connection:
        return last_position(connection)


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
