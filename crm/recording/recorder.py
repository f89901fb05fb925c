"""The use case: record what is journaled, in every view, once.

One transaction for a batch, always in this order:

1. take the next events after the checkpoint, cut into chunks (crm/recording/chunks.py);
2. of each chunk: shared things first (activities, contracts, policies, days, members), then
   the cards that it touches or wakes, closed under everything that ties them;
3. evaluate every component and make the stored rows equal to the computed ones;
4. book what changed in the ledger, event by event;
5. add what dealers must be told of their copies to their sequences;
6. move the checkpoint, and commit.

A long journal of which nothing is recorded is recorded from the beginning, person by person
(crm/recording/from_the_beginning.py); what concerns many is found out first (…/foreseeing.py).

A failure that is tied to one event puts it aside (crm/journal/dead_letters.py); any other stops the
worker. What a broker carries is recorded by the same steps (crm/recording/carried_recorder.py).
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine, delete

from crm.components.histories import HistoryCache
from crm.funnels.projection import note_everything
from crm.journal.checkpoints import transactions
from crm.journal.dead_letters import add_dead_letter, dead_positions, may_be_one_event
from crm.journal.events import JournalRow, decode, rows_after
from crm.journal.logged_event import LoggedEvent, erases
from crm.journal.progress import Progress, load_progress, save_progress
from crm.keyring.keyring import Keyring
from crm.recording.chunk_recorder import ChunkRecorder
from crm.recording.chunks import chunks
from crm.recording.foreseeing import ConcernsMany, Foreseen, first_that_concerns_many, foresee
from crm.recording.from_the_beginning import FromTheBeginning, Overtaken, Part, may_begin
from crm.recording.reached import progress_after
from crm.recording.unfinished import is_unfinished, mark_finished
from crm.schema.tables import PROJECTED
from crm.storage.collection import gc_passed_over, gc_paused, gc_resumed
from crm.storage.database import reading, writing
from crm.storage.locks import RECORDING, give_way, hold

_log = logging.getLogger(__name__)

BATCH_EVENTS = 1000
FROM_THE_BEGINNING = LARGEST_BATCH = 16 * BATCH_EVENTS
"""The more events together, the less an event costs, and the more memory and patience it takes.
Where more waits and nothing is recorded yet, it is recorded from the beginning."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction recorded."""

    events: int
    first_position: int
    last_position: int
    failed: int
    rows_written: int
    erased: bool = False
    """Whether something was erased: deleted bytes must not stay in the files."""


