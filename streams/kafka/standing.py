"""How it stands at the broker: what was not taken yet, and who works."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError
from sqlalchemy import Connection

from crm.configuration.settings import Settings
from crm.intake.inboxes import inboxes
from crm.journal.checkpoints import ConsumerOffset, checkpoints
from crm.operations.status import Status
from streams.kafka.bridge import bridge_of
from streams.kafka.carrying import consumer_of, group_of
from streams.kafka.topics import EVENTS, Existing, administration, existing, inbox_topic, name_of

_PATIENCE_MS = 5_000
# Faust puts something of its own beside each assignment, and each look would be a warning.
logging.getLogger("kafka.admin._groups").setLevel(logging.ERROR)


def at_broker(settings: Settings, connection: Connection, found: Status) -> Status:
    """What is stored, and what the broker says of it; None where it does not answer."""
    offsets = checkpoints(connection, consumer_of(settings))
    taken = checkpoints(connection, bridge_of(settings))
    names = [inbox.name for inbox in inboxes(connection)]
    found = replace(
        found,
        carrier="kafka",
        last_recorded_us=max((each.recorded_us for each in offsets), default=None),
    )
    try:
        with administration(settings, _PATIENCE_MS) as admin:
            topic = existing(admin, name_of(EVENTS, settings))
            workers = _workers(admin, group_of(settings, topic.topic_id)) if topic else None
            return replace(
                found,
                lag_records=_lag(admin, topic, offsets),
                inbox_records={
                    name: sum((_lag(admin, existing(admin, inbox), taken) or {}).values())
                    for name in names
                    for inbox in [name_of(inbox_topic(name), settings)]
                },
                workers=workers,
            )
    except KafkaError:
        return replace(found, lag_records=None, inbox_records=None)


def _lag(
    admin: KafkaAdminClient, topic: Existing | None, taken: list[ConsumerOffset]
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
