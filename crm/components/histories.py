"""Histories read from the journal and kept at hand: events by subject, facts of shared things.

One worker records at a time, so what it has read stays true until it writes; after a transaction
that failed everything is forgotten. The memory is bounded.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from sqlalchemy import Connection

from crm.components.index_keys import keys_of_event, kind_of
from crm.journal.events import decode, rows_of_subjects, subjects_with_prefix
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.outcomes.cards import known_cards
from crm.outcomes.matching import judge_matching
from crm.outcomes.parties import Thing
from crm.outcomes.shared import (
    Activity,
    ContractFact,
    EvaluationContext,
    Member,
    judge_activity,
    judge_contracts,
    judge_day,
    judge_member,
    judge_policies,
)
from crm.outcomes.voids import Outcomes

EVENTS_AT_HAND = 20_000

_position = attrgetter("position")


def _nowhere(_subject: str) -> None:
    """Nobody has it."""


@dataclass
class HistoryCache:
    """What has been read. `left_out` are positions of events that could not be recorded."""

    keyring: Keyring
    left_out: frozenset[int] = frozenset()
    _events: OrderedDict[str, list[LoggedEvent]] = field(default_factory=OrderedDict)
    _count: int = 0
    _new: dict[str, list[LoggedEvent]] = field(default_factory=dict)
    """Events of the chunk that is being recorded, by subject: they are not read again."""
    _read_up_to: int = 0
    at_hand: Callable[[str], list[LoggedEvent] | None] = _nowhere
    """The history of a subject up to this chunk, where somebody else has it."""

    def forget_everything(self) -> None:
        """After a failed transaction, or when somebody else may have written."""
        self._events.clear()
        self._new.clear()
        self._count = 0

    def forget(self, subject: str) -> None:
        """One history, so that it is read again."""
        self._count -= len(self._events.pop(subject, ()))
        self._new.pop(subject, None)

    def read_up_to(self, position: int) -> None:
        """Histories reach up to there."""
        self._read_up_to = position
        self._new = {}

    def learn(self, events: Sequence[LoggedEvent], up_to: int, *, whole: bool = False) -> None:
        """The events of a chunk, and the last position that histories reach.

        The journal need not be read beyond the events before them, unless they come late: out of
        the dead letters. whole: they are all that their subjects have up to there.
        """
        is_next = up_to == events[-1].position and not whole
        self._read_up_to = events[0].position - 1 if is_next else up_to
        self._new = {}
        for event in events:
            self._new.setdefault(event.subject, []).append(event)
        for subject, new in self._new.items():
            if whole:
                # Whatever was read of it, this is all.
                self._count -= len(self._events.pop(subject, ()))
                self._events[subject] = list(new)
            elif subject in self._events:
                known = self._events[subject]
                known += new
                known.sort(key=_position)
            else:
                continue
            self._count += len(new)

    def histories(
        self, connection: Connection, subjects: Iterable[str]
    ) -> dict[str, list[LoggedEvent]]:
        """All events of each subject up to where the recording is, in order of arrival."""
        wanted = list(subjects)
        missing = [subject for subject in wanted if subject not in self._events]
        if missing:
            self._read(connection, missing)
        found = {}
        for subject in wanted:
            self._events.move_to_end(subject)
            found[subject] = self._events[subject]
        self._shrink(len(wanted))
        return found

    def _read(self, connection: Connection, subjects: Sequence[str]) -> None:
        new = {event.position for subject in subjects for event in self._new.get(subject, ())}
        known = {subject: self.at_hand(subject) for subject in subjects}
        missing = [subject for subject, history in known.items() if history is None]
        rows = rows_of_subjects(connection, missing, self._read_up_to) if missing else []
        kept = [r for r in rows if r.position not in self.left_out and r.position not in new]
        for subject, history in known.items():
            self._events[subject] = [e for e in history or () if e.position not in new]
        for event in decode(kept, self.keyring):
            self._events[event.subject].append(event)
        for subject in subjects:
            history = self._events[subject]
            history += self._new.get(subject, ())
            history.sort(key=_position)
            self._count += len(history)

    def _shrink(self, in_use: int) -> None:
        while self._count > EVENTS_AT_HAND and len(self._events) > in_use:
            _, gone = self._events.popitem(last=False)
            self._count -= len(gone)


def in_order(events: Iterable[LoggedEvent]) -> list[LoggedEvent]:
    """In effective order."""
    return sorted(events, key=lambda event: event.order)


@dataclass
class SharedFacts:
    """Facts of shared things, each judged once and then kept.

    up_to: the last event that is looked at; None: all that are known.
    later, changed: the facts that hold at the end of a chunk, and for each subject that changes
    within it the position of its last change: what has not changed since is the same there.
    """

    cache: HistoryCache
    connection: Connection
    up_to: int | None = None
    later: "SharedFacts | None" = None
    changed: Mapping[str, int] = field(default_factory=dict)
    activities: dict[str, Activity | None] = field(default_factory=dict)
    members: dict[str, Member | None] = field(default_factory=dict)
    contracts: tuple[ContractFact, ...] | None = None
    policies: tuple[LoggedEvent, ...] | None = None
    matching: tuple[LoggedEvent, ...] | None = None

    @property
    def remembered(self) -> int:
        """How many activities and members are kept."""
        return len(self.activities) + len(self.members)

    def as_of(self, position: int, changed: Mapping[str, int]) -> "SharedFacts":
        """The activities and members as they were right after an event of this chunk."""
        return SharedFacts(self.cache, self.connection, position, self, changed)

    def look_up(self, keys: Iterable[str]) -> None:
        """Read what will be asked for, all at once instead of one by one."""
        unknown = []
        for key in keys:
            kind, _, name = key.partition("/")
            known: Mapping[str, object] | None = self._kept.get(kind)
            if known is not None and name not in known:
                unknown.append(key)
        found = self.cache.histories(self.connection, unknown)
        behind = {
            key
            for subject, events in found.items()
            for event in events
            for key in keys_of_event(event)
            if kind_of(subject) == "member" and kind_of(key) in ("activity", "card")
        }
        self.cache.histories(self.connection, behind)

    def activity(self, activity_id: str) -> Activity | None:
        """The activity, None while it is not known."""
        if activity_id not in self.activities:
            if self.later is not None and self._is_unchanged(f"activity/{activity_id}"):
                self.activities[activity_id] = self.later.activity(activity_id)
            else:
                self.judge_activity(activity_id)
        return self.activities[activity_id]

    def judge_activity(self, activity_id: str) -> tuple[list[LoggedEvent], Outcomes]:
        """Every event of one activity, and what became of it."""
        events = self._history(f"activity/{activity_id}")
        outcomes, self.activities[activity_id] = judge_activity(events)
        return events, outcomes

    def member(self, code: str) -> Member | None:
        """The member, None while it is not known."""
        if code not in self.members:
            if self.later is not None and self._is_unchanged(f"member/{code}"):
                self.members[code] = self.later.member(code)
            else:
                self.judge_member(code)
        return self.members[code]

    def judge_member(self, code: str) -> tuple[list[LoggedEvent], Outcomes]:
        """Every event of one member, and what became of it."""
        events = self._history(f"member/{code}")
        outcomes, self.members[code] = judge_member(events, self._finds)
        return events, outcomes

    def all_contracts(self) -> tuple[ContractFact, ...]:
        """Every recorded contract."""
        if self.contracts is None:
            self.judge_contracts()
        assert self.contracts is not None
        return self.contracts

    def judge_contracts(self) -> tuple[list[LoggedEvent], Outcomes]:
        """Every event of every dealer, and what became of it."""
        events = self._histories("dealer/")
        outcomes, self.contracts = judge_contracts(events)
        return events, outcomes

    def contracts_without(self, events: Iterable[LoggedEvent]) -> tuple[ContractFact, ...]:
        """The contracts as they would be without some events: as they were before these came."""
        new = {event.position for event in events}
        known = [event for event in self._histories("dealer/") if event.position not in new]
        return judge_contracts(known)[1]

    def judge_day(self, subject: str) -> tuple[list[LoggedEvent], Outcomes]:
        """Every event of one day, and what became of it."""
        events = self._history(subject)
        return events, judge_day(events)

    def all_policies(self) -> tuple[LoggedEvent, ...]:
        """Every recorded policy."""
        if self.policies is None:
            self.judge_policies()
        assert self.policies is not None
        return self.policies

    def judge_policies(self) -> tuple[list[LoggedEvent], Outcomes]:
        """Every event of every policy, and what became of it."""
        events = self._histories("policy/")
        outcomes, self.policies = judge_policies(events)
        return events, outcomes

    def all_matching(self) -> tuple[LoggedEvent, ...]:
        """Every recorded document of weights."""
        if self.matching is None:
            self.judge_matching()
        assert self.matching is not None
        return self.matching

    def judge_matching(self) -> tuple[list[LoggedEvent], Outcomes]:
        """Every event of every document of weights, and what became of it."""
        events = self._histories("matching/")
        outcomes, self.matching = judge_matching(events)
        return events, outcomes

    def matching_without(self, events: Iterable[LoggedEvent]) -> tuple[LoggedEvent, ...]:
        """The documents of weights as they were before some events came."""
        new = {event.position for event in events}
        known = [event for event in self._histories("matching/") if event.position not in new]
        return judge_matching(known)[1]

    @property
    def _kept(self) -> Mapping[str, Mapping[str, object]]:
        return {"activity": self.activities, "member": self.members}

    def _is_unchanged(self, subject: str) -> bool:
        return self.up_to is not None and self.changed.get(subject, 0) <= self.up_to

    def _finds(self, kind: str, name: str) -> Thing | None:
        if kind == "activity":
            return self.activity(name)
        context = EvaluationContext(self.activity, lambda _: None)
        return known_cards(self._history(f"card/{name}"), context).get(name)

    def _history(self, subject: str) -> list[LoggedEvent]:
        events = self.cache.histories(self.connection, [subject])[subject]
        return in_order(
            event for event in events if self.up_to is None or event.position <= self.up_to
        )

    def _histories(self, prefix: str) -> list[LoggedEvent]:
        subjects = subjects_with_prefix(self.connection, prefix)
        found = self.cache.histories(self.connection, subjects)
        return in_order(event for events in found.values() for event in events)