@dataclass
class Recorder:
    """Records the journal of one database; one at a time (see streams/running/lease.py)."""

    engine: Engine
    keyring: Keyring
    consumer: str = "embedded"
    cache: HistoryCache = field(init=False)
    chunks: ChunkRecorder = field(init=False)
    state: tuple[int, int] | None = None
    """Position and number of transactions at which what is kept at hand is true."""
    begun: int = 0
    """How many events are recorded from the beginning, while the checkpoint waits for its end."""
    can_begin: bool = field(init=False)
    """Whether a recording from the beginning is begun where one is due: not where workers of
    brokers may come in between two of its transactions."""
    foresees: bool = field(init=False)
    """Whether what concerns many is found out first: on PostgreSQL nobody waits for a recording."""
    patience_seconds: float | None = None
    """After so long a transaction is broken off, and done with fewer events; None: never."""
    _parts: Iterator[Part] | None = None
    transaction: Callable[[], AbstractContextManager[Connection]] = field(init=False)
    """What each batch is written in: one of its own, unless somebody makes all of them one."""

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self.can_begin = self.foresees = self.engine.dialect.name == "sqlite"
        self.transaction = lambda: writing(self.engine)
        self.cache = HistoryCache(self.keyring)
        self.chunks = ChunkRecorder(self.cache)

    def record_next(
        self, now_us: int, limit: int = BATCH_EVENTS, up_to: int | None = None
    ) -> Batch | None:
        """Record the next events, at most `limit`; None when there are none.

        `now_us` is kept with what fails and with what dealers are told. `up_to`: how far to record;
        where that is far, and nothing is recorded yet, it is done person by person, and each call
        does a part. Raises what is not tied to a single event.
        """
        if up_to is not None and (part := self._next_part(now_us, up_to)) is not None:
            return Batch(part.events, 1, up_to, 0, part.rows_written, part.erased)
        while True:
            began = time.monotonic()
            try:
                batch = self._record_next(limit, now_us)
                if batch is not None and self.state is not None:
                    self.state = batch.last_position, self.state[1]
                return batch
            except Exception as error:
                self.forget()
                if not may_be_one_event(error):
                    raise
                if limit == 1:
                    return self._put_aside(error, now_us)
                give_way(self.engine, time.monotonic() - began)
                # Until the event that cannot be recorded stands alone, or it goes quickly enough.
                limit = max(1, limit // 8)

    def _record_next(self, limit: int, now_us: int) -> Batch | None:
        foreseen = None
        with gc_paused(), self.chunks.within(self.patience_seconds, limit):
            while True:
                with self.transaction() as connection:
                    batch = self._record(connection, limit, now_us, foreseen)
                if not isinstance(batch, ConcernsMany):
                    return batch
                known = batch.event, self.chunks, self.consumer, self.state
                with reading(self.engine) as connection:
                    foreseen = foresee(connection, *known)

    def _next_part(self, now_us: int, up_to: int) -> Part | None:
        """The next part of a recording from the beginning; None where it is done in batches."""
        if self._parts is None:
            if self.state is not None or not self._begins(up_to):
                return None
            self._parts, self.begun = FromTheBeginning(self, up_to, now_us).parts(), 0
        try:
            with gc_passed_over():
                part = next(self._parts)
        except Exception as error:
            self._end_parts()
            self.forget()
            if not isinstance(error, Overtaken):
                if not may_be_one_event(error):
                    raise
                self._give_up(error)
            self.can_begin = False
            return None
        self.begun += part.events
        if part.is_last:
            self._end_parts()
        return part

    def _end_parts(self) -> None:
        self._parts, self.begun = None, 0
        gc_resumed()

    def _give_up(self, error: Exception) -> None:
        """In batches, the event that is to blame is found, and left out."""
        _log.warning("recording from the beginning was given up: %s", type(error).__name__)
        with self.transaction() as connection:
            hold(connection, RECORDING)
            self.begin_anew(connection)

    def _begins(self, up_to: int) -> bool:
        if not self.can_begin or up_to < FROM_THE_BEGINNING:
            return False
        with reading(self.engine) as connection:
            return may_begin(connection, self.consumer)

    def _record(
        self, connection: Connection, limit: int, now_us: int, foreseen: Foreseen | None
    ) -> Batch | ConcernsMany | None:
        hold(connection, RECORDING)
        progress = load_progress(connection, self.consumer)
        state = progress.position, transactions(connection)
        if state != self.state:
            # Somebody else has recorded since: what was read may be true no longer.
            foreseen = None
            self.forget()
            if is_unfinished(connection):
                # Somebody was broken off in the midst of recording from the beginning.
                self.begin_anew(connection)
                progress = load_progress(connection, self.consumer)
            self.state = progress.position, transactions(connection)
            self.cache.left_out = dead_positions(connection)
        if foreseen is not None:
            return self._write(connection, foreseen, progress, now_us)
        rows = rows_after(connection, progress.position, limit)
        if not rows:
            return None
        events = decode(self.to_record(rows), self.keyring)
        if self.foresees and (
            many := first_that_concerns_many(connection, events, self.chunks, progress)
        ):
            if many.position == rows[0].position:
                return ConcernsMany(many)
            rows = [row for row in rows if row.position < many.position]
            events = [event for event in events if event.position < many.position]
        count, first, last = len(rows), rows[0].position, rows[-1].position
        # What they were read from takes as much memory as they.
        del rows
        written = self.record_up_to(connection, events, progress, last, now_us)
        return Batch(count, first, last, 0, written, erases(events))

    def _write(
        self, connection: Connection, foreseen: Foreseen, progress: Progress, now_us: int
    ) -> Batch:
        event = foreseen.event
        written = self.chunks.write_foreseen(connection, foreseen.chunk, foreseen.steps)
        self._move_on(connection, [event], progress, event.position, now_us)
        return Batch(1, event.position, event.position, 0, written)

    def to_record(self, rows: Iterable[JournalRow]) -> list[JournalRow]:
        """Those that are not left out; what is erased by them can be read no more."""
        kept = [row for row in rows if row.position not in self.cache.left_out]
        self.destroy_keys({row.subject for row in kept if row.type == "card.erased"})
        return kept

    def destroy_keys(self, erased: set[str]) -> None:
        """The door destroys them at once; it may have been killed between the two."""
        for subject in sorted(erased - self.keyring.is_fenced(erased)) if erased else ():
            self.keyring.destroy(subject)

    def record_up_to(
        self,
        connection: Connection,
        events: Sequence[LoggedEvent],
        progress: Progress,
        position: int,
        now_us: int,
    ) -> int:
        """Record journaled events up to a position, with what dealers are told of them.

        Returns how many rows were written.
        """
        written = self.record_events(connection, events, progress)
        self._move_on(connection, events, progress, position, now_us)
        return written

    def _move_on(
        self,
        connection: Connection,
        events: Iterable[LoggedEvent],
        progress: Progress,
        position: int,
        now_us: int,
    ) -> None:
        self.chunks.write_changes(connection, position, now_us)
        after = progress_after(progress, events)
        save_progress(connection, self.consumer, replace(after, position=position))

    def leave_out(
        self, connection: Connection, position: int, subject: str, error: Exception, now_us: int
    ) -> None:
        """The one event that cannot be recorded becomes a dead letter; the rest goes on."""
        add_dead_letter(connection, position, subject, error, now_us)
        progress = load_progress(connection, self.consumer)
        self.record_up_to(connection, [], progress, max(progress.position, position), now_us)

    def record_events(
        self, connection: Connection, events: Sequence[LoggedEvent], progress: Progress
    ) -> int:
        """Record journaled events in order of arrival; returns how many rows were written."""
        written = 0
        for chunk in chunks(events):
            day_before = progress.days_to
            progress = progress_after(progress, chunk)
            written += self.chunks.record(connection, chunk, day_before, progress.days_to)
        return written

    def _put_aside(self, error: Exception, now_us: int) -> Batch:
        with self.transaction() as connection:
            hold(connection, RECORDING)
            progress = load_progress(connection, self.consumer)
            (row,) = rows_after(connection, progress.position, 1)
            self.leave_out(connection, row.position, row.subject, error, now_us)
        return Batch(1, row.position, row.position, 1, 1)

    def begin_anew(self, connection: Connection) -> None:
        """Empty the views; whoever keeps what he read of them hears of it."""
        for table in PROJECTED:
            connection.execute(delete(table))
        mark_finished(connection, 0)
        note_everything(connection)
        self.forget()

    def forget(self) -> None:
        """What is kept at hand may be true no longer."""
        self.state = None
        self.cache.forget_everything()
        self.chunks.forget()
