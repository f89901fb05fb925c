"""What the views must hold, computed once more from the journal and compared with what they hold.

It goes over all cards component by component, some thousand cards at a time, so that its memory
does not grow with the journal. Which cards belong together it takes from the stored index, and
proves on the way that the index itself follows from the same events.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, func, select

from campaigns.identifiers import mobile_e164
from campaigns.times import shanghai_day
from crm.components.as_of import Past, recorded_events
from crm.components.evaluation import Evaluation
from crm.components.index import TIE, Closure, close, ties_of
from crm.components.index_keys import Digest, keyed_digest, keys_of_subject, phone_key
from crm.copies.tables import COPY_ROW
from crm.identity.resolution import nobody_crowds
from crm.journal.events import subjects_with_prefix
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.outcomes.matching import ever_weighed, weights_in_force
from crm.outcomes.projection import outcome_rows
from crm.outcomes.shared import EvaluationContext
from crm.outcomes.tables import OUTCOME
from crm.outcomes.voids import Outcomes
from crm.people.tables import CARD, LINK, PAIR, PERSON
from crm.recording.projections import PROJECTIONS, RowHashes
from crm.rewards.claims import Claim
from crm.storage.bulk import driver_values, key_places, own_columns
from crm.storage.collection import gc_paused
from crm.storage.reads import stored_rows

SUBJECTS_AT_ONCE = 1_000
_EVALUATED = ("card/", "reward/")
_SHARED = ("activity/", "member/", "day/", "dealer/", "policy/", "matching/")
_TIED = "member/"
"""Of what many people share, the kind that the index of components speaks of."""
COMPARED = (OUTCOME, CARD, LINK, PERSON, PAIR, COPY_ROW)
_VIEWS = tuple(view for view in PROJECTIONS if view.table in COMPARED)

Report = Callable[[int, int], None]
Row = Mapping[str, Any]


@dataclass
class Recomputed:
    """What came out.

    rows: how many rows of each table were computed; wrong: how many of them, or of the stored
    ones, stand on one side alone or are not the same.
    unequal_dealers: whose copies differ. claims: of all members, before caps.
    """

    rows: Counter[Table] = field(default_factory=Counter)
    wrong: Counter[Table] = field(default_factory=Counter)
    dealers: set[str] = field(default_factory=set)
    unequal_dealers: set[str] = field(default_factory=set)
    claims: list[Claim] = field(default_factory=list)


def recompute(
    connection: Connection, keyring: Keyring, at_us: int, report: Report | None = None
) -> Recomputed:
    """Every component evaluated for the instant, and compared with its rows."""
    comparison = _Comparison(connection, keyring, at_us)
    subjects = [
        subject for prefix in _EVALUATED for subject in subjects_with_prefix(connection, prefix)
    ]
    seen: set[str] = set()
    for start in range(0, len(subjects), SUBJECTS_AT_ONCE):
        asked = [
            subject for subject in subjects[start : start + SUBJECTS_AT_ONCE] if subject not in seen
        ]
        with gc_paused():
            closure = close(connection, asked, {})
            comparison.compare(closure)
        seen.update(*closure.components)
        if report is not None:
            report(min(start + SUBJECTS_AT_ONCE, len(subjects)), len(subjects))
    comparison.compare_shared()
    comparison.look_for_others()
    return comparison.found


class _Comparison:
    """One pass over the journal; `seen` counts the stored rows that were compared."""

    def __init__(self, connection: Connection, keyring: Keyring, at_us: int) -> None:
        self.connection, self.keyring, self.at_us = connection, keyring, at_us
        self.found = Recomputed()
        self.seen: Counter[Table] = Counter()
        self.past = _shared_past(connection, keyring)
        self.contracts, self.policies = self.past.contracts(), self.past.policies()
        published = self.past.matching()
        self.weights, self.weighed = weights_in_force(published), ever_weighed(published)
        self.digest: Digest = keyed_digest(keyring.secret("ties"))
        self.hashes = RowHashes.of(keyring)

    def compare(self, closure: Closure) -> None:
        """Some components, closed in themselves."""
        subjects = sorted(subject for component in closure.components for subject in component)
        histories: dict[str, list[LoggedEvent]] = {subject: [] for subject in subjects}
        for event in recorded_events(self.connection, self.keyring, subjects):
            histories[event.subject].append(event)
        self._compare_ties(histories)
        context = self._context(closure)
        evaluations = [
            Evaluation.of([e for h in component for e in histories[h]], context, self.at_us)
            for component in closure.components
        ]
        for view in _VIEWS:
            rows = chain.from_iterable(view.rows(each, self.hashes) for each in evaluations)
            self._compare_rows(view.table, view.owner.of(subjects), rows, view.owner.column)
        self._compare_outcomes((each.events, each.outcomes) for each in evaluations)
        for evaluation in evaluations:
            self.found.claims += evaluation.claims

    def compare_shared(self) -> None:
        """The outcomes of what many people share, and by what members are tied to cards."""
        members = {h: e for h, e in self.past.histories.items() if h.startswith(_TIED)}
        self._compare_ties(members)
        self._compare_outcomes(self.past.shared_outcomes())

    def look_for_others(self) -> None:
        """Stored rows of which no event speaks."""
        for table in (TIE, *COMPARED):
            query = select(func.count()).select_from(table)
            self.found.wrong[table] += (
                self.connection.execute(query).scalar_one() - self.seen[table]
            )
        dealers = self.connection.execute(select(COPY_ROW.c.dealer).distinct()).scalars()
        self.found.dealers.update(dealers)

    def _context(self, closure: Closure) -> EvaluationContext:
        def is_crowded(raw: str) -> bool:
            phone = mobile_e164(raw)
            return phone is not None and phone_key(phone, self.digest) in closure.crowded

        return EvaluationContext(
            self.past.activity,
            self.past.member,
            self.contracts,
            self.policies,
            shanghai_day(self.at_us),
            is_crowded if closure.crowded else nobody_crowds,
            self.weights,
        )

    def _compare_ties(self, histories: Mapping[str, list[LoggedEvent]]) -> None:
        stored = ties_of(self.connection, histories)
        for subject, events in histories.items():
            wanted = keys_of_subject(subject, events, self.digest, weighed=self.weighed)
            self.seen[TIE] += len(stored.get(subject, ()))
            self.found.rows[TIE] += len(wanted)
            self.found.wrong[TIE] += len(wanted ^ stored.get(subject, set()))

    def _compare_outcomes(self, judged: Iterable[tuple[Sequence[LoggedEvent], Outcomes]]) -> None:
        rows = [row for events, outcomes in judged for row in outcome_rows(events, outcomes)]
        self._compare_rows(OUTCOME, [row["position"] for row in rows], rows, "position")

    def _compare_rows(
        self, table: Table, owners: Sequence[object], rows: Iterable[Row], owner: str
    ) -> None:
        key_of = itemgetter(*key_places(table))
        values = driver_values(self.connection, table, rows)
        wanted = {key_of(row): row for row in values}
        stored = stored_rows(self.connection, own_columns(table), table.c[owner], owners)
        held = {key_of(row): row for row in stored}
        self.seen[table] += len(stored)
        self.found.rows[table] += len(wanted)
        if wanted == held:
            return
        unequal = [key for key in {*wanted, *held} if wanted.get(key) != held.get(key)]
        self.found.wrong[table] += len(unequal)
        if table is COPY_ROW:
            self.found.unequal_dealers.update(dealer for dealer, _ in unequal)


def _shared_past(connection: Connection, keyring: Keyring) -> Past:
    """What many people share, and the cards of which members' words speak."""
    shared = recorded_events(connection, keyring, list(_subjects(connection, _SHARED)))
    named = {f"card/{name}" for event in shared if (name := getattr(event.data, "card_id", None))}
    return Past.of([*shared, *recorded_events(connection, keyring, sorted(named))])


def _subjects(connection: Connection, prefixes: Iterable[str]) -> Iterator[str]:
    for prefix in prefixes:
        yield from subjects_with_prefix(connection, prefix)
