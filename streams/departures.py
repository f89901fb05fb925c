"""What leaves the house beside the events: dead letters made known, and rows of dealers' copies.

Each step reads what is to be sent in one transaction, sends it, waits for the acknowledgement, and
then writes down that it was sent. Killed in between it sends again: who receives keeps the highest
number of each row, and an announcement has the same id each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kafka import KafkaProducer
from kafka.partitioner import murmur2
from sqlalchemy import Connection, Engine

from campaigns.times import shanghai_day
from crm.announcements import (
    AsideMessage,
    FailedEvent,
    aside_unannounced,
    failed_unannounced,
    mark_aside,
    mark_failed,
)
from crm.checkpoints import Partition, checkpoints, glance, move_on, next_offset
from crm.database import reading, writing
from crm.dealer_keys import DealerKey, dealer_key
from crm.door import now_us
from crm.keyring import Keyring
from crm.scope import HEADQUARTERS_SCOPE
from crm.settings import Settings
from crm.sharing.queries import are_settled, changes_after, dealers_told
from streams.departing_messages import Departing, announcement_of, copy_message
from streams.topics import DEAD_LETTERS, DEALER_COPIES, Existing, name_of

AT_ONCE = 500
_ACKNOWLEDGED_SECONDS = 60


@dataclass(frozen=True)
class Departures:
    """What one installation sends out."""

    settings: Settings
    engine: Engine
    keyring: Keyring

    def announce(self, producer: KafkaProducer, topic: Existing) -> int:
        """Make dead letters known that this topic was not told of; returns how many."""
        with reading(self.engine) as connection:
            failed = failed_unannounced(connection, topic.topic_id, AT_ONCE)
            aside = aside_unannounced(connection, topic.topic_id, AT_ONCE)
        letters: list[FailedEvent | AsideMessage] = [*failed, *aside]
        if letters:
            name = name_of(DEAD_LETTERS, self.settings)
            messages = [announcement_of(each, self.settings.kafka_prefix) for each in letters]
            send(producer, name, topic, messages)
            with writing(self.engine) as connection:
                mark_failed(connection, topic.topic_id, failed)
                mark_aside(connection, topic.topic_id, aside)
        return len(letters)

    def send_copies(self, producer: KafkaProducer, topic: Existing) -> int:
        """Send each dealer that has a key its next changes; returns how many were sent."""
        with reading(self.engine) as connection:
            dealers = dealers_told(connection)
        sent = 0
        for dealer, last in dealers.items():
            key = dealer_key(self.keyring, dealer)
            if key is not None:
                sent += self._send_copy(producer, topic, key, last)
        return sent

    def _send_copy(
        self, producer: KafkaProducer, topic: Existing, key: DealerKey, last: int
    ) -> int:
        """Rows as they stand at this moment; none while it is not sure that they may be sent."""
        cursor = copy_cursor(self.settings, key, topic.topic_id)
        with reading(self.engine) as connection:
            after = glance(connection, cursor)
            if after >= last or not are_settled(connection, shanghai_day(now_us())):
                return 0
            changes = changes_after(HEADQUARTERS_SCOPE, connection, key.dealer, after, AT_ONCE)
        messages = [copy_message(change, key) for change in changes if not change.overtaken]
        send(producer, name_of(DEALER_COPIES, self.settings), topic, messages)
        with writing(self.engine) as connection:
            next_offset(connection, cursor)
            move_on(connection, cursor, changes[-1].sequence, now_us())
        return len(messages)


def copy_cursor(settings: Settings, key: DealerKey, topic_id: str) -> Partition:
    """Up to which change a dealer was sent its copy; a new key or topic begins anew."""
    return Partition(f"{settings.kafka_prefix}-copies/{key.dealer}/{key.number}", topic_id, 0)


def copy_cursors(connection: Connection, settings: Settings, key: DealerKey) -> list[Partition]:
    """The cursors of a dealer's key, of every topic it was ever sent on."""
    consumer = copy_cursor(settings, key, "").consumer
    return [each.partition for each in checkpoints(connection, consumer)]


def send_again(connection: Connection, cursors: Sequence[Partition]) -> None:
    """From the first change on."""
    for cursor in cursors:
        move_on(connection, cursor, 0, now_us())


def send(
    producer: KafkaProducer, name: str, topic: Existing, messages: Sequence[Departing]
) -> None:
    """Send in order; when this returns, Kafka has acknowledged all of them."""
    sent = [
        producer.send(
            name,
            value=each.value,
            key=each.key.encode(),
            headers=[("content-type", b"application/cloudevents+json")],
            partition=partition_of(each.key, topic.partitions),
        )
        for each in messages
    ]
    producer.flush(_ACKNOWLEDGED_SECONDS)
    for each in sent:
        each.get(_ACKNOWLEDGED_SECONDS)


def partition_of(key: str, partitions: int) -> int:
    """Where Kafka's own clients would put a record with this key."""
    hashed: int = murmur2(key.encode())
    return (hashed & 0x7FFFFFFF) % partitions
