"""The bridge: takes what foreign producers write to their inboxes through the door, as theirs.

One at a time, by lease. For the records of one partition, always in this order:

1. each is read by CloudEvents' Kafka binding (streams/kafka/inbox_records.py);
2. its events go through the door under the credential of the inbox's token; when that returns,
   what was accepted is durable, and its personal part encrypted;
3. in one transaction, what was refused or could not be read is put aside with its reason, and the
   checkpoint of the partition is moved.

Killed between 2 and 3 it hands the same events over again, which are duplicates then.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.intake.inboxes import Inbox, inboxes
from crm.journal.checkpoints import Partition, glance, move_on, next_offset
from crm.journal.undecodable import Undecodable, put_aside
from crm.storage.database import reading, writing
from streams.kafka.access import access_of
from streams.kafka.inbox_records import InboxRecord, in_pieces, read_record, refused_of
from streams.kafka.topics import Existing, administration, existing, inbox_topic, name_of
from streams.running.heartbeat import beat
from streams.running.installation import Installation
from streams.running.retry import patiently

RECORDS_AT_ONCE = 500
EVENTS_AT_ONCE = 500
"""Through the door: as long as one transaction lasts everybody else's events wait for it, and what
pretends to be thousands in each record is held in memory."""
TOKEN_REVOKED = "token_revoked"
_POLL_MS = 200
_LOOK_SECONDS = 2.0
_log = logging.getLogger(__name__)


def bridge_of(settings: Settings) -> str:
    """The one consumer of all inboxes."""
    return f"{settings.kafka_prefix}-bridge"


@dataclass(frozen=True, slots=True)
class _Source:
    """An inbox whose topic is there."""

    inbox: Inbox
    topic: Existing


@dataclass
class Bridge:
    """Takes what stands in the inboxes of one installation."""

    installation: Installation
    consumer: Any = None
    sources: dict[str, _Source] = field(default_factory=dict)
    """By the whole name of the topic."""
    looked: float = float("-inf")

    def step(self) -> int:
        """Take some of what waits; returns how many records. KafkaError: the broker is away."""
        if time.monotonic() - self.looked > _LOOK_SECONDS:
            self._look()
            self.looked = time.monotonic()
        if not self.sources:
            time.sleep(_POLL_MS / 1000)
            return 0
        polled = self.consumer.poll(timeout_ms=_POLL_MS, max_records=RECORDS_AT_ONCE)
        for place, records in polled.items():
            self._take(place, records)
        return sum(map(len, polled.values()))

    def alive(self) -> None:
        """We work, or wait for somebody who is away."""
        beat(self.installation.settings, "bridge")

    def begin_anew(self) -> None:
        """After a failure: what was read and not taken is read again."""
        if self.consumer is not None:
            self.consumer.close(autocommit=False)
        self.consumer, self.sources, self.looked = None, {}, float("-inf")

    def _look(self) -> None:
        """Which inboxes there are, and what may be said in them now."""
        with reading(self.installation.engine) as connection:
            known = inboxes(connection)
        found = {}
        with administration(self.installation.settings) as admin:
            for inbox in known:
                name = name_of(inbox_topic(inbox.name), self.installation.settings)
                topic = existing(admin, name)
                if topic is not None:
                    found[name] = _Source(inbox, topic)
        before = {name: source.topic for name, source in self.sources.items()}
        if {name: source.topic for name, source in found.items()} != before:
            # Should this fail, it is done again.
            self.sources = {}
            self._assign(found)
        self.sources = found

    def _assign(self, sources: Mapping[str, _Source]) -> None:
        """Read all partitions, each from its checkpoint; a topic made anew from its beginning."""
        if not sources:
            self.begin_anew()
            return
        if self.consumer is None:
            self.consumer = KafkaConsumer(
                **access_of(self.installation.settings).arguments(),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
            )
        places = [
            TopicPartition(name, number)
            for name, source in sources.items()
            for number in range(source.topic.partitions)
        ]
        self.consumer.assign(places)
        with reading(self.installation.engine) as connection:
            for place in places:
                partition = self._partition(place, sources)
                self.consumer.seek(place, glance(connection, partition))

    def _partition(self, place: TopicPartition, sources: Mapping[str, _Source]) -> Partition:
        consumer = bridge_of(self.installation.settings)
        return Partition(consumer, sources[place.topic].topic.topic_id, place.partition)

    def _take(self, place: TopicPartition, records: Sequence[Any]) -> None:
        read = (read_record(each.offset, each.headers or (), each.value) for each in records)
        for piece in in_pieces(read, EVENTS_AT_ONCE):
            aside = patiently(partial(self._hand_over, place, piece), self.alive)
            patiently(partial(self._settle, place, piece[-1].offset + 1, aside), self.alive)

    def _hand_over(self, place: TopicPartition, read: Sequence[InboxRecord]) -> list[Undecodable]:
        """Through the door; what is to be put aside of them."""
        # As it stands now: a token that was revoked a moment ago says nothing any more.
        with reading(self.installation.engine) as connection:
            named = self.sources[place.topic].inbox.name
            inbox = next((each for each in inboxes(connection) if each.name == named), None)
        credential = None if inbox is None else inbox.credential
        if credential is None:
            return [Undecodable(each.offset, TOKEN_REVOKED, each.value) for each in read]
        lines = [line for each in read for line in each.lines]
        receipts = chain.from_iterable(
            self.installation.intake.accept(lines[start : start + EVENTS_AT_ONCE], credential)
            for start in range(0, len(lines), EVENTS_AT_ONCE)
        )
        aside = []
        for each in read:
            if each.fault is not None:
                aside.append(Undecodable(each.offset, each.fault, each.value))
                continue
            refused = refused_of(each, [next(receipts) for _ in each.lines])
            if refused is not None:
                aside.append(Undecodable(each.offset, *refused))
        return aside

    def _settle(self, place: TopicPartition, offset: int, aside: Sequence[Undecodable]) -> None:
        """Put aside what was not taken, and move the checkpoint, in one transaction."""
        partition = self._partition(place, self.sources)
        topic = inbox_topic(self.sources[place.topic].inbox.name).name
        where = (partition.topic_id, partition.number)
        with writing(self.installation.engine) as connection:
            next_offset(connection, partition)
            keyring = self.installation.keyring
            put_aside(connection, keyring, where, aside, now_us(), topic)
            move_on(connection, partition, offset, now_us())


def run(bridge: Bridge) -> None:
    """Take for ever; while the broker is away, wait and try again."""
    while True:
        bridge.alive()
        try:
            patiently(bridge.step, bridge.alive)
        except KafkaError as error:
            _log.warning("cannot read inboxes now", extra={"error": type(error).__name__})
            bridge.begin_anew()
            time.sleep(1.0)
