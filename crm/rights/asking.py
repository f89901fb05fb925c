"""Reads all that is held of one person, for the copy that is theirs."""

from sqlalchemy import Connection

from crm.components.evaluation import Evaluation, PersonView
from crm.copies.queries import copies_of
from crm.copies.row_keys import row_keys
from crm.feed.recall_queries import still_with_dealers
from crm.keyring.keyring import Keyring
from crm.rights.own_copy import Holding
from crm.scope import Scope


def holding_of(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    person: PersonView,
    past: Evaluation,
    *,
    is_now: bool = True,
) -> Holding:
    """What is held as of the evaluation; what dealers still have to delete, of now alone."""
    rows = copies_of(scope, keyring, past)
    cards = [card.card_id for card in person.cards]
    row_key = row_keys(keyring.secret("copies"))
    found = still_with_dealers(scope, connection, row_key, cards) if is_now else []
    return Holding(person, past, rows, [each.recall for each in found])
