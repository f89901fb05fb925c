"""Asks why a reward is what it is: its component's history is read and judged anew, aloud."""

from sqlalchemy import Connection

from crm.components.as_of import effective_up_to, past_of_homes
from crm.keyring.keyring import Keyring
from crm.ledger.queries import claims_of_member, home_of_reward
from crm.rewards.explaining import Explanation, explain
from crm.scope import Scope


def explanation_of(
    scope: Scope, connection: Connection, keyring: Keyring, reward_id: str, at_us: int
) -> Explanation | None:
    """The explanation of a reward as of an instant; None when there is no such reward."""
    found = home_of_reward(scope, connection, reward_id)
    if found is None:
        return None
    home, member = found
    past = past_of_homes(connection, keyring, [home], at_us, effective_up_to(at_us))
    others = claims_of_member(scope, connection, member)
    facts, bench = past.reward_facts
    explained = (explain(person, bench, reward_id, others) for person in facts)
    return next((each for each in explained if each is not None), None)
