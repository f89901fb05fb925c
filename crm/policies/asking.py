"""Tries a policy on the journal: the people whom members referred are read and judged twice."""

from datetime import date

from sqlalchemy import Connection, select

from crm.components.as_of import effective_up_to, past_of_homes
from crm.components.index import TIE
from crm.keyring.keyring import Keyring
from crm.policies.document import Document
from crm.policies.trial import LAST_ORDER, Trial, tried
from crm.rewards.facts import PolicyFact
from crm.scope import Scope


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
    homes = list(connection.execute(query).scalars())
    past = past_of_homes(connection, keyring, homes, at_us, effective_up_to(at_us))
    persons, bench = past.reward_facts
    fact = PolicyFact(document.policy, document.effective_from, document.rules, LAST_ORDER)
    return tried(persons, bench, fact, starts, ends)
