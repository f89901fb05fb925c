"""What carries events from the door to the views, in one shape: journal or Kafka, driven by tests.

Kafka is a real broker with a topic of the installation's own. What relay and worker do, they do in
this process, step by step: the same code as in theirs, but for Faust, which fetches the records.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from unittest import mock
from uuid import uuid4

from kafka import KafkaConsumer, TopicPartition

from campaigns.intake import Receipt
from crm.configuration.settings import Settings
from crm.storage.database import reading
from streams.kafka.carrying import Carrying, FetchedRecord
from streams.kafka.relay import Relay
from streams.kafka.topics import EVENTS, create_one, name_of
from streams.running.installation import Installation as Opened
from streams.running.outbox_store import OutboxStore, outbox_age
from tests.installations import Installation, ToldIntake
from tests.worlds import Sent

FEW_EVENTS = 10
_POLL_MS = 200
_MOST_TURNS = 500


class Carriage(Protocol):
    """An installation, and the way of its events."""

    installation: Installation

    @property
    def opened(self) -> Opened:
        """As the commands have it."""

    def accept(self, events: Iterable[Sent]) -> list[Receipt]:
        """Hand them over at the door."""

    def carry(self) -> None:
        """Record all that was accepted, and reach every day."""

    def carry_a_little(self) -> bool:
        """One short transaction, as of a process that ends after it; False: nothing was left."""

    def begin_anew(self) -> None:
        """As new processes: nothing that was in memory is left."""

    def on_the_way(self) -> Iterator[bytes]:
        """What lies where events are carried, in plain sight of whoever may read there."""


@dataclass
class ByJournal:
    """The journal itself, and the embedded worker."""

    installation: Installation

    @property
    def opened(self) -> Opened:
        return Opened(
            self.installation.settings, self.installation.engine, self.installation.keyring
        )

    def accept(self, events: Iterable[Sent]) -> list[Receipt]:
        return self.installation.accept(events)

    def carry(self) -> None:
        self.installation.work()

    def carry_a_little(self) -> bool:
        return self.installation.worker.recorder.record_next(0, FEW_EVENTS) is not None

    def begin_anew(self) -> None:
        self.installation.close()
        self.installation.open()

    def on_the_way(self) -> Iterator[bytes]:
        yield from ()


class ByKafka:
    """Outbox, relay, topic, and what a worker does with the records."""

    def __init__(self, installation: Installation, broker: str) -> None:
        self.installation = installation
        self.settings: Settings = replace(
            installation.settings, kafka_bootstrap=broker, kafka_prefix=f"c{uuid4().hex[:10]}"
        )
        create_one(EVENTS, self.settings)
        topic = name_of(EVENTS, self.settings)
        self.places = [TopicPartition(topic, number) for number in range(EVENTS.partitions)]
        self.consumer = KafkaConsumer(
            bootstrap_servers=broker, group_id=None, enable_auto_commit=False
        )
        self.consumer.assign(self.places)
        self._start()

    @property
    def opened(self) -> Opened:
        return Opened(self.settings, self.installation.engine, self.installation.keyring)

    def accept(self, events: Iterable[Sent]) -> list[Receipt]:
        return self.installation.accept(events)

    def carry(self) -> None:
        for _ in range(_MOST_TURNS):
            if not (self._publish() or self._fetch_and_record() or self._waits()):
                return
        raise AssertionError("something waits in the outbox that nobody records")

    def carry_a_little(self) -> bool:
        with mock.patch("streams.kafka.relay.EVENTS_PER_RECORD", FEW_EVENTS):
            self._publish()
        first = next(iter(self._fetch()), None)
        if first is not None:
            self.carrying.handle(first[:1])
        return first is not None

    def begin_anew(self) -> None:
        self.relay.begin_anew()
        self.installation.close()
        self.installation.open()
        self._start()

    def on_the_way(self) -> Iterator[bytes]:
        self._seek(dict.fromkeys(range(len(self.places)), 0))
        for records in self._fetch():
            yield from (record.value or b"" for record in records)

    def close(self) -> None:
        self.relay.begin_anew()
        self.consumer.close()

    def _start(self) -> None:
        """Relay and worker, as processes that begin now."""
        opened = self.opened
        self.installation.intake = ToldIntake(opened.engine, opened.keyring, OutboxStore())
        self.relay = Relay(self.settings, opened.engine, opened.keyring)
        self.carrying = Carrying(self.settings, opened.engine, opened.keyring)
        self._seek(self.carrying.seek(range(len(self.places))))

    def _seek(self, offsets: Mapping[int, int]) -> None:
        for place in self.places:
            self.consumer.seek(place, offsets[place.partition])

    def _publish(self) -> int:
        """A step of the relay that tidies up and looks at the days, too."""
        self.relay.tidied = float("-inf")
        return self.relay.step()

    def _fetch(self) -> Iterator[list[FetchedRecord]]:
        """Everything from where the consumer is to the ends, as it comes."""
        ends = self.consumer.end_offsets(self.places)
        while any(self.consumer.position(place) < ends[place] for place in self.places):
            polled = self.consumer.poll(timeout_ms=_POLL_MS)
            found = [record for records in polled.values() for record in records]
            if found:
                yield [FetchedRecord(each.partition, each.offset, each.value) for each in found]

    def _fetch_and_record(self) -> bool:
        worked = False
        for records in self._fetch():
            self.carrying.handle(records)
            worked = True
        return worked

    def _waits(self) -> bool:
        with reading(self.installation.engine) as connection:
            return outbox_age(connection)[0] > 0
