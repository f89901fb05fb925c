"""A dealer's own invitations: people of its copy, to activities that it carries out."""

from collections import Counter
from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from crm.activities.queries import activity
from crm.holdings.queries import notices_wanted
from crm.invitations.queries import invitations_to
from crm.invitations.register import MOST_AT_ONCE, say_of_cards
from crm.people.linked import people_of_cards
from crm.scope import OutOfScope, Scope

Rows = Mapping[str, Collection[str]]
"""Rows of the dealer's copy: key → the cards behind it."""


def invited_rows(
    scope: Scope, connection: Connection, activity_id: str, rows: Rows
) -> frozenset[str]:
    """The keys of those who are invited, by the dealer or by the company."""
    _must_be_own(scope, connection, activity_id)
    people = _people_of(connection, rows)
    invited = invitations_to(connection, activity_id).keys()
    return frozenset(key for key, ids in people.items() if not invited.isdisjoint(ids))


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
    say_of_cards(
        *(connection, activity_id, _first_cards(asked)), invited=True, actor=actor, now_us=now_us
    )
    told["invited"] = len(asked)
    return told


def take_back_rows(
    scope: Scope, connection: Connection, activity_id: str, rows: Rows, *, actor: str, now_us: int
) -> None:
    """Expect people no longer."""
    known = invited_rows(scope, connection, activity_id, rows)
    said = {key: cards for key, cards in rows.items() if key in known}
    say_of_cards(
        *(connection, activity_id, _first_cards(said)), invited=False, actor=actor, now_us=now_us
    )


def _first_cards(rows: Rows) -> list[str]:
    return [min(cards) for _, cards in sorted(rows.items()) if cards]


def _people_of(connection: Connection, rows: Rows) -> dict[str, set[str]]:
    """Of each row the people that its cards are of, as they are known now."""
    person_of = people_of_cards(connection, sorted({c for cards in rows.values() for c in cards}))
    return {
        key: {person_of[card] for card in cards if card in person_of} for key, cards in rows.items()
    }


def _must_be_own(scope: Scope, connection: Connection, activity_id: str) -> None:
    scope.require("own_copy", "a dealer invites people of its copy")
    held = activity(scope, connection, activity_id)
    if held is None or held.dealer != scope.dealer:
        raise OutOfScope("another dealer's activity")
