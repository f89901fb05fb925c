"""Histories read from the journal and kept at hand: events by home, facts of shared things.

One worker records at a time, so what it has read stays true until it writes; after a transaction
that failed everything is forgotten. The memory is bounded.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from crm.journal import decode, homes_with_prefix, rows_of_homes
from crm.keyring import Keyring
from crm.logged_event import LoggedEvent
from crm.outcomes.cards import known_cards
from crm.outcomes.shared import (
    Activity,
    ContractFact,
    Member,
    Surroundings,
    judge_activity,
    judge_contracts,
    judge_member,
    judge_policies,
)
from crm.outcomes.voids import Outcomes

EVENTS_AT_HAND = 100_000


@dataclass
class Library:
    """What has been read. `left_out` are positions of events that could not be recorded."""

    keyring: Keyring
    left_out: frozenset[int] = frozenset()
    _events: OrderedDict[str, list[LoggedEvent]] = field(default_factory=OrderedDict)
    _count: int = 0

    def forget_everything(self) -> None:
        """After a failed transaction, or when somebody else may have written."""
        self._events.clear()
        self._count = 0

    def forget(self, home: str) -> None:
        """One history, so that it is read again."""
        self._count -= len(self._events.pop(home, ()))

    def learn(self, events: Iterable[LoggedEvent]) -> None:
        """New events of histories that are at hand; others are read when they are asked for."""
        for event in events:
            known = self._events.get(event.home)
            if known is not None:
                known.append(event)
                self._count += 1

    def histories(
        self, connection: Connection, homes: Iterable[str], up_to: int
    ) -> dict[str, list[LoggedEvent]]:
        """All events of each home up to a position, in order of arrival."""
        wanted = list(homes)
        missing = [home for home in wanted if home not in self._events]
        if missing:
            self._read(connection, missing, up_to)
        found = {}
        for home in wanted:
            self._events.move_to_end(home)
            found[home] = self._events[home]
        self._shrink(len(wanted))
        return found

    def _read(self, connection: Connection, homes: Sequence[str], up_to: int) -> None:
        for home in homes:
            self._events[home] = []
        rows = rows_of_homes(connection, homes, up_to)
        kept = [row for row in rows if row.position not in self.left_out]
        for event in sorted(decode(kept, self.keyring), key=lambda event: event.position):
            self._events[event.home].append(event)
            self._count += 1

    def _shrink(self, in_use: int) -> None:
        while self._count > EVENTS_AT_HAND and len(self._events) > in_use:
            _, gone = self._events.popitem(last=False)
            self._count -= len(gone)


def in_order(events: Iterable[LoggedEvent]) -> list[LoggedEvent]:
    """In effective order."""
    return sorted(events, key=lambda event: event.order)


@dataclass
class SharedFacts:
    """Facts of shared things as of a position, each judged once and then kept."""

    library: Library
    connection: Connection
    up_to: int
    activities: dict[str, Activity | None] = field(default_factory=dict)
    members: dict[str, Member | None] = field(default_factory=dict)
    contracts: tuple[ContractFact, ...] | None = None
    policies: tuple[LoggedEvent, ...] | None = None

    def activity(self, activity_id: str) -> Activity | None:
        """The activity, None while it is not known."""
        if activity_id not in self.activities:
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
            self.judge_member(code)
        return self.members[code]

    def judge_member(self, code: str) -> tuple[list[LoggedEvent], Outcomes]:
        """Every event of one member, and what became of it."""
        events = self._history(f"member/{code}")
        outcomes, self.members[code] = judge_member(events, self._knows)
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

    def _knows(self, kind: str, name: str) -> bool:
        if kind == "activity":
            return self.activity(name) is not None
        around = Surroundings(self.activity, lambda _: None)
        return name in known_cards(self._history(f"card/{name}"), around)

    def _history(self, home: str) -> list[LoggedEvent]:
        return in_order(self.library.histories(self.connection, [home], self.up_to)[home])

    def _histories(self, prefix: str) -> list[LoggedEvent]:
        homes = homes_with_prefix(self.connection, prefix)
        found = self.library.histories(self.connection, homes, self.up_to)
        return in_order(event for events in found.values() for event in events)
