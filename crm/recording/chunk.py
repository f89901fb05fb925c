"""A chunk on its way into the projections: its events, and who must be looked at for them."""

import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, Table

from crm.components.evaluation import Evaluation
from crm.components.histories import HistoryCache, SharedFacts
from crm.components.index import subjects_tied_to
from crm.components.index_keys import Digest, kind_of
from crm.components.kept import KeptComponents
from crm.copies.change_log import CopyWrites
from crm.copies.projection import reason_why_gone
from crm.funnels.projection import Moved
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.projection import outcome_rows
from crm.outcomes.tables import OUTCOME
from crm.outcomes.voids import Outcomes
from crm.recording.chunks import key_changed
from crm.recording.projections import RowHashes
from crm.storage.difference import Difference, Row, find_difference, write_difference

Causes = dict[str, list[LoggedEvent]]
"""Subject or key → the events of the chunk for which it is looked at again."""

Judged = tuple[Sequence[LoggedEvent], Outcomes]
"""The events of a history, and what became of them."""


class TooMuchAtOnce(Exception):
    """A transaction lasts longer than others can wait for it; fewer events take less."""


@dataclass
class Chunk:
    """The events of one chunk, and what is found out about them step by step.

    day_before, day: the last day that was reached before it, and with it.
    """

    connection: Connection
    events: Sequence[LoggedEvent]
    cache: HistoryCache
    facts: SharedFacts
    digest: Digest
    hashes: RowHashes
    components: KeptComponents
    content_hash: Callable[[bytes], bytes]
    """Of a row of a copy."""
    day_before: date | None
    day: date | None
    is_next: bool
    """Whether nothing that comes after its events is recorded yet."""
    among: Container[str] | None = None
    """The subjects of cards that are recorded at all; None: all of them."""
    copies: CopyWrites = field(default_factory=dict)
    """Rows of the dealers' copies that were written: a hash of what they say, or why they went."""
    moved: Moved = field(default_factory=Moved)
    """What was written of that on which touchpoints hang."""
    own: Causes = field(default_factory=dict)
    """The events by subject."""
    days: list[tuple[LoggedEvent, date]] = field(default_factory=list)
    """Each `day.reached`, and the last day that was reached with it."""
    causes: Causes = field(default_factory=dict)
    """Key of a shared thing → the events by which it changes."""
    woken: Causes = field(default_factory=dict)
    """Subject → the events of others that concern it."""
    changed: dict[str, int] = field(default_factory=dict)
    """Subject of an activity or member → position of the last event that may have changed it."""
    everybody: bool = False
    """Whether other weights are in force, so that all cards are looked at."""
    ties_anew: bool = False
    """Whether weights come into force for the first time: cards are tied by more than before."""
    keeps: bool = True
    """Whether components are kept at hand, for whoever comes to them again."""
    later: list[Callable[[Connection], object]] | None = None
    """What is to be written when everybody else is locked out; None: it is written at once."""
    deadline: float | None = None
    """When it must be done, by the clock of `time.monotonic`; None: when it is done."""
    written: int = 0
    _of_kind: dict[str, Causes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The events by subject, the subjects by kind."""
        for event in self.events:
            self.own.setdefault(event.subject, []).append(event)
        for subject, events in self.own.items():
            self._of_kind.setdefault(kind_of(subject), {})[subject] = events

    @property
    def only_weighs(self) -> bool:
        """Whether nothing but weights comes, where there were some before."""
        return not self.ties_anew and self.own.keys() == self.subjects("matching").keys()

    def is_fresh(self, history: Sequence[LoggedEvent]) -> bool:
        """Whether a history begins in this chunk, so that nothing of it is stored yet."""
        return all(map(self.is_new, history))

    def is_new(self, event: LoggedEvent) -> bool:
        """Whether nothing of an event is stored yet."""
        return self.is_next and event.position >= self.events[0].position

    def subjects(self, kind: str) -> Causes:
        """The subjects of a kind that have events here."""
        return self._of_kind.get(kind, {})

    def wake(self, causes: Mapping[str, Sequence[LoggedEvent]]) -> None:
        """Look again at whoever speaks of the keys."""
        for key, subjects in subjects_tied_to(self.connection, causes).items():
            for subject in subjects:
                self.woken.setdefault(subject, []).extend(causes[key])
        for key, events in causes.items():
            self.causes.setdefault(key, []).extend(events)

    def wake_newly_tied(self, keys_by_subject: Mapping[str, set[str]]) -> None:
        """Subjects may speak of a changed thing for the first time: it concerns them as well."""
        for subject, keys in keys_by_subject.items():
            for key in keys & self.causes.keys():
                self.woken.setdefault(subject, []).extend(self.causes[key])

    def keys_changed(self, kind: str) -> Causes:
        """The keys of a kind whose dependents are concerned."""
        found: Causes = {}
        for events in self.subjects(kind).values():
            for event in events:
                key = key_changed(event)
                if key is not None:
                    found.setdefault(key, []).append(event)
        return found

    def day_at(self, position: int) -> date | None:
        """The day that was reached once the event at a position was recorded."""
        days = [day for event, day in self.days if event.position <= position]
        return days[-1] if days else self.day_before

    def keep_time(self) -> None:
        """Raise TooMuchAtOnce after the deadline."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise TooMuchAtOnce

    def write(self, write: Callable[[Connection], object]) -> None:
        """Write, or put it off: nothing that is looked at afterwards may hang on it."""
        if self.later is None:
            write(self.connection)
        else:
            self.later.append(write)

    def rewrite(
        self, table: Table, owners: Iterable[Any], rows: Iterable[Row], *, owner: str = "subject"
    ) -> Difference:
        """Write the difference."""
        difference = find_difference(self.connection, table, owners, rows, owner=owner)
        if difference.written:
            self.write(lambda connection: write_difference(connection, table, difference))
        self.written += difference.written
        self.moved.add(table, difference)
        return difference

    def write_outcomes(self, judged: Sequence[Judged]) -> None:
        """What became of the events of some histories."""
        if not judged:
            return
        known = [e.position for events, _ in judged for e in events if not self.is_new(e)]
        rows = (row for events, outcomes in judged for row in outcome_rows(events, outcomes))
        self.rewrite(OUTCOME, known, rows, owner="position")


def note_copies(
    chunk: Chunk, difference: Difference, evaluation_of: Callable[[str], Evaluation]
) -> None:
    """Which rows of the copies changed, and why others are gone: the dealers will be told.

    evaluation_of: that of a subject's component.
    """
    for dealer, key, _subject, _cards, content in (*difference.fresh, *difference.changed):
        chunk.copies[dealer, key] = chunk.content_hash(bytes(content))
    written = {(dealer, key) for dealer, key, *_ in difference.fresh}
    for dealer, key, subject, cards, _content in difference.gone:
        if (dealer, key) not in written:
            why = reason_why_gone(evaluation_of(subject), dealer, orjson.loads(cards))
            chunk.copies[dealer, key] = why
