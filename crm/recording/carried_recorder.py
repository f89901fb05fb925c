"""Records what a broker carried: journaled and recorded once, in one transaction of a batch.

Several workers may run, each with its partitions; one of them records at a time
(docs/decisions/0017-one-recording-lock.md):

1. the events are decoded, before anybody waits for it;
2. the recording lock is taken; whoever else records is waited for;
3. the checkpoints of the partitions tell what was recorded before: it is dropped;
4. what is no event is put aside, the events are appended to the journal, the new ones recorded;
5. the checkpoints are moved, and the transaction committed. Only then may the broker forget.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from msgspec.structs import replace as replace_in_struct
from sqlalchemy import Connection, Engine

from crm.journal.appending import append_new
from crm.journal.checkpoints import TRANSACTIONS, move_all_on, next_offsets
from crm.journal.dead_letters import dead_positions, may_be_one_event
from crm.journal.events import NewEvent, decode, journal_values
from crm.journal.logged_event import EventKey, LoggedEvent, erases
from crm.journal.progress import load_progress
from crm.journal.undecodable import put_aside
from crm.keyring.keyring import Keyring
from crm.recording.carried_batch import CarriedBatch, in_order_of_arrival
from crm.recording.chunk_recorder import ChunkRecorder
from crm.recording.recorder import Recorder
from crm.storage.collection import gc_paused
from crm.storage.database import writing
from crm.storage.locks import RECORDING, hold

_without_position: Any = itemgetter(*NewEvent.__struct_fields__)
Row = Mapping[str, Any]
"""A row for the journal, without a position."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a batch: new events, failed ones, and whether something was erased."""

    events: int = 0
    failed: int = 0
    erased: bool = False

    def __add__(self, other: "Recorded") -> "Recorded":
        return Recorded(
            self.events + other.events,
            self.failed + other.failed,
            self.erased or other.erased,
        )


@dataclass
class CarriedRecorder:
    """One worker's recorder; several may stand by to record into one PostgreSQL."""

    engine: Engine
    keyring: Keyring
    recorder: Recorder = field(init=False)
    patience_seconds: float | None = None
    """As a recorder's."""
    alive: Callable[[], None] = lambda: None
    """Called before each transaction: somebody works."""
    last_transaction: int | None = None
    """The number of our last one, when what is kept at hand was true at its end."""

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self.recorder = Recorder(self.engine, self.keyring)

    @property
    def chunks(self) -> ChunkRecorder:
        """What records chunks."""
        return self.recorder.chunks

    def record(self, parts: Sequence[CarriedBatch], now_us: int) -> Recorded:
        """Record what some partitions brought, once, however often it is handed over.

        One transaction for all, unless an event fails. Raises what no single event causes.
        """
        count = sum(len(part.events) for part in parts)
        self.alive()
        try:
            with gc_paused(), self.chunks.within(self.patience_seconds, count):
                decoded = self._decode(parts)
                with writing(self.engine) as connection:
                    return self._record(connection, parts, decoded, now_us)
        except Exception as error:
            self._forget()
            if not may_be_one_event(error):
                raise
            smaller = parts if len(parts) > 1 else parts[0].halves()
            if len(smaller) > 1:
                return sum((self.record([part], now_us) for part in smaller), Recorded())
            if not parts[0].events:
                raise
            return self._leave_out(parts[0], error, now_us)

    def _decode(self, parts: Sequence[CarriedBatch]) -> dict[EventKey, LoggedEvent]:
        """The events, still without positions; keys of what is erased are destroyed before."""
        rows = [event.row for part in parts for event in part.events]
        self.recorder.destroy_keys({r["subject"] for r in rows if r["type"] == "card.erased"})
        return self._decoded(rows)

    def _decoded(self, rows: Iterable[Row]) -> dict[EventKey, LoggedEvent]:
        return {event.key: event for event in decode([_values(r) for r in rows], self.keyring)}

    def _record(
        self,
        connection: Connection,
        parts: Sequence[CarriedBatch],
        decoded: dict[EventKey, LoggedEvent],
        now_us: int,
    ) -> Recorded:
        parts, number = self._begin(connection, parts)
        rows = _rows_in_order(parts)
        if number != self.last_transaction:
            decoded |= self._erased_meanwhile(rows)
        progress = load_progress(connection, self.recorder.consumer)
        fresh = [
            replace_in_struct(decoded[key], position=position)
            for position, key in append_new(connection, rows)
        ]
        position = max([progress.position, *(event.position for event in fresh[-1:])])
        self.recorder.record_up_to(connection, fresh, progress, position, now_us)
        self._end(connection, parts, number + 1, now_us)
        return Recorded(len(fresh), erased=erases(fresh))

    def _begin(
        self, connection: Connection, parts: Sequence[CarriedBatch]
    ) -> tuple[list[CarriedBatch], int]:
        """Lock out everybody else; what is not yet recorded, and how many transactions were.

        Forget what another than our last transaction may have changed.
        """
        hold(connection, RECORDING)
        offsets = next_offsets(connection, [TRANSACTIONS, *(part.partition for part in parts)])
        number = offsets[TRANSACTIONS]
        if number != self.last_transaction:
            self._forget()
            self.recorder.cache.left_out = dead_positions(connection)
        return [part.after(offsets[part.partition]) for part in parts], number

    def _erased_meanwhile(self, rows: Mapping[EventKey, Row]) -> dict[EventKey, LoggedEvent]:
        """Decoded once more: what another worker's transaction may have made unreadable."""
        fenced = self.keyring.is_fenced({row["subject"] for row in rows.values()})
        return self._decoded(row for row in rows.values() if row["subject"] in fenced)

    def _end(
        self, connection: Connection, parts: Sequence[CarriedBatch], number: int, now_us: int
    ) -> None:
        """Keep what is no event, and move every checkpoint."""
        for part in parts:
            place = (part.partition.topic_id, part.partition.number)
            put_aside(connection, self.keyring, place, part.undecodable, now_us)
        offsets = {part.partition: part.next_offset for part in parts}
        move_all_on(connection, {TRANSACTIONS: number, **offsets}, now_us)
        # If this is undone after all, everything is forgotten.
        self.last_transaction = number

    def _leave_out(self, batch: CarriedBatch, error: Exception, now_us: int) -> Recorded:
        """Journal the one event, and leave it out: the others go on."""
        with writing(self.engine) as connection:
            parts, number = self._begin(connection, [batch])
            rows = _rows_in_order(parts)
            new = append_new(connection, rows)
            for position, key in new:
                subject = rows[key]["subject"]
                self.recorder.leave_out(connection, position, subject, error, now_us)
            self._end(connection, parts, number + 1, now_us)
        self._forget()
        return Recorded(failed=len(new))

    def _forget(self) -> None:
        self.recorder.forget()
        self.last_transaction = None


def _rows_in_order(parts: Iterable[CarriedBatch]) -> dict[EventKey, Row]:
    """The rows by identity, in the order in which they are journaled."""
    rows = (event.row for event in in_order_of_arrival(parts))
    return {EventKey(row["source"], row["id"]): row for row in rows}


def _values(row: Row) -> Any:
    """The row as the journal gives it back."""
    return journal_values((0, *_without_position(row)))
