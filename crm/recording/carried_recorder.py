"""Records what a broker carried: journaled and recorded once, in one transaction of a batch.

In this order, so that several workers may record at the same time
(docs/decisions/0007-lock-order.md):

1. the checkpoint of the partition, which tells what was recorded before and drops it;
2. the locks of everything that the batch touches;
3. what is no event is put aside, the events are appended to the journal, the new ones recorded;
4. it is looked at again whether more was touched than was locked: then all is undone, and begun
   anew with more locks;
5. the checkpoint is moved, and the transaction committed. Only then may the broker forget.
"""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from msgspec.structs import replace as replace_in_struct
from sqlalchemy import Connection, Engine

from crm.journal.appending import append_new
from crm.journal.checkpoints import count_transaction, move_on, next_offset, transactions
from crm.journal.dead_letters import add_dead_letter, dead_positions, may_be_one_event
from crm.journal.events import JOURNAL, decode
from crm.journal.logged_event import LoggedEvent
from crm.journal.progress import Progress, load_progress, save_progress
from crm.journal.undecodable import put_aside
from crm.keyring.keyring import Keyring
from crm.recording.carried_batch import CarriedBatch, CarriedEvent, in_order_of_arrival
from crm.recording.lock_set import (
    GuardedLibrary,
    MoreTouched,
    concerns_everybody,
    takes_most_buckets,
    touched,
)
from crm.recording.recorder import progress_after
from crm.recording.segment_recorder import SegmentRecorder
from crm.recording.segments import segments
from crm.storage.collection import uncollected
from crm.storage.database import insert_new, writing
from crm.storage.locks import PROGRESS, WORLD, hold, hold_buckets, lacking, try_to_hold

_COLUMNS = [column.name for column in JOURNAL.columns]
JournalValues = namedtuple("JournalValues", _COLUMNS)  # type: ignore[misc]
_without_position: Any = itemgetter(*_COLUMNS[1:])
_ATTEMPTS_BESIDE_OTHERS = 4
CONSUMER = "embedded"
"""There is one recording, whoever carries: its progress stands under one name."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a batch: new events, failed ones, and how often it was begun anew."""

    events: int = 0
    failed: int = 0
    widened: int = 0
    erased: bool = False

    def __add__(self, other: "Recorded") -> "Recorded":
        return Recorded(
            self.events + other.events,
            self.failed + other.failed,
            self.widened + other.widened,
            self.erased or other.erased,
        )


