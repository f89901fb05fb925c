"""Reads whom to call."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from crm.follow_ups.tables import FOLLOW_UP
from crm.people.tables import LINK, PERSON
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """One call or visit that is due."""

    trial_id: str
    number: int
    card_id: str
    person_id: str
    due_on: date


def due_follow_ups(
    scope: Scope, connection: Connection, day: date, limit: int = 50
) -> tuple[list[DueFollowUp], int]:
    """(the oldest of what is due on a day or before and still open, how many there are)."""
    scope.require("follow_ups", "follow-ups are the company's")
    # What was written when the archive was still open must not be read once it is not.
    open_ones = (
        FOLLOW_UP.c.state == "open",
        FOLLOW_UP.c.due_on <= day,
        PERSON.c.restricted.is_(False),
        PERSON.c.deceased.is_(False),
    )
    of_people = FOLLOW_UP.join(LINK, LINK.c.card_id == FOLLOW_UP.c.card_id).join(
        PERSON, PERSON.c.person_id == LINK.c.person_id
    )
    total = connection.execute(
        select(func.count()).select_from(of_people).where(*open_ones)
    ).scalar_one()
    query = (
        select(
            FOLLOW_UP.c.trial_id,
            FOLLOW_UP.c.number,
            FOLLOW_UP.c.card_id,
            LINK.c.person_id,
            FOLLOW_UP.c.due_on,
        )
        .select_from(of_people)
        .where(*open_ones)
        .order_by(FOLLOW_UP.c.due_on, FOLLOW_UP.c.trial_id, FOLLOW_UP.c.number)
        .limit(limit)
    )
    return [DueFollowUp(*row) for row in connection.execute(query)], total
