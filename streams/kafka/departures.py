"""What leaves the house beside the events: dead letters made known, and rows of dealers' copies.

Each step reads what is to be sent in one transaction, sends it, waits for the acknowledgement, and
then writes down how far it came. Killed in between it sends again: who receives keeps the highest
number of each row, and an announcement has the same id each time. Rows of copies leave while the
copies are settled, and that they leave is kept before they do, as over HTTP.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kafka import KafkaProducer
from kafka.partitioner import murmur2
from sqlalchemy import Connection, Engine

from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.copies.queries import changes_after, dealers_told
from crm.feed.history import Sent, keep_sent
from crm.feed.queries import last_sequence
from crm.feed.settling import Accepted, NotSettled, accepted_so_far, must_be_settled
from crm.journal.announcements import (
    AsideMessage,
    FailedEvent,
    aside_unannounced,
    failed_unannounced,
    mark_aside,
    mark_failed,
)
from crm.journal.checkpoints import Partition, checkpoints, glance, move_on, next_offset
from crm.keyring.dealer_keys import DealerKey, dealer_key
from crm.keyring.keyring import Keyring
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from streams.kafka.departing_messages import Departing, announcement_of, copy_message
from streams.kafka.topics import (
    DEAD_LETTERS,
    DEALER_COPIES,
    LARGEST_MESSAGE_BYTES,
    Existing,
    name_of,
)

AT_ONCE = 500
PATIENCE_US = 3_000_000
"""So long what was accepted when copies were first held back is waited for, before it is looked
again how far the door has come: else a stream of events would keep dealers waiting for ever."""
_ACKNOWLEDGED_SECONDS = 60
_ACTOR = "relay"
_AROUND_BYTES = 4_096
"""What key, headers and the client's own frame may add to a message."""


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
            held_since = _held_since(connection, self._holding(topic))
        sent, held = 0, False
        for dealer, last in dealers.items():
            key = dealer_key(self.keyring, dealer)
            if key is None:
                continue
            try:
                sent += self._send_copy(producer, topic, key, last, held_since)
            except NotSettled:
                held = True
        self._hold(topic, held, held_since)
        return sent

    def _send_copy(
        self,
        producer: KafkaProducer,
        topic: Existing,
        key: DealerKey,
        last: int,
        held_since: Accepted | None,
    ) -> int:
        """Rows as they stand at this moment; NotSettled while it is not sure that they may be
        sent."""
        cursor = copy_cursor(self.settings, key, topic.topic_id)
        with reading(self.engine) as connection:
            after = glance(connection, cursor)
            if after >= last:
                return 0
            must_be_settled(connection, shanghai_day(now_us()), held_since, key.dealer)
            changes = changes_after(HEADQUARTERS_SCOPE, connection, key.dealer, after, AT_ONCE)
            newest = last_sequence(HEADQUARTERS_SCOPE, connection, key.dealer)
        up_to = changes[-1].sequence
        messages = [
            copy_message(change, key, LARGEST_MESSAGE_BYTES - _AROUND_BYTES)
            for change in changes
            if not change.overtaken
        ]
        if messages:
            with writing(self.engine) as connection:
                sent = Sent(key.dealer, now_us(), _ACTOR, "topic", up_to, len(messages), newest)
                keep_sent(connection, sent)
        send(producer, name_of(DEALER_COPIES, self.settings), topic, messages)
        with writing(self.engine) as connection:
            next_offset(connection, cursor)
            move_on(connection, cursor, up_to, now_us())
        return len(messages)

    def _holding(self, topic: Existing) -> tuple[Partition, Partition]:
        """Where it is kept how far journal and outbox were when copies were first held back."""
        consumer = f"{self.settings.kafka_prefix}-copies-held"
        return Partition(consumer, topic.topic_id, 0), Partition(consumer, topic.topic_id, 1)

    def _hold(self, topic: Existing, held: bool, held_since: Accepted | None) -> None:
        """Keep since when copies are held back, and forget it once they have left."""
        if held == (held_since is not None):
            return
        with writing(self.engine) as connection:
            so_far = accepted_so_far(connection) if held else Accepted(0, 0)
            for place, position in zip(
                self._holding(topic), (so_far.journal, so_far.outbox), strict=True
            ):
                next_offset(connection, place)
                move_on(connection, place, position, now_us() if held else 0)


def _held_since(connection: Connection, holding: tuple[Partition, Partition]) -> Accepted | None:
    """How far the door had come when copies were held back; None: just now, or not at all."""
    offsets = {each.partition: each for each in checkpoints(connection, holding[0].consumer)}
    journal, outbox = (offsets.get(place) for place in holding)
    if journal is None or outbox is None:
        return None
    if not 0 <= now_us() - journal.recorded_us <= PATIENCE_US:
        return None
    return Accepted(journal.next_offset, outbox.next_offset)


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
