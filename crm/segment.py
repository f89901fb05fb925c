"""Records one segment: from its events to the rows of every projection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, select

from campaigns.identifiers import mobile_e164
from campaigns.times import day_end_us, shanghai_day
from crm.activities.projection import activity_row
from crm.activities.tables import ACTIVITY
from crm.claim_steps import Movers
from crm.component import Evaluation
from crm.library import Library, SharedFacts
from crm.logged_event import LoggedEvent
from crm.members.projection import member_row
from crm.members.tables import MEMBER
from crm.outcomes.projection import outcome_rows
from crm.outcomes.shared import Surroundings
from crm.outcomes.tables import OUTCOME
from crm.outcomes.voids import Outcomes
from crm.projecting import rewrite
from crm.projections import PROJECTIONS, Keys
from crm.rewards.projection import ClaimStep, stored_claims, write_steps
from crm.segments import MAKES_ACTIVITIES_KNOWN, key_changed
from crm.sharing.projection import contract_rows
from crm.sharing.tables import CONTRACT, WAKE_DAY
from crm.ties import (
    POLICIES,
    close,
    homes_tied_to,
    keyed_digest,
    keys_of_home,
    kind_of,
    phone_key,
    rewrite_ties,
    ties_of,
)

Causes = dict[str, list[LoggedEvent]]
"""Home or key → the events of the segment for which it is looked at again."""


THINGS_REMEMBERED = 20_000
"""Activities and members whose facts are kept at hand."""


class SegmentRecorder:
    """Records segments one after the other, keeping the facts of shared things at hand."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.digest = keyed_digest(library.keyring.secret("ties"))
        self.keys = Keys.of(library.keyring)
        self.facts: SharedFacts | None = None

    def forget(self) -> None:
        """After a failed transaction."""
        self.facts = None

    def record(
        self,
        connection: Connection,
        events: Sequence[LoggedEvent],
        reached_before: date | None,
        reached: date | None,
        up_to: int | None = None,
    ) -> int:
        """Write everything that follows from the events; returns how many rows were written.

        `up_to` is the last position that is recorded, where that is not the last event's.
        """
        up_to = up_to or events[-1].position
        self.library.learn(events, up_to)
        if self.facts is None or self.facts.remembered > THINGS_REMEMBERED:
            self.facts = SharedFacts(self.library, connection)
        self.facts.connection = connection
        run = _Run(self, connection, events, self.facts, reached)
        run.shared(reached_before)
        run.members()
        run.cards()
        for event in events:
            if event.type_name == "card.erased":
                self.library.forget(event.home)
        return run.written