@dataclass
class CarriedRecorder:
    """One worker's recorder; several may record into one PostgreSQL."""

    engine: Engine
    keyring: Keyring
    library: GuardedLibrary = field(init=False)
    segment: SegmentRecorder = field(init=False)
    last_transaction: int | None = None
    """The number of our last one, when what is kept at hand was true at its end."""

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self.library = GuardedLibrary(self.keyring)
        self.segment = SegmentRecorder(self.library)

    def record(self, parts: Sequence[CarriedBatch], now_us: int) -> Recorded:
        """Record what some partitions brought, once, however often it is handed over.

        One transaction for all, unless an event fails. Raises what no single event causes.
        """
        try:
            return self._widening(parts, now_us)
        except Exception as error:
            self._forget()
            if not may_be_one_event(error):
                raise
            smaller = parts if len(parts) > 1 else parts[0].halves()
            if len(smaller) > 1:
                return sum((self.record([part], now_us) for part in smaller), Recorded())
            if not parts[0].events:
                raise
            return self._put_aside(parts[0], error, now_us)

    def _widening(self, parts: Sequence[CarriedBatch], now_us: int) -> Recorded:
        more: frozenset[str] = frozenset()
        attempts = 0
        while True:
            # Whoever was overtaken again and again lets nobody else record meanwhile.
            alone = attempts >= _ATTEMPTS_BESIDE_OTHERS
            try:
                with uncollected(), writing(self.engine) as connection:
                    recorded = self._record(connection, parts, more, alone, now_us)
            except MoreTouched as widening:
                self._forget()
                attempts += 1
                more |= widening.names
            else:
                return replace(recorded, widened=attempts)

    def _record(
        self,
        connection: Connection,
        parts: Sequence[CarriedBatch],
        more: frozenset[str],
        alone: bool,
        now_us: int,
    ) -> Recorded:
        parts = _not_yet_recorded(connection, parts)
        carried = in_order_of_arrival(parts)
        events = self._decode(carried)
        alone = alone or connection.dialect.name == "sqlite"
        alone = alone or concerns_everybody(events) or takes_most_buckets(events)
        alone = self._lock(connection, events, more, alone)
        before = self._begin(connection)
        fresh = _append(connection, carried, events)
        progress = self._record_events(connection, fresh)
        self.segment.write_changes(connection, progress.position, now_us)
        if not alone:
            self._look_again(connection, fresh, more)
        self._end(connection, before, progress, now_us, alone=alone)
        self._move_on(connection, parts, now_us)
        return Recorded(len(fresh), erased=any(e.type_name == "card.erased" for e in fresh))

    def _move_on(self, connection: Connection, parts: Sequence[CarriedBatch], now_us: int) -> None:
        """Keep what is no event, and move every checkpoint."""
        for part in parts:
            place = (part.partition.topic_id, part.partition.number)
            put_aside(connection, self.keyring, place, part.undecodable, now_us)
            move_on(connection, part.partition, part.next_offset, now_us)

    def _decode(self, carried: Sequence[CarriedEvent]) -> list[LoggedEvent]:
        """The events, still without positions; keys of what is erased are destroyed before."""
        erased = {e.row["subject"] for e in carried if e.row["type"] == "card.erased"}
        for subject in sorted(erased - self.keyring.is_fenced(erased)) if erased else ():
            self.keyring.destroy(subject)
        return decode([_values(event.row) for event in carried], self.keyring)

    def _lock(
        self,
        connection: Connection,
        events: Sequence[LoggedEvent],
        more: frozenset[str],
        alone: bool,
    ) -> bool:
        """Take the locks; returns whether nobody else can record meanwhile."""
        if alone:
            hold(connection, WORLD)
        elif transactions(connection) == self.last_transaction:
            # No other worker recorded lately, so none is kept waiting; this spares the search.
            alone = try_to_hold(connection, WORLD)
        self.library.held = None
        if not alone:
            hold(connection, WORLD, shared=True)
            wanted = touched(connection, events, self.segment.digest, more)
            self.library.held = hold_buckets(connection, wanted)
        return alone

    def _look_again(
        self, connection: Connection, events: Sequence[LoggedEvent], more: frozenset[str]
    ) -> None:
        """With what is now stored: everything that could have been touched must be held."""
        wanted = touched(connection, events, self.segment.digest, more)
        if missing := lacking(self.library.held or {}, wanted.alone, wanted.shared):
            raise MoreTouched(missing)

    def _begin(self, connection: Connection) -> int:
        """The number of the last transaction; forget what another than ours may have changed."""
        number = transactions(connection)
        if number != self.last_transaction:
            self._forget()
        self.library.left_out = dead_positions(connection)
        return number

    def _end(
        self, connection: Connection, before: int, progress: Progress, now_us: int, *, alone: bool
    ) -> None:
        """Add our progress to that of the others; whoever is alone may also take days back."""
        hold(connection, PROGRESS)
        number = transactions(connection)
        stored = load_progress(connection, CONSUMER)
        save_progress(connection, CONSUMER, progress if alone else stored.together_with(progress))
        count_transaction(connection, number + 1, now_us)
        # If this is undone after all, the number is another one's, or all is forgotten anyway.
        self.last_transaction = number + 1 if number == before else None

    def _record_events(self, connection: Connection, events: Sequence[LoggedEvent]) -> Progress:
        progress = load_progress(connection, CONSUMER)
        for segment in segments(events) if events else ():
            reached = progress.days_to
            progress = progress_after(progress, segment)
            self.segment.record(connection, segment, reached, progress.days_to)
        last = max((event.position for event in events), default=0)
        return replace(progress, position=max(progress.position, last))

    def _put_aside(self, batch: CarriedBatch, error: Exception, now_us: int) -> Recorded:
        """Journal the one event, and leave it out: the others go on."""
        with writing(self.engine) as connection:
            (batch,) = _not_yet_recorded(connection, [batch])
            hold(connection, WORLD)
            before = self._begin(connection)
            rows = [event.row for event in batch.events]
            keys = (JOURNAL.c.position, JOURNAL.c.subject)
            new = insert_new(connection, JOURNAL, rows, keys)
            for position, subject in new:
                add_dead_letter(connection, position, subject, error, now_us)
            progress = load_progress(connection, CONSUMER)
            last = max([progress.position, *(position for position, _ in new)])
            self.segment.write_changes(connection, last, now_us)
            self._end(connection, before, replace(progress, position=last), now_us, alone=True)
            self._move_on(connection, [batch], now_us)
        self._forget()
        return Recorded(0, failed=len(new))

    def _forget(self) -> None:
        self.library.forget_everything()
        self.segment.forget()
        self.last_transaction = None


def _not_yet_recorded(connection: Connection, parts: Sequence[CarriedBatch]) -> list[CarriedBatch]:
    """What is left of each after its checkpoint; these are locked in the order of partitions."""
    in_order = sorted(parts, key=lambda part: part.partition.number)
    return [part.after(next_offset(connection, part.partition)) for part in in_order]


def _append(
    connection: Connection, carried: Sequence[CarriedEvent], events: Sequence[LoggedEvent]
) -> list[LoggedEvent]:
    """Journal them; those that are new, each with its position, in order."""
    rows = {event.key: carried.row for carried, event in zip(carried, events, strict=True)}
    by_key = {event.key: event for event in events}
    return [
        replace_in_struct(by_key[key], position=position)
        for position, key in append_new(connection, rows)
    ]


def _values(row: Mapping[str, Any]) -> Any:
    """The row as the journal gives it back."""
    return JournalValues._make((0, *_without_position(row)))
