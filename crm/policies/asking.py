"""Tries a policy on the journal: the people whom members referred are read and judged twice."""

from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection, select

from crm.components.as_of import effective_up_to, past_of_homes
from crm.components.index import TIE
from crm.keyring.keyring import Keyring
from crm.policies.document import Document
from crm.policies.trial import LAST_ORDER, Trial, tried
from crm.rewards.claims import Bench
from crm.rewards.facts import PersonFacts, PolicyFact
from crm.rewards.policy import timetable
from crm.scope import Scope

HOMES_AT_ONCE = 250
"""Cards that are read and judged together: what is looked at for each grows with them."""


def try_policy(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    document: Document,
    starts: date,
    ends: date,
    at_us: int,
) -> Trial:
    """What the document would have made of some Shanghai days' purchases, as known at at_us."""
    scope.require("books", "policies of rewards")
    # Whoever is tied to a member was referred by it, or has a reward that names it.
    query = select(TIE.c.home).where(TIE.c.key >= "member/", TIE.c.key < "member0").distinct()
    homes = sorted(connection.execute(query).scalars())
    gathered = _Gathered()
    for first in range(0, len(homes), HOMES_AT_ONCE):
        some = homes[first : first + HOMES_AT_ONCE]
        past = past_of_homes(connection, keyring, some, at_us, effective_up_to(at_us))
        gathered.add(*past.reward_facts)
    fact = PolicyFact(document.policy, document.effective_from, document.rules, LAST_ORDER)
    return tried(gathered.persons, gathered.bench, fact, starts, ends)


@dataclass
class _Gathered:
    """The facts of all people, each once: a component may come with several pieces of homes."""

    persons: list[PersonFacts] = field(default_factory=list)
    bench: Bench = field(default_factory=lambda: Bench({}, timetable(()), None))
    _cards: set[str] = field(default_factory=set)
    _voided: set[str] = field(default_factory=set)

    def add(self, persons: list[PersonFacts], bench: Bench) -> None:
        if bench.policies:
            memberships = {**self.bench.memberships, **bench.memberships}
            self.bench = Bench(memberships, bench.policies, bench.reached_day)
        for person in persons:
            voided = tuple(v for v in person.voided if v.purchase_id not in self._voided)
            if person.patient.cards & self._cards or (person.voided and not voided):
                continue
            names = {each.purchase_id for each in person.purchases}
            names |= {each.purchase_id for each in voided}
            verdicts = tuple(v for v in person.verdicts if v.purchase_id in names)
            self.persons.append(replace(person, voided=voided, verdicts=verdicts))
            self._cards |= person.patient.cards
            self._voided |= {each.purchase_id for each in voided}