@dataclass
class _Run:
    """One segment on its way."""

    recorder: SegmentRecorder
    connection: Connection
    events: Sequence[LoggedEvent]
    facts: SharedFacts
    reached: date | None
    woken: Causes = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    """Home of an activity or member → position of the last event that may have changed it."""
    written: int = 0
    own: Causes = field(init=False)
    of_kind: dict[str, Causes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The events by home, the homes by kind."""
        self.own = {}
        for event in self.events:
            self.own.setdefault(event.home, []).append(event)
        for home, events in self.own.items():
            self.of_kind.setdefault(kind_of(home), {})[home] = events

    def homes(self, kind: str) -> Causes:
        """The homes of a kind that have events here."""
        return self.of_kind.get(kind, {})

    def wake(self, causes: Mapping[str, Sequence[LoggedEvent]]) -> None:
        """Look again at whoever speaks of the keys."""
        for key, homes in homes_tied_to(self.connection, causes).items():
            for home in homes:
                self.woken.setdefault(home, []).extend(causes[key])

    def keys_changed(self, kind: str) -> Causes:
        """The keys of a kind whose dependents are concerned."""
        found: Causes = {}
        for events in self.homes(kind).values():
            for event in events:
                key = key_changed(event)
                if key is not None:
                    found.setdefault(key, []).append(event)
        return found

    def rewrite(self, table: Table, owners: Iterable[Any], rows: Iterable[Any]) -> None:
        """Write the difference."""
        self.written += rewrite(self.connection, table, owners, rows)

    def shared(self, reached_before: date | None) -> None:
        """Activities, contracts, policies and days; whom they concern is woken."""
        activities = self.homes("activity")
        judged: list[tuple[list[LoggedEvent], Outcomes]] = []
        rows = []
        self.recorder.library.histories(self.connection, activities)
        for home, events in activities.items():
            name = home.partition("/")[2]
            self.changed[home] = events[-1].position
            judged.append(self.facts.judge_activity(name))
            activity = self.facts.activities[name]
            if activity is not None:
                rows.append(activity_row(activity))
        self.rewrite(ACTIVITY, activities, rows)
        if self.homes("dealer"):
            judged.append(self._contracts())
        if policies := self.homes("policy"):
            judged.append(self.facts.judge_policies())
            self.wake({POLICIES: [event for events in policies.values() for event in events]})
        judged += map(self.facts.judge_day, self.homes("day"))
        days = [event for event in self.events if event.type_name == "day.reached"]
        if days:
            self._days(days[-1], reached_before)
        self._outcomes(judged)
        self.wake(self.keys_changed("activity"))

    def _contracts(self) -> tuple[list[LoggedEvent], Outcomes]:
        causes = [event for events in self.homes("dealer").values() for event in events]
        # Not what was at hand: a worker that has just started would find the new ones there.
        without = self.facts.contracts_without({event.position for event in causes})
        before = {fact.data.contract_id: fact for fact in without}
        judged = self.facts.judge_contracts()
        after = {fact.data.contract_id: fact for fact in self.facts.all_contracts()}
        table_rows = contract_rows(self.facts.all_contracts())
        self.written += rewrite(
            self.connection, CONTRACT, before | after, table_rows, owner="contract_id"
        )
        differing = {
            fact.data.dealer
            for name in {*before, *after}
            for fact in (before.get(name), after.get(name))
            if fact is not None and before.get(name) != after.get(name)
        }
        self.wake({f"dealer/{dealer}": causes for dealer in differing})
        return judged

    def _days(self, cause: LoggedEvent, reached_before: date | None) -> None:
        """Consents that expire, holds that end, contracts that begin or are over."""
        if self.reached is None or self.reached == reached_before:
            return
        query = select(WAKE_DAY.c.home).distinct().where(WAKE_DAY.c.day <= self.reached)
        if reached_before is not None:
            query = query.where(WAKE_DAY.c.day > reached_before)
        for home in self.connection.execute(query).scalars():
            self.woken.setdefault(home, []).append(cause)
        since = reached_before or date.min
        turning = {
            fact.data.dealer
            for fact in self.facts.all_contracts()
            if since < max(fact.data.starts_on, shanghai_day(fact.event.starts_us)) <= self.reached
            or (fact.ends_on is not None and since <= fact.ends_on < self.reached)
        }
        self.wake({f"dealer/{dealer}": [cause] for dealer in turning})

    def members(self) -> None:
        """Members that have events here, or wait for a card or an activity."""
        causes = {home: list(events) for home, events in self.homes("member").items()}
        registrations = self.keys_changed("card")
        # A card that waited for an activity comes to be known with it, and so may its member.
        for home in [home for home in self.woken if kind_of(home) == "card"]:
            causes_here = [e for e in self.woken[home] if e.type_name in MAKES_ACTIVITIES_KNOWN]
            if causes_here:
                registrations.setdefault(home, []).extend(causes_here)
        for key, homes in homes_tied_to(self.connection, registrations).items():
            for home in homes:
                if kind_of(home) == "member":
                    causes.setdefault(home, []).extend(registrations[key])
        for home in [home for home in self.woken if kind_of(home) == "member"]:
            causes.setdefault(home, []).extend(self.woken.pop(home))
        if not causes:
            return
        judged, rows, ties = [], [], {}
        self.facts.look_up(causes)
        for home, events in causes.items():
            code = home.partition("/")[2]
            self.changed[home] = max(event.position for event in events)
            history, outcomes = self.facts.judge_member(code)
            judged.append((history, outcomes))
            ties[home] = keys_of_home(home, history, self.recorder.digest)
            member = self.facts.members[code]
            if member is not None:
                rows.append(member_row(member))
        rewrite_ties(self.connection, ties)
        self._outcomes(judged)
        self.rewrite(MEMBER, causes, rows)
        self.wake(causes)

    def _outcomes(self, judged: Sequence[tuple[list[LoggedEvent], Outcomes]]) -> None:
        homes = {event.home for events, _ in judged for event in events}
        rows = [row for events, outcomes in judged for row in outcome_rows(events, outcomes)]
        self.rewrite(OUTCOME, homes, rows)

    def cards(self) -> None:
        """Every component that is touched or woken."""
        touched = {**self.homes("card"), **self.homes("reward")}
        woken = {home for home in self.woken if kind_of(home) in ("card", "reward")}
        if not touched and not woken:
            return
        self._wake_neighbours_of_erased()
        woken = {home for home in self.woken if kind_of(home) in ("card", "reward")}
        library, digest = self.recorder.library, self.recorder.digest
        histories = library.histories(self.connection, touched)
        net = rewrite_ties(
            self.connection,
            {home: keys_of_home(home, events, digest) for home, events in histories.items()},
        )
        closure = close(self.connection, {*touched, *woken}, net)
        everyone = {home for component in closure.components for home in component}
        histories = library.histories(self.connection, everyone)
        self.facts.look_up(closure.speaks_of)
        crowded = closure.crowded

        def is_crowded(raw: str) -> bool:
            phone = mobile_e164(raw)
            return phone is not None and phone_key(phone, digest) in crowded

        around = Surroundings(
            self.facts.activity,
            self.facts.member,
            self.facts.all_contracts(),
            self.facts.all_policies(),
            self.reached,
            is_crowded if crowded else lambda phone: False,
        )
        evaluations = [
            self._evaluate([event for home in homes for event in histories[home]], around)
            for homes in closure.components
        ]
        for projection in PROJECTIONS:
            rows = (
                row
                for evaluation in evaluations
                for row in projection.rows(evaluation, self.recorder.keys)
            )
            self.rewrite(projection.table, everyone, rows)
        self._claims(evaluations, closure.components, everyone)

    def _wake_neighbours_of_erased(self) -> None:
        """An erased card loses its personal ties: whoever they led to must do without it."""
        erased = {e.home: [e] for e in self.events if e.type_name == "card.erased"}
        for home, keys in ties_of(self.connection, erased).items():
            self.wake({key: erased[home] for key in keys if kind_of(key) == "~"})

    def _evaluate(self, events: Sequence[LoggedEvent], around: Surroundings) -> Evaluation:
        newest_us = max((event.starts_us for event in events), default=0)
        at_us = newest_us
        if self.reached is not None:
            at_us = max(newest_us, day_end_us(self.reached) - 1)
        return Evaluation(events, around, at_us)

    def _claims(
        self,
        evaluations: Sequence[Evaluation],
        components: Sequence[set[str]],
        everyone: set[str],
    ) -> None:
        before = stored_claims(self.connection, everyone)
        had = {claim.home for claim in before}
        movers = Movers(self.own, self.woken, self.facts, self.changed, self._evaluate)
        steps: list[ClaimStep] = []
        for evaluation, homes in zip(evaluations, components, strict=True):
            if evaluation.claims or not had.isdisjoint(homes):
                steps += movers.steps(evaluation, homes)
        self.written += write_steps(self.connection, before, steps)
