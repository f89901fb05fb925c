"""The relay: publishes what waits in the outbox, in order, and marks it once Kafka has it.

One at a time, by lease. Killed at any moment it begins again with what is not marked; what it
thereby publishes twice, the journal takes once.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from kafka import KafkaProducer
from kafka.errors import KafkaError
from sqlalchemy import Engine

from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.journal.messages import CONTENT_TYPE, record
from crm.journal.progress import Progress
from crm.journal.undecodable import destroy_old_keys
from crm.keyring.keyring import Keyring
from crm.storage.database import reading
from streams.kafka.access import access_of
from streams.kafka.departures import Departures, partition_of
from streams.kafka.topics import (
    DEAD_LETTERS,
    DEALER_COPIES,
    EVENTS,
    LARGEST_MESSAGE_BYTES,
    Existing,
    TopicMissing,
    administration,
    existing,
    name_of,
)
from streams.running.days import hand_over_days
from streams.running.heartbeat import beat
from streams.running.logs import Summary
from streams.running.outbox_store import (
    OutboxStore,
    Waiting,
    forget_journaled,
    mark_published,
    outbox_age,
    waiting,
)
from streams.running.retry import patiently

EVENTS_AT_ONCE = 5_000
EVENTS_PER_RECORD = 100
_RECORD_BYTES = 400_000
_ACKNOWLEDGED_SECONDS = 60
_LOOK_AT_TOPIC_SECONDS = 5.0
_TIDY_SECONDS = 1.0
_log = logging.getLogger(__name__)
_HEADERS = [("content-type", CONTENT_TYPE)]


@dataclass
class Relay:
    """Publishes the outbox of one installation."""

    settings: Settings
    engine: Engine
    keyring: Keyring
    producer: KafkaProducer | None = None
    topic: Existing | None = None
    beside: dict[str, Existing | None] = field(default_factory=dict)
    """The topics of dead letters and of dealers' copies, by the end of their names."""
    looked: float = float("-inf")
    tidied: float = float("-inf")

    def step(self) -> int:
        """Publish some of what waits, tidy up, make the days that are due; returns how many.

        Raises KafkaError while the broker is away: what waits is then still waiting.
        """
        topic = self._topic()
        with reading(self.engine) as connection:
            found = waiting(connection, topic.topic_id, EVENTS_AT_ONCE)
        if found:
            self._publish(found, topic)
            mark_published(self.engine, topic.topic_id, found[0].position, found[-1].position)
        if time.monotonic() - self.tidied > _TIDY_SECONDS:
            forget_journaled(self.engine)
            self._reach_days()
            self._depart()
            self.tidied = time.monotonic()
        return len(found)

    def begin_anew(self) -> None:
        """After a failure: what the producer remembers of sequences and topics may be wrong."""
        self.topic = None
        if self.producer is not None:
            self.producer.close(timeout=1)
            self.producer = None

    def _connected(self) -> KafkaProducer:
        """A producer that is idempotent and waits for every replica in sync."""
        if self.producer is None:
            self.producer = KafkaProducer(
                **access_of(self.settings).arguments(),
                linger_ms=5,
                max_request_size=LARGEST_MESSAGE_BYTES,
            )
        return self.producer

    def _topic(self) -> Existing:
        """As it is now: one that was made anew has none of what the old one had."""
        if self.topic is None or time.monotonic() - self.looked > _LOOK_AT_TOPIC_SECONDS:
            name = name_of(EVENTS, self.settings)
            with administration(self.settings) as admin:
                self.topic = existing(admin, name)
                self.beside = {
                    topic.name: existing(admin, name_of(topic, self.settings))
                    for topic in (DEAD_LETTERS, DEALER_COPIES)
                }
            self.looked = time.monotonic()
        if self.topic is None:
            raise TopicMissing(name_of(EVENTS, self.settings))
        return self.topic

    def _publish(self, found: Sequence[Waiting], topic: Existing) -> None:
        name, producer = name_of(EVENTS, self.settings), self._connected()
        sent = [
            producer.send(
                name,
                value=record(each.message for each in piece),
                key=piece[0].subject.encode(),
                headers=_HEADERS,
                partition=partition,
            )
            for partition, piece in records(found, topic.partitions)
        ]
        producer.flush(_ACKNOWLEDGED_SECONDS)
        for each in sent:
            each.get(_ACKNOWLEDGED_SECONDS)

    def _depart(self) -> None:
        """Make dead letters known, and send dealers their rows if that is wanted.

        Where one of these topics is missing, what is for it waits.
        """
        departures = Departures(self.settings, self.engine, self.keyring)
        letters, copies = (self.beside.get(each.name) for each in (DEAD_LETTERS, DEALER_COPIES))
        if letters is not None:
            while departures.announce(self._connected(), letters):
                pass
        if copies is not None and self.settings.dealer_copies_topic:
            departures.send_copies(self._connected(), copies)

    def _reach_days(self) -> None:
        """What is due with time: keys of old messages, and days.

        Days after the last are made at once, older ones when all is recorded.
        """
        now = now_us()
        with reading(self.engine) as connection:
            destroy_old_keys(connection, self.keyring, shanghai_day(now))
            idle = outbox_age(connection)[0] == 0
        intake = EventIntake(self.engine, self.keyring, OutboxStore())
        hand_over_days(self.engine, intake, now, partial(is_due_now, idle))


def is_due_now(idle: bool, day: date, progress: Progress) -> bool:
    """Whether a day waits for nothing more."""
    return idle or (progress.days_to is not None and day > progress.days_to)


def records(found: Iterable[Waiting], partitions: int) -> Iterator[tuple[int, list[Waiting]]]:
    """(partition, its next events), each partition's in order, as many as a record may hold."""
    open_records: dict[int, list[Waiting]] = {}
    for each in found:
        partition = partition_of(each.subject, partitions)
        piece = open_records.setdefault(partition, [])
        size = sum(len(other.message) for other in piece)
        if len(piece) == EVENTS_PER_RECORD or (size + len(each.message) > _RECORD_BYTES and piece):
            yield partition, piece
            piece = open_records[partition] = []
        piece.append(each)
    yield from open_records.items()


def run(relay: Relay, idle_seconds: float = 0.1) -> None:
    """Publish for ever; while the broker is away, wait and try again."""
    published_now = Summary(_log, "published")

    def alive() -> None:
        beat(relay.settings, "relay")

    while True:
        alive()
        try:
            published = patiently(relay.step, alive)
        except (KafkaError, TopicMissing) as error:
            _log.warning("cannot publish now", extra={"error": type(error).__name__})
            relay.begin_anew()
            time.sleep(1.0)
            continue
        if published:
            published_now.add(events=published)
        else:
            time.sleep(idle_seconds)
