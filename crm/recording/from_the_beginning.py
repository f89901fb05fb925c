"""Records a long journal from its beginning: person by person, instead of hour by hour.

In batches of the journal's order each person is looked at once for every batch that they occur in,
the more often the more people there are. Where nothing is recorded yet, nearly everybody can be
looked at once (crm/recording/apart.py):

1. find who belongs together, and who leaves a trace in the ledger;
2. record shared things, and whoever leaves a trace, in the order of the journal;
3. record all others in slices, each person as they stand at the end;
4. tell dealers, move the checkpoint.

Each slice is a transaction of its own, so that the doors need not wait for all of it. Until the
last one the checkpoint stays at the beginning, and a mark tells that rows are there already:
whoever finds the mark of another empties the views and records in the order of the journal. The
same is done where an event cannot be recorded. docs/decisions/0048-people-are-recorded-apart.md
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Protocol

from sqlalchemy import Connection, Engine

from campaigns.catalogue import CATALOGUE
from campaigns.times import shanghai_day
from crm.components.histories import HistoryCache, SharedFacts
from crm.components.index_keys import PERSONAL, joins_nobody, kind_of
from crm.funnels.projection import note_everything
from crm.journal.checkpoints import count_transaction, transactions
from crm.journal.dead_letters import dead_positions
from crm.journal.events import (
    JournalRow,
    decode,
    decode_plain,
    rows_after,
    rows_of_subjects,
    subjects_with_prefix,
)
from crm.journal.logged_event import LoggedEvent, erases
from crm.journal.progress import Progress, load_progress, save_progress
from crm.keyring.keyring import Keyring
from crm.ledger.book import ClaimStep, write_steps
from crm.ledger.rows import OwnedClaim
from crm.outcomes.matching import ever_weighed
from crm.recording.apart import Divider, Division
from crm.recording.chunk import Chunk
from crm.recording.chunk_cards import Steps
from crm.recording.chunk_recorder import ChunkRecorder
from crm.recording.chunks import CONCERNS_MEMBERS, CUTTING
from crm.recording.reached import progress_after
from crm.recording.unfinished import is_unfinished, mark_finished, mark_unfinished
from crm.storage.collection import gc_paused
from crm.storage.database import in_pieces, reading
from crm.storage.locks import RECORDING, hold

EVENTS_TOGETHER = 12_000
"""Of a slice: it is held in memory, and others wait for its transaction."""
ROWS_AT_ONCE = 4_000
_PEOPLE = frozenset({"card", "reward"})
_THINGS = frozenset(kind.subject_kind for kind in CATALOGUE.values()) - _PEOPLE - {""}


class BatchRecorder(Protocol):
    """Who records in batches, as far as it is needed here (crm/recording/recorder.py)."""

    engine: Engine
    keyring: Keyring
    consumer: str
    cache: HistoryCache
    chunks: ChunkRecorder

    @property
    def transaction(self) -> Callable[[], AbstractContextManager[Connection]]:
        """What each part is written in."""

    def forget(self) -> None:
        """What is kept at hand may be true no longer."""

    def to_record(self, rows: Iterable[JournalRow]) -> list[JournalRow]:
        """Those that are not left out."""

    def record_events(
        self, connection: Connection, events: Sequence[LoggedEvent], progress: Progress
    ) -> int:
        """Record journaled events in order of arrival; returns how many rows were written."""


class Overtaken(Exception):
    """Somebody else has recorded meanwhile, so that what was found out is true no longer."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one transaction did of it; erased: whether it held anything that was erased."""

    events: int
    rows_written: int
    erased: bool = False
    is_last: bool = False


