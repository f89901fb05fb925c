"""How it stands: what waits where, how far the recording is behind, what failed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError
from sqlalchemy import Connection, func, select

from crm.checkpoints import checkpoints
from crm.database import reading
from crm.dead_letters import DEAD_LETTER
from crm.inboxes import inboxes
from crm.journal import JOURNAL, last_position
from crm.outcomes.tables import OUTCOME
from crm.progress import load_progress
from crm.undecodable import UNDECODABLE
from streams.bridge import bridge_of
from streams.carrying import consumer_of
from streams.installation import Installation
from streams.outbox import outbox_age
from streams.topics import EVENTS, administration, existing, inbox_topic, name_of

_PATIENCE_MS = 5_000


@dataclass(frozen=True, slots=True)
class Status:
    """An installation at one moment; instants in µs since the epoch, None where there is none.

    lag_records: records of the events topic that are not recorded yet, by partition; None while
    the broker does not answer, empty where the journal itself carries.
    inbox_records: the same of the inboxes, by name.
    """

    carrier: str
    journaled: int
    not_recorded: int
    outbox: int
    outbox_oldest_us: int | None
    waiting: int
    dead_letters: int
    undecodable: int
    last_recorded_us: int | None
    lag_records: Mapping[int, int] | None
    inbox_records: Mapping[str, int] | None


def status(installation: Installation) -> Status:
    """Look at the database, and at the broker where there is one."""
    settings = installation.settings
    with reading(installation.engine) as connection:
        outbox, oldest_us = outbox_age(connection)
        recorded = load_progress(connection, "embedded").position
        reached = checkpoints(connection, consumer_of(settings))
        found = Status(
            carrier="journal" if settings.kafka_bootstrap is None else "kafka",
            journaled=_count(connection, JOURNAL.c.position),
            not_recorded=max(0, last_position(connection) - recorded),
            outbox=outbox,
            outbox_oldest_us=oldest_us,
            waiting=_count(connection, OUTCOME.c.position, OUTCOME.c.outcome == "waiting"),
            dead_letters=_count(connection, DEAD_LETTER.c.position),
            undecodable=_count(connection, UNDECODABLE.c.offset),
            last_recorded_us=max((each.recorded_us for each in reached), default=None),
            lag_records={},
            inbox_records={},
        )
        taken = checkpoints(connection, bridge_of(settings))
        names = [inbox.name for inbox in inboxes(connection)]
        offsets = {
            (each.partition.topic_id, each.partition.number): each.next_offset
            for each in (*reached, *taken)
        }
    if settings.kafka_bootstrap is None:
        return found
    try:
        with administration(settings, _PATIENCE_MS) as admin:
            lag = _lag(admin, name_of(EVENTS, settings), offsets)
            waiting = {
                name: sum(
                    (_lag(admin, name_of(inbox_topic(name), settings), offsets) or {}).values()
                )
                for name in names
            }
    except KafkaError:
        return replace(found, lag_records=None, inbox_records=None)
    return replace(found, lag_records=lag, inbox_records=waiting)


def _count(connection: Connection, column: Any, *conditions: Any) -> int:
    query = select(func.count(column)).where(*conditions)
    return connection.execute(query).scalar_one()


def _lag(
    admin: KafkaAdminClient, name: str, offsets: Mapping[tuple[str, int], int]
) -> dict[int, int] | None:
    """What was not taken yet of a topic, by partition; None where there is no such topic."""
    topic = existing(admin, name)
    if topic is None:
        return None
    places = [TopicPartition(name, number) for number in range(topic.partitions)]
    first = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
    last = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    return {
        place.partition: last[place].offset
        - max(offsets.get((topic.topic_id, place.partition), 0), first[place].offset)
        for place in places
    }


def metrics(found: Status) -> str:
    """The same for Prometheus, in its text format; nothing personal is in it."""
    return "".join(f"{line}\n" for line in _metrics(found))


def _metrics(found: Status) -> Iterator[str]:
    for name, value in (
        ("journaled_events", found.journaled),
        ("not_recorded_events", found.not_recorded),
        ("outbox_events", found.outbox),
        ("outbox_oldest_timestamp_seconds", _seconds(found.outbox_oldest_us)),
        ("waiting_events", found.waiting),
        ("dead_letters", found.dead_letters),
        ("undecodable_messages", found.undecodable),
        ("last_recorded_timestamp_seconds", _seconds(found.last_recorded_us)),
        ("broker_answers", int(found.lag_records is not None)),
    ):
        yield f"# TYPE jinxi_{name} gauge"
        yield f"jinxi_{name} {value}"
    yield "# TYPE jinxi_lag_records gauge"
    for partition, lag in sorted((found.lag_records or {}).items()):
        yield f'jinxi_lag_records{{partition="{partition}"}} {lag}'
    yield "# TYPE jinxi_inbox_records gauge"
    for name, waiting in sorted((found.inbox_records or {}).items()):
        yield f'jinxi_inbox_records{{inbox="{name}"}} {waiting}'


def _seconds(instant_us: int | None) -> int:
    return (instant_us or 0) // 1_000_000
