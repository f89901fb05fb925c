"""A dealer's own invitations: people of its copy, to activities that it carries out."""

from collections import Counter
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, insert, select

from crm.activities.queries import activity
from crm.holdings.queries import notices_wanted
from crm.invitations.register import MOST_AT_ONCE
from crm.invitations.tables import INVITATION_WORD
from crm.people.tables import LINK
from crm.scope import OutOfScope, Scope
from crm.storage.database import in_pieces

Rows = Mapping[str, Collection[str]]
"""Rows of the dealer's copy: key → the cards behind it."""


def invited_rows(
    scope: Scope, connection: Connection, activity_id: str, rows: Rows
) -> frozenset[str]:
    """The keys of those who are invited, by the dealer or by the company."""
    _must_be_own(scope, connection, activity_id)
    people = _people_of(connection, rows)
    query = (
        select(LINK.c.person_id, INVITATION_WORD.c.invited)
        .join(LINK, LINK.c.card_id == INVITATION_WORD.c.card_id)
        .where(INVITATION_WORD.c.activity_id == activity_id)
        .order_by(INVITATION_WORD.c.entry)
    )
    last = {person_id: invited for person_id, invited in connection.execute(query)}
    return frozenset(
        key for key, ids in people.items() if any(last.get(each, False) for each in ids)
    )


def invite_rows(
    scope: Scope,
    connection: Connection,
    activity_id: str,
    rows: Rows,
    *,
    asked_only: bool,
    actor: str,
    now_us: int,
) -> Counter[str]:
    """Invite those who are not yet; how many are: invited, already, said_no, never_asked.

    asked_only: who was never asked about notices is left out as well.
    """
    known = invited_rows(scope, connection, activity_id, rows)
    new = {key: cards for key, cards in sorted(rows.items()) if key not in known}
    cards = {card for each in new.values() for card in each}
    wanted = notices_wanted(scope, connection, cards, now_us)
    told = Counter({"already": len(known)} if known else {})
    asked: dict[str, Collection[str]] = {}
    for key, each in new.items():
        words = {wanted.get(card) for card in each}
        if False in words:
            told["said_no"] += 1
        elif asked_only and words == {None}:
            told["never_asked"] += 1
        elif len(asked) < MOST_AT_ONCE:
            asked[key] = each
    _say(connection, activity_id, asked, invited=True, actor=actor, now_us=now_us)
    told["invited"] = len(asked)
    return told


def take_back_rows(
    scope: Scope, connection: Connection, activity_id: str, rows: Rows, *, actor: str, now_us: int
) -> None:
    """Expect people no longer."""
    known = invited_rows(scope, connection, activity_id, rows)
    said = {key: cards for key, cards in rows.items() if key in known}
    _say(connection, activity_id, said, invited=False, actor=actor, now_us=now_us)


def _say(
    connection: Connection,
    activity_id: str,
    rows: Rows,
    *,
    invited: bool,
    actor: str,
    now_us: int,
) -> None:
    words = [
        {
            "activity_id": activity_id,
            "card_id": min(cards),
            "invited": invited,
            "at_us": now_us,
            "actor": actor,
        }
        for _, cards in sorted(rows.items())
        if cards
    ]
    if words:
        connection.execute(insert(INVITATION_WORD), words)


def _people_of(connection: Connection, rows: Rows) -> dict[str, set[str]]:
    """Of each row the people that its cards are of, as they are known now."""
    person_of: dict[str, str] = {}
    for piece in in_pieces(sorted({card for cards in rows.values() for card in cards})):
        query = select(LINK.c.card_id, LINK.c.person_id).where(LINK.c.card_id.in_(piece))
        person_of |= {card_id: person_id for card_id, person_id in connection.execute(query)}
    return {
        key: {person_of[card] for card in cards if card in person_of} for key, cards in rows.items()
    }


def _must_be_own(scope: Scope, connection: Connection, activity_id: str) -> None:
    scope.require("own_copy", "a dealer invites people of its copy")
    held = activity(scope, connection, activity_id)
    if held is None or held.dealer != scope.dealer:
        raise OutOfScope("another dealer's activity")
