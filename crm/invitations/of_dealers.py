"""A dealer's own invitations: people of its copy, to activities that it carries out."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from crm.activities.queries import activity
from crm.holdings.queries import notices_wanted
from crm.invitations.queries import invitations_to
from crm.invitations.register import MOST_AT_ONCE, say_of_cards
from crm.people.linked import people_of_cards
from crm.scope import OutOfScope, Scope

Rows = Mapping[str, Collection[str]]
"""Rows of the dealer's copy: key → the cards behind it."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Rows by what they would answer an invitation: each key stands in one of the sets.

    never_asked: whether they want notices; wanting: they said so.
    """

    invited: frozenset[str]
    said_no: frozenset[str]
    never_asked: frozenset[str]
    wanting: frozenset[str]

    def open_to(self, *, asked_only: bool) -> frozenset[str]:
        """Who can be invited; asked_only: who was never asked about notices cannot."""
        return self.wanting if asked_only else self.wanting | self.never_asked


def answers_of(
    scope: Scope, connection: Connection, activity_id: str, rows: Rows, at_us: int
) -> Answers:
    """What each row would answer: asked before anybody is invited, and when they are."""
    invited = invited_rows(scope, connection, activity_id, rows)
    new = {key: cards for key, cards in rows.items() if key not in invited}
    cards = {card for each in new.values() for card in each}
    wanted = notices_wanted(scope, connection, cards, at_us)
    words = {key: {wanted.get(card) for card in each} for key, each in new.items()}
    said_no = frozenset(key for key, each in words.items() if False in each)
    wanting = frozenset(key for key, each in words.items() if True in each) - said_no
    return Answers(invited, said_no, frozenset(words) - said_no - wanting, wanting)


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
    """Invite those who are not yet, as many as may be at once; how many are: invited, already,
    said_no, never_asked, too_many.

    asked_only: who was never asked about notices is left out as well.
    """
    answers = answers_of(scope, connection, activity_id, rows, now_us)
    may = [key for key in sorted(rows) if key in answers.open_to(asked_only=asked_only)]
    asked = {key: rows[key] for key in may[:MOST_AT_ONCE]}
    say_of_cards(
        *(connection, activity_id, _first_cards(asked)), invited=True, actor=actor, now_us=now_us
    )
    counts = Counter({"invited": len(asked)})
    counts["already"] = len(answers.invited)
    counts["said_no"] = len(answers.said_no)
    counts["never_asked"] = len(answers.never_asked) if asked_only else 0
    counts["too_many"] = len(may) - len(asked)
    return counts


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
