"""Reads who is invited to an activity, and to what a person was invited."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from crm.activities.queries import open_to
from crm.activities.tables import ACTIVITY
from crm.invitations.tables import INVITATION_WORD
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import Scope
from crm.storage.database import in_pieces


@dataclass(frozen=True, slots=True)
class Invited:
    """When somebody was invited, and by which account."""

    at_us: int
    actor: str


@dataclass(frozen=True, slots=True)
class InvitedTo:
    """An activity to which a person is invited."""

    activity_id: str
    title: str
    starts_us: int
    cancelled: bool


def invited_to(scope: Scope, connection: Connection, activity_id: str) -> dict[str, Invited]:
    """Person id → their invitation, of all who are invited as people are known now."""
    _only_company(scope)
    return invitations_to(connection, activity_id)


def invitations_to(connection: Connection, activity_id: str) -> dict[str, Invited]:
    """The same for whoever looked before at what may be seen of it."""
    query = (
        select(
            LINK.c.person_id,
            INVITATION_WORD.c.invited,
            INVITATION_WORD.c.at_us,
            INVITATION_WORD.c.actor,
        )
        .join(LINK, LINK.c.card_id == INVITATION_WORD.c.card_id)
        .where(INVITATION_WORD.c.activity_id == activity_id)
        .order_by(INVITATION_WORD.c.entry)
    )
    last = {row.person_id: row for row in connection.execute(query)}
    return {name: Invited(row.at_us, row.actor) for name, row in last.items() if row.invited}


def with_invited(
    scope: Scope, connection: Connection, activity_ids: Collection[str]
) -> frozenset[str]:
    """Those of some activities to which anybody is invited."""
    _only_company(scope)
    found: set[str] = set()
    for piece in in_pieces(sorted(activity_ids)):
        last = (
            select(func.max(INVITATION_WORD.c.entry))
            .join(LINK, LINK.c.card_id == INVITATION_WORD.c.card_id)
            .where(INVITATION_WORD.c.activity_id.in_(piece))
            .group_by(INVITATION_WORD.c.activity_id, LINK.c.person_id)
        )
        query = select(INVITATION_WORD.c.activity_id).where(INVITATION_WORD.c.entry.in_(last))
        query = query.where(INVITATION_WORD.c.invited).distinct()
        found |= set(connection.execute(query).scalars())
    return frozenset(found)


def invitations_of(scope: Scope, connection: Connection, cards: Collection[str]) -> list[InvitedTo]:
    """To what the person of some cards is invited, the latest activity first; as far as the viewer
    sees the activities."""
    scope.require("archive", "archives are the company's")
    query = (
        select(
            ACTIVITY.c.activity_id,
            ACTIVITY.c.title,
            ACTIVITY.c.starts_us,
            ACTIVITY.c.cancelled,
            INVITATION_WORD.c.invited,
        )
        .join(ACTIVITY, ACTIVITY.c.activity_id == INVITATION_WORD.c.activity_id)
        .where(INVITATION_WORD.c.card_id.in_(sorted(cards)), *open_to(scope))
        .order_by(INVITATION_WORD.c.entry)
    )
    last = {row.activity_id: row for row in connection.execute(query)}
    stands = [InvitedTo(*row[:-1]) for row in last.values() if row.invited]
    return sorted(stands, key=lambda each: (-each.starts_us, each.activity_id))


def cards_that_stand(
    scope: Scope, connection: Connection, person_ids: Collection[str]
) -> list[str]:
    """The cards that give people their ids; of nobody who is not known."""
    _only_company(scope)
    found: list[str] = []
    for piece in in_pieces(sorted(person_ids)):
        query = select(CARD.c.card_id).join(PERSON, PERSON.c.person_id == CARD.c.own_person_id)
        query = query.where(PERSON.c.person_id.in_(piece)).order_by(CARD.c.card_id)
        found += connection.execute(query).scalars()
    return found


def of_one_house(
    scope: Scope, connection: Connection, person_ids: Collection[str]
) -> frozenset[str]:
    """Some people and all who live with them."""
    _only_company(scope)
    found: set[str] = set()
    for piece in in_pieces(sorted(person_ids)):
        houses = select(PERSON.c.household_id).where(PERSON.c.person_id.in_(piece))
        query = select(PERSON.c.person_id).where(PERSON.c.household_id.in_(houses))
        found |= set(connection.execute(query).scalars())
    return frozenset(found)


def _only_company(scope: Scope) -> None:
    scope.require("people", "people are the company's; a dealer has its copy")
