"""Writes who is invited, and who is not any more."""

from collections.abc import Collection

from sqlalchemy import Connection, insert

from crm.invitations.queries import cards_that_stand, invited_to
from crm.invitations.tables import INVITATION_WORD
from crm.scope import Scope

MOST_AT_ONCE = 400
"""As many as a phone keeps of one activity."""


def invite(
    scope: Scope,
    connection: Connection,
    activity_id: str,
    person_ids: Collection[str],
    *,
    actor: str,
    now_us: int,
) -> int:
    """Invite people; how many were not invited before."""
    new = set(person_ids) - invited_to(scope, connection, activity_id).keys()
    return _say(scope, connection, activity_id, new, invited=True, actor=actor, now_us=now_us)


def take_back(
    scope: Scope,
    connection: Connection,
    activity_id: str,
    person_ids: Collection[str],
    *,
    actor: str,
    now_us: int,
) -> int:
    """Expect people no longer; how many were invited."""
    known = invited_to(scope, connection, activity_id).keys() & set(person_ids)
    return _say(scope, connection, activity_id, known, invited=False, actor=actor, now_us=now_us)


def _say(
    scope: Scope,
    connection: Connection,
    activity_id: str,
    person_ids: Collection[str],
    *,
    invited: bool,
    actor: str,
    now_us: int,
) -> int:
    cards = cards_that_stand(scope, connection, person_ids)
    say_of_cards(connection, activity_id, cards, invited=invited, actor=actor, now_us=now_us)
    return len(cards)


def say_of_cards(
    connection: Connection,
    activity_id: str,
    card_ids: Collection[str],
    *,
    invited: bool,
    actor: str,
    now_us: int,
) -> None:
    """Write down a word on each of some cards; whose they are and who may is looked at before."""
    said = {"activity_id": activity_id, "invited": invited, "at_us": now_us, "actor": actor}
    rows = [said | {"card_id": card_id} for card_id in card_ids]
    if rows:
        connection.execute(insert(INVITATION_WORD), rows)
