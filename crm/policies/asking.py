"""Tries a policy on what is recorded: everybody's purchases are judged twice."""

from datetime import date

from sqlalchemy import Connection

from crm.keyring.keyring import Keyring
from crm.policies.document import Document
from crm.policies.recorded import recorded_facts
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
    persons, bench = recorded_facts(connection, keyring, at_us)
    fact = PolicyFact(document.policy, document.effective_from, document.rules, LAST_ORDER)
    return tried(persons, bench, fact, starts, ends)