@dataclass
class FromTheBeginning:
    """Everything up to a position, of a journal of which nothing is recorded."""

    recorder: BatchRecorder
    up_to: int
    now_us: int
    _number: int = 0
    """How many transactions had recorded after our last one."""
    _progress: Progress = field(default_factory=Progress)

    def parts(self) -> Iterator[Part]:
        """A transaction for each; raises Overtaken, and whatever stops a recording."""
        self._begin()
        division = self._divide()
        self.recorder.chunks.among = frozenset().union(*division.claiming)
        yield from self._record_in_turn(division)
        for subjects in division.apart:
            yield self._record_people(subjects, self.up_to)[0]
        yield self._end(division)

    def _begin(self) -> None:
        with self.recorder.transaction() as connection:
            hold(connection, RECORDING)
            if not may_begin(connection, self.recorder.consumer):
                raise Overtaken
            self.recorder.forget()
            mark_unfinished(connection, self.now_us)
            note_everything(connection)
            self.recorder.cache.left_out = dead_positions(connection)
            count_transaction(connection, self.now_us)
            self._number = transactions(connection)

    def _divide(self) -> Division:
        with gc_paused(), reading(self.recorder.engine) as connection:
            cache = self.recorder.cache
            cache.read_up_to(self.up_to)
            weighed = ever_weighed(SharedFacts(cache, connection).all_matching())
            divider = Divider(self.recorder.chunks.digest, weighed)
            members = subjects_with_prefix(connection, "member/")
            for history in cache.histories(connection, members).values():
                divider.add_member(history)
            cache.forget_everything()
            self._go_through(divider, connection)
        return divider.division(EVENTS_TOGETHER)

    def _go_through(self, divider: Divider, connection: Connection) -> None:
        """What joins subjects to others is decoded alone, and decrypted where it is personal."""
        once: set[str] = set()
        again: set[str] = set()
        after = 0
        while after < self.up_to:
            rows, after = self._next_rows(connection, after, self.up_to)
            of_people = [row for row in rows if kind_of(row.subject) in _PEOPLE]
            kept = self.recorder.to_record(of_people)
            for row in kept:
                divider.add(row)
            named = [r for r in kept if r.type not in PERSONAL and not joins_nobody(r.type)]
            for event in decode_plain(named):
                divider.add_named(event)
            for event in self._personal(kept):
                divider.add_personal(event.subject, [event])
                (again if event.subject in once else once).add(event.subject)
        # What was written at several times joins by what stands together, as a name and a birth.
        for piece in in_pieces(sorted(again)):
            by_subject: dict[str, list[LoggedEvent]] = {}
            of_piece = rows_of_subjects(connection, piece, self.up_to)
            for event in self._personal(self.recorder.to_record(of_piece)):
                by_subject.setdefault(event.subject, []).append(event)
            for subject, events in by_subject.items():
                divider.add_personal(subject, events)

    def _personal(self, rows: Iterable[JournalRow]) -> list[LoggedEvent]:
        return decode([row for row in rows if row.type in PERSONAL], self.recorder.keyring)

    def _decoded(self, rows: Iterable[JournalRow]) -> list[LoggedEvent]:
        return decode(self.recorder.to_record(rows), self.recorder.keyring)

    def _record_in_turn(self, division: Division) -> Iterator[Part]:
        """Where nothing cuts the journal for long, people are taken one after the other here too;
        what that moved in the ledger is booked at the end of it, in the order of the journal."""
        first = division.first_position
        end = self._cut_after(first)
        if end - first <= EVENTS_TOGETHER:
            yield from self._in_order(0, self.up_to)
            return
        yield from self._in_order(0, first - 1)
        yield from self._uncut(division, first, end - 1)
        yield from self._in_order(end - 1, self.up_to)

    def _cut_after(self, position: int) -> int:
        """The next position at which the journal is cut into chunks."""
        with reading(self.recorder.engine) as connection:
            subjects = [h for cut in CUTTING for h in subjects_with_prefix(connection, cut)]
            rows = rows_of_subjects(connection, subjects, self.up_to)
        cuts = [row.position for row in rows if row.position > position]
        return min(cuts, default=self.up_to + 1)

    def _in_order(self, after: int, up_to: int) -> Iterator[Part]:
        """Batch by batch."""
        while after < up_to:
            with self._transaction() as connection:
                events: list[LoggedEvent] = []
                while after < up_to and len(events) < EVENTS_TOGETHER:
                    rows, after = self._next_rows(connection, after, up_to)
                    events += self._decoded(row for row in rows if self._goes_in_turn(row.subject))
                before, self._progress = self._progress, progress_after(self._progress, events)
                written = self.recorder.record_events(connection, events, before)
                self.recorder.chunks.moved.forget()
            yield Part(len(events), written, erases(events))

    def _next_rows(
        self, connection: Connection, after: int, up_to: int
    ) -> tuple[list[JournalRow], int]:
        rows = rows_after(connection, after, ROWS_AT_ONCE)
        last = rows[-1].position if rows else up_to
        return [row for row in rows if row.position <= up_to], last

    def _uncut(self, division: Division, first: int, last: int) -> Iterator[Part]:
        """One chunk: shared things, then slice by slice who may claim."""
        claims: list[OwnedClaim] = []
        steps: list[ClaimStep] = []
        chunk = None
        with self._transaction() as connection:
            rows = self._rows_of_things(connection, division.named, last)
            events = self._decoded(row for row in rows if row.position >= first)
            events.sort(key=attrgetter("position"))
            if events:
                self._progress = progress_after(self._progress, events)
                day = self._progress.days_to
                chunk = self.recorder.chunks.record_things(connection, events, day, last)
        yield Part(len(events), 0 if chunk is None else chunk.written)
        for subjects in division.claiming:
            part, (before, more) = self._record_people(subjects, last, chunk)
            claims += before
            steps += more
            yield part
        with self._transaction() as connection:
            written = write_steps(connection, claims, steps)
        yield Part(0, written)

    def _rows_of_things(
        self, connection: Connection, named: Iterable[str], up_to: int
    ) -> Iterator[JournalRow]:
        """What is about shared things, or about cards as far as members look at them."""
        for kind in sorted(_THINGS):
            subjects = subjects_with_prefix(connection, f"{kind}/")
            yield from rows_of_subjects(connection, subjects, up_to)
        for row in rows_of_subjects(connection, named, up_to):
            if row.type in CONCERNS_MEMBERS:
                yield row

    def _record_people(
        self, subjects: Iterable[str], up_to: int, within: Chunk | None = None
    ) -> tuple[Part, Steps]:
        with self._transaction() as connection:
            events = self._decoded(rows_of_subjects(connection, subjects, up_to))
            if not events:
                return Part(0, 0), ([], [])
            events.sort(key=attrgetter("position"))
            day, chunks = self._progress.days_to, self.recorder.chunks
            written, steps = chunks.record_people(connection, events, day, up_to, within=within)
            # All is noted as moved at the end.
            chunks.moved.forget()
        return Part(len(events), written, erases(events)), steps

    def _end(self, division: Division) -> Part:
        recorder = self.recorder
        progress = self._progress
        if division.first_us is not None:
            progress = progress.with_event_on(shanghai_day(division.first_us))
        with self._transaction() as connection:
            recorder.chunks.moved.forget()
            note_everything(connection)
            written = recorder.chunks.write_changes(connection, self.up_to, self.now_us)
            save_progress(connection, recorder.consumer, replace(progress, position=self.up_to))
            mark_finished(connection, self.now_us)
        recorder.chunks.among = None
        return Part(0, written, is_last=True)

    def _goes_in_turn(self, subject: str) -> bool:
        in_turn = self.recorder.chunks.among
        return kind_of(subject) not in _PEOPLE or in_turn is None or subject in in_turn

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One more, if nobody else has recorded since the last."""
        with gc_paused(), self.recorder.transaction() as connection:
            hold(connection, RECORDING)
            if not is_unfinished(connection) or transactions(connection) != self._number:
                raise Overtaken
            yield connection


def may_begin(connection: Connection, consumer: str) -> bool:
    """Whether nothing is recorded, and nobody was broken off in the midst of it."""
    return load_progress(connection, consumer).position == 0 and not is_unfinished(connection)
