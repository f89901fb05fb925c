"""How it stands: what waits where, how far the recording is behind, what failed, who works."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from crm.configuration.settings import Settings
from crm.intake.inboxes import inboxes
from crm.journal.checkpoints import Reached, checkpoints
from crm.operations.status import Status, stored_status
from crm.storage.database import reading
from streams.kafka.bridge import bridge_of
from streams.kafka.carrying import consumer_of, group_of
from streams.kafka.topics import EVENTS, Existing, administration, existing, inbox_topic, name_of
from streams.running.installation import Installation
from streams.running.lease import WorkerRunning, lease

_PATIENCE_MS = 5_000
# Faust puts something of its own beside each assignment, and each look would be a warning.
logging.getLogger("kafka.admin._groups").setLevel(logging.ERROR)


def status(installation: Installation) -> Status:
    """Look at the database, and at the broker where there is one."""
    settings = installation.settings
    with reading(installation.engine) as connection:
        found = stored_status(connection)
        reached = checkpoints(connection, consumer_of(settings))
        taken = checkpoints(connection, bridge_of(settings))
        names = [inbox.name for inbox in inboxes(connection)]
    if settings.kafka_bootstrap is None:
        return replace(found, workers=_embedded_workers(settings))
    found = replace(
        found,
        carrier="kafka",
        last_recorded_us=max((each.recorded_us for each in reached), default=None),
    )
    try:
        with administration(settings, _PATIENCE_MS) as admin:
            topic = existing(admin, name_of(EVENTS, settings))
            workers = _workers(admin, group_of(settings, topic.topic_id)) if topic else None
            return replace(
                found,
                lag_records=_lag(admin, topic, reached),
                inbox_records={
                    name: sum((_lag(admin, existing(admin, inbox), taken) or {}).values())
                    for name in names
                    for inbox in [name_of(inbox_topic(name), settings)]
                },
                workers=workers,
            )
    except KafkaError:
        return replace(found, lag_records=None, inbox_records=None)


def _embedded_workers(settings: Settings) -> dict[str, int]:
    """The one that records the journal, if somebody holds its lease."""
    try:
        with lease(settings):
            return {}
    except WorkerRunning:
        return {"0": 0}


def _lag(
    admin: KafkaAdminClient, topic: Existing | None, taken: list[Reached]
) -> dict[int, int] | None:
    """What was not taken yet of a topic, by partition; None where there is no such topic."""
    if topic is None:
        return None
    offsets = {
        each.partition.number: each.next_offset
        for each in taken
        if each.partition.topic_id == topic.topic_id
    }
    places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    first = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
    last = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    return {
        place.partition: last[place].offset
        - max(offsets.get(place.partition, 0), first[place].offset)
        for place in places
    }


def _workers(admin: KafkaAdminClient, group: str) -> dict[str, int] | None:
    """The slots that are members of the group, and how many partitions each has.

    None where nobody can tell: a broker on which no group ever was has no coordinator yet.
    """
    try:
        members = admin.describe_groups([group])[group]["members"]
    except KafkaError:
        return None
    return {
        str(member["group_instance_id"] or member["member_id"]).removeprefix(f"{group}-"): (
            _partitions_of(member["member_assignment"])
        )
        for member in members
    }


def _partitions_of(assignment: Any) -> int:
    """How many partitions a member was given; none while the group shares them out."""
    if not isinstance(assignment, Mapping):
        return 0
    return sum(len(topic["partitions"]) for topic in assignment["assigned_partitions"])


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
        ("workers", len(found.workers or ())),
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
