"""What a worker does with records of Kafka, whoever fetches them: into the database, once."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.journal.checkpoints import Partition, checkpoints
from crm.journal.messages import NotEvents, rows
from crm.journal.undecodable import Undecodable
from crm.keyring.keyring import Keyring
from crm.recording.carried_batch import CarriedBatch, CarriedEvent, joined
from crm.recording.carried_recorder import CarriedRecorder, Recorded
from crm.recording.recorder import Recorder
from crm.storage.collection import gc_paused
from crm.storage.database import reading
from streams.kafka.topics import EVENTS, TopicMissing, administration, existing, name_of
from streams.running.logs import Summary
from streams.running.retry import patiently
from streams.running.scrubbing import Scrubbing
from streams.running.takes import FIRST_TAKE, PATIENCE, next_take

GIVEN = "partitions given, begun at their checkpoints"
"""What a worker says each time: more often than workers come and go is a storm."""
_TAKE_SECONDS = 5.0
"""So long may a take last: others wait for it, and the watchdog has patience for twelve of them."""
Take = Sequence[CarriedBatch]
"""What is recorded in one transaction: of each partition a part."""
_log = logging.getLogger(__name__)


def consumer_of(settings: Settings) -> str:
    """The one consumer of the events topic."""
    return f"{settings.kafka_prefix}-recorder"


def group_of(settings: Settings, topic_id: str) -> str:
    """The consumer group of the workers.

    One of its own for a topic made anew: a static member that comes back is given what it had,
    and that would be nothing, from the moment when there was no topic.
    """
    return f"{consumer_of(settings)}-{topic_id}"


@dataclass(frozen=True, slots=True)
class FetchedRecord:
    """One record of the events topic."""

    partition: int
    offset: int
    value: bytes | None


@dataclass
class Carrying:
    """One worker's way from the events topic to the database."""

    settings: Settings
    engine: Engine
    keyring: Keyring
    topic_id: str = field(init=False)
    recorder: CarriedRecorder = field(init=False)
    scrubbing: Scrubbing = field(init=False)
    next_offsets: dict[int, int] = field(default_factory=dict)
    """Of each partition that is ours now: the next offset that is to be recorded."""
    alive_at: float = field(default_factory=time.monotonic)
    """When something was last recorded, or tried again: nothing is stuck."""
    take_events: int = FIRST_TAKE
    """How many events are recorded together, when so many wait."""
    recorded_now: Summary = field(default_factory=lambda: Summary(_log, "recorded"))

    def __post_init__(self) -> None:
        """Find the topic; record what the embedded carrier left in the journal, if anything."""
        with administration(self.settings) as admin:
            found = existing(admin, name_of(EVENTS, self.settings))
        if found is None:
            raise TopicMissing(name_of(EVENTS, self.settings))
        self.topic_id = found.topic_id
        self.scrubbing = Scrubbing(self.engine, self.keyring)
        self.recorder = CarriedRecorder(self.engine, self.keyring)
        self.recorder.patience_seconds = PATIENCE * _TAKE_SECONDS
        self.recorder.alive = self.alive
        left = Recorder(self.engine, self.keyring)
        while patiently(lambda: left.record_next(now_us()), self.alive):
            pass

    @property
    def consumer(self) -> str:
        """The name under which the checkpoints stand."""
        return consumer_of(self.settings)

    def alive(self) -> None:
        """Somebody works, or waits for what will come back."""
        self.alive_at = time.monotonic()

    def seek(self, partitions: Iterable[int]) -> Mapping[int, int]:
        """These are ours from now on: where to begin in each."""
        known = patiently(self._checkpoints, self.alive)
        self.next_offsets = {number: known.get(number, 0) for number in partitions}
        self.alive()
        return dict(self.next_offsets)

    def _checkpoints(self) -> dict[int, int]:
        with reading(self.engine) as connection:
            return {
                each.partition.number: each.next_offset
                for each in checkpoints(connection, self.consumer)
                if each.partition.topic_id == self.topic_id
            }

    def handle(self, records: Iterable[FetchedRecord]) -> Recorded:
        """Record them; when this returns, all of them may be acknowledged, in order."""
        return sum(map(self.record, self.takes(records)), Recorded())

    def takes(self, records: Iterable[FetchedRecord]) -> Iterator[Take]:
        """What is recorded together; decoded when it is asked for."""
        return takes(records, self.consumer, self.topic_id, lambda: self.take_events)

    def record_next(self, takes: Iterator[Take]) -> bool:
        """Record one take; False when there was none."""
        with gc_paused():
            parts = next(takes, None)
        if parts is None:
            return False
        self.record(parts)
        return True

    def record(self, parts: Take) -> Recorded:
        """One transaction, unless an event fails."""
        started = time.monotonic()
        recorded = patiently(lambda: self.recorder.record(parts, now_us()), self.alive)
        for part in parts:
            # What was taken from us meanwhile is another's to watch over.
            if part.partition.number in self.next_offsets:
                self.next_offsets[part.partition.number] = part.next_offset
        self.alive()
        events = sum(len(part.events) for part in parts)
        seconds = time.monotonic() - started
        self.take_events = next_take(self.take_events, events, seconds, _TAKE_SECONDS)
        self.recorded_now.add(events=recorded.events, partitions=len(parts))
        if recorded.failed:
            _log.error("put aside as dead letters", extra={"events": recorded.failed})
        if recorded.erased:
            self.scrubbing.erased()
        self.scrubbing.attempt_if_time()
        return recorded


def takes(
    records: Iterable[FetchedRecord], consumer: str, topic_id: str, largest: Callable[[], int]
) -> Iterator[Take]:
    """Records cut by how many events they hold, each partition's in order; none is cut in two.

    `largest` is asked each time how many events may be taken together.
    """
    taken: dict[int, list[CarriedBatch]] = {}
    events = 0
    for record in records:
        one = batch(Partition(consumer, topic_id, record.partition), record)
        if taken and events + len(one.events) > largest():
            yield list(map(joined, taken.values()))
            taken, events = {}, 0
        taken.setdefault(record.partition, []).append(one)
        events += len(one.events)
    if taken:
        yield list(map(joined, taken.values()))


def batch(partition: Partition, record: FetchedRecord) -> CarriedBatch:
    """One record as it is recorded."""
    events: tuple[CarriedEvent, ...] = ()
    undecodable: tuple[Undecodable, ...] = ()
    try:
        events = tuple(CarriedEvent(record.offset, row) for row in rows(record.value))
    except NotEvents as error:
        undecodable = (Undecodable(record.offset, str(error), record.value or b""),)
    return CarriedBatch(partition, record.offset + 1, events, undecodable)
