"""Which events concern very many people, and what becomes of them, found out while others write.

Weights, a policy, a contract or a day may concern everybody, an activity or a member as many as
ever spoke of it. Nearly all that it takes to record such an event is reading and reckoning, and
often hardly a row changes; under SQLite's one lock all doors would wait for it. So it is done in a
transaction that only reads; what it came to is written in another one, if nobody has recorded
anything meanwhile.
docs/decisions/0057-what-concerns-many-is-found-out-first.md
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from crm.components.histories import SharedFacts
from crm.components.index import TIE
from crm.components.index_keys import kind_of
from crm.journal.checkpoints import transactions
from crm.journal.logged_event import LoggedEvent
from crm.journal.progress import Progress, load_progress
from crm.outcomes.matching import ever_weighed
from crm.people.tables import CARD
from crm.recording.chunk import Chunk
from crm.recording.chunk_cards import Steps
from crm.recording.chunk_recorder import ChunkRecorder
from crm.recording.chunk_shared import contracts_turning
from crm.recording.chunks import key_changed
from crm.recording.due import due_between
from crm.recording.reached import progress_after
from crm.storage.reads import counted_rows

MANY_SUBJECTS = 500
"""Some half a second: for less nobody need be spared."""
_SHARED = frozenset({"policy", "matching", "dealer", "day", "activity", "member"})


@dataclass(frozen=True, slots=True)
class ConcernsMany:
    """An event that is the next to be recorded, and is to be foreseen before."""

    event: LoggedEvent


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one event comes to: everything that is to be written, and the steps of the ledger.

    state: position and number of transactions at which that is true.
    """

    event: LoggedEvent
    state: tuple[int, int]
    chunk: Chunk
    steps: Steps


def foresee(
    connection: Connection,
    event: LoggedEvent,
    chunks: ChunkRecorder,
    consumer: str,
    state: tuple[int, int] | None,
) -> Foreseen | None:
    """What an event comes to that is the next to be recorded; None where that has changed."""
    progress = load_progress(connection, consumer)
    if (progress.position, transactions(connection)) != state:
        return None
    days = progress.days_to, progress_after(progress, [event]).days_to
    return Foreseen(event, state, *chunks.foresee(connection, event, days))


def first_that_concerns_many(
    connection: Connection,
    events: Sequence[LoggedEvent],
    chunks: ChunkRecorder,
    progress: Progress,
) -> LoggedEvent | None:
    """The first event that concerns more than a few; None where there is none.

    progress: before the first event.
    """
    candidates = [event for event in events if kind_of(event.subject) in _SHARED]
    if not candidates:
        return None
    named = {key for event in candidates if (key := _named(event)) is not None}
    crowds = _tied_by_many(connection, named)
    chunks.cache.read_up_to(progress.position)
    facts = chunks.facts_in(connection)
    for event in candidates:
        if _named(event) in crowds:
            return event
        before = progress.days_to or date.min
        if kind_of(event.subject) == "day":
            progress = progress_after(progress, (event,))
        after = progress.days_to or date.min
        if _concerns_many(connection, event, facts, before, after):
            return event
    return None


def _named(event: LoggedEvent) -> str | None:
    """The key by which those are tied whom an event concerns; None where it is not by one."""
    return event.subject if kind_of(event.subject) == "dealer" else key_changed(event)


def _concerns_many(
    connection: Connection, event: LoggedEvent, facts: SharedFacts, before: date, after: date
) -> bool:
    """Whether many are concerned by what they are not tied to: by weights, or a day."""
    kind = kind_of(event.subject)
    if kind == "matching":
        # The first ones tie cards by more than before, and what is tied is looked for as stored.
        if event.type_name != "matching.published" or not ever_weighed(facts.all_matching()):
            return False
        some = select(CARD.c.card_id).limit(MANY_SUBJECTS + 1)
        return len(connection.execute(some).all()) > MANY_SUBJECTS
    if kind != "day":
        return False
    low, high = min(before, after), max(before, after)
    due = due_between(connection, low, high, back=after < before)
    turning = contracts_turning(facts, low, high)
    return len(list(due)) > MANY_SUBJECTS or bool(_tied_by_many(connection, turning))


def _tied_by_many(connection: Connection, keys: Iterable[str]) -> set[str]:
    return {key for key, _ in counted_rows(connection, TIE.c.key, keys, more_than=MANY_SUBJECTS)}
