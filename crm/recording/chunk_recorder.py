"""Records chunks: from their events to the rows of every projection."""

import time
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection

from crm.components.histories import HistoryCache, SharedFacts
from crm.components.index_keys import keyed_digest
from crm.components.kept import KeptComponents
from crm.copies.change_log import ChangeWriter, CopyWrites
from crm.funnels.projection import Moved
from crm.journal.logged_event import LoggedEvent
from crm.ledger.book import write_steps
from crm.recording.chunk import Chunk
from crm.recording.chunk_cards import Steps, record_cards
from crm.recording.chunk_shared import record_members, record_shared
from crm.recording.projections import RowHashes
from crm.recording.traces import mark_traces
from crm.watch.register import forget_accounts

FEW_EVENTS = 50
"""Of so few each may take as long as it takes."""
THINGS_REMEMBERED = 20_000
"""Activities and members whose facts are kept at hand."""


class ChunkRecorder:
    """Records chunks one after the other, keeping the facts of shared things at hand."""

    def __init__(self, cache: HistoryCache) -> None:
        self.cache = cache
        self.digest = keyed_digest(cache.keyring.secret("ties"))
        self.hashes = RowHashes.of(cache.keyring)
        self.changes = ChangeWriter.of(cache.keyring)
        self.facts: SharedFacts | None = None
        self.components = KeptComponents()
        cache.at_hand = self.components.events_of
        self.copies: CopyWrites = {}
        """Rows of the dealers' copies that this transaction has written."""
        self.moved = Moved()
        """What this transaction has written of that on which touchpoints hang."""
        self.deadline: float | None = None
        """When this transaction must be done (crm/recording/chunk.py)."""
        self.among: Container[str] | None = None
        """Whose cards are recorded; None: everybody's."""

    def forget(self) -> None:
        """After a failed transaction."""
        self.facts = None
        self.components.forget_everything()
        self.copies = {}
        self.moved.forget()
        self.among = None

    def write_changes(self, connection: Connection, up_to: int, now_us: int) -> int:
        """What the dealers are to be told of this transaction; returns how many changes.

        `up_to` is the last position that is recorded with it.
        """
        self.moved.write(connection, now_us)
        writes, self.copies = self.copies, {}
        return self.changes.write(connection, writes, up_to, now_us)

    def record(
        self,
        connection: Connection,
        events: Sequence[LoggedEvent],
        day_before: date | None,
        day: date | None,
        up_to: int | None = None,
    ) -> int:
        """Write everything that follows from the events; returns how many rows were written.

        `up_to` is the last position that is recorded, where that is not the last event's.
        """
        up_to = up_to or events[-1].position
        self.cache.learn(events, up_to)
        is_next = up_to == events[-1].position
        chunk = self._chunk(connection, events, (day_before, day), is_next)
        steps = _record(chunk)
        chunk.written += write_steps(connection, *steps)
        self._forget_erased(chunk)
        return chunk.written

    def foresee(
        self, connection: Connection, event: LoggedEvent, days: tuple[date | None, date | None]
    ) -> tuple[Chunk, Steps]:
        """What an event that is about no card comes to when it is recorded; nothing is written."""
        self.cache.learn([event], event.position)
        chunk = self._chunk(connection, [event], days, is_next=True)
        chunk.later = []
        # Nobody waits for it.
        chunk.deadline = None
        return chunk, _record(chunk)

    def write_foreseen(self, connection: Connection, chunk: Chunk, steps: Steps) -> int:
        """Write what was foreseen; returns how many rows were written."""
        for write in chunk.later or ():
            write(connection)
        return chunk.written + write_steps(connection, *steps)

    @contextmanager
    def within(self, seconds: float | None, events: int) -> Iterator[None]:
        """A transaction of so many events, which is broken off if it takes longer."""
        if seconds is not None and events > FEW_EVENTS:
            self.deadline = time.monotonic() + seconds
        try:
            yield
        finally:
            self.deadline = None

    def facts_in(self, connection: Connection) -> SharedFacts:
        """The facts of shared things, within a transaction."""
        if self.facts is None or self.facts.remembered > THINGS_REMEMBERED:
            self.facts = SharedFacts(self.cache, connection)
        self.facts.connection = connection
        return self.facts

    def record_things(
        self,
        connection: Connection,
        events: Sequence[LoggedEvent],
        day: date | None,
        up_to: int,
    ) -> Chunk:
        """What of a chunk that ends at a position is about shared things and members, and whatever
        members may wait for; its people follow apart."""
        self.cache.learn(events, up_to)
        self.cache.read_up_to(up_to)
        chunk = self._chunk(connection, events, (day, day), is_next=False)
        record_shared(chunk)
        record_members(chunk)
        return chunk

    def record_people(
        self,
        connection: Connection,
        events: Sequence[LoggedEvent],
        day: date | None,
        up_to: int,
        *,
        within: Chunk | None = None,
    ) -> tuple[int, Steps]:
        """Whole components of which nothing is recorded yet: all their events up to a position.

        within: the chunk of which they are a part; None: it never comes to them again. Returns how
        many rows were written, and what is to be booked when the whole chunk is recorded.
        """
        self.cache.learn(events, up_to, whole=True)
        chunk = self._chunk(connection, events, (day, day), is_next=True)
        chunk.keeps = within is not None
        if within is not None:
            chunk.causes, chunk.changed = within.causes, within.changed
        steps = record_cards(chunk)
        self._forget_erased(chunk)
        return chunk.written, steps

    def _chunk(
        self,
        connection: Connection,
        events: Sequence[LoggedEvent],
        days: tuple[date | None, date | None],
        is_next: bool,
    ) -> Chunk:
        return Chunk(
            connection,
            events,
            self.cache,
            self.facts_in(connection),
            self.digest,
            self.hashes,
            self.components,
            self.changes.content_hash,
            *days,
            is_next,
            self.among,
            self.copies,
            self.moved,
            deadline=self.deadline,
        )

    def _forget_erased(self, chunk: Chunk) -> None:
        erasures = [event for event in chunk.events if event.type_name == "card.erased"]
        if not erasures:
            return
        for event in erasures:
            self.cache.forget(event.subject)
            self.components.drop(event.subject)
        forget_accounts(chunk.connection, {e.subject.partition("/")[2] for e in erasures})
        mark_traces(chunk.connection, erasures[-1].position, erasures[-1].received_us)


def _record(chunk: Chunk) -> Steps:
    """Write every view but the ledger; gives what is to be booked."""
    record_shared(chunk)
    record_members(chunk)
    return record_cards(chunk)
