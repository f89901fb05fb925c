"""Reads one person's archive: folded from the journal when it is asked for, and kept nowhere.

What is most sensitive, illness and readings, so stands in plain in no table of the company's.
"""

from typing import Any, cast

import msgspec
from sqlalchemy import Connection

from crm.archives.archive import archive_of
from crm.component import Evaluation, PersonView
from crm.keyring import Keyring
from crm.past import effective_up_to, past_of_homes
from crm.people.queries import cards_of
from crm.scope import OutOfScope, Scope


def archive(
    scope: Scope, connection: Connection, keyring: Keyring, name: str, at_us: int
) -> dict[str, Any] | None:
    """The archive of the person that a card id or person id leads to, as of an instant."""
    known = person_then(scope, connection, keyring, name, at_us)
    if known is None:
        return None
    found = archive_of(*known, scope.sees_restricted_names)
    return cast(dict[str, Any], msgspec.to_builtins(found))


def person_then(
    scope: Scope, connection: Connection, keyring: Keyring, name: str, at_us: int
) -> tuple[PersonView, Evaluation] | None:
    """The person that a card id or person id leads to, and the evaluation that says it all."""
    if not scope.sees_archives:
        raise OutOfScope("archives are the company's; a dealer has its copy")
    cards = cards_of(scope, connection, name)
    if not cards:
        return None
    homes = [f"card/{card_id}" for card_id in cards]
    past = past_of_homes(connection, keyring, homes, at_us, effective_up_to(at_us))
    wanted = name if name in past.cards else None
    for person in past.persons:
        ids = {card.card_id for card in person.cards}
        if wanted in ids or (wanted is None and ids & set(cards)):
            return person, past
    return None
