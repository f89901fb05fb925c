"""Reads whom to call."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, tuple_

from crm.follow_ups.tables import FOLLOW_UP, FOLLOW_UP_OWNER
from crm.people.tables import LINK, PERSON
from crm.scope import Scope

ANYBODYS, NOBODYS = "all", "nobody"
"""Beside an account's own: everything that is due, and what nobody was given."""


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """One call or visit that is due; owner: the account that was asked to make it."""

    trial_id: str
    number: int
    card_id: str
    person_id: str
    due_on: date
    owner: str | None = None

    @property
    def order(self) -> tuple[date, str, int]:
        """Its place in the list: the most overdue first."""
        return self.due_on, self.trial_id, self.number


def due_follow_ups(
    scope: Scope,
    connection: Connection,
    day: date,
    limit: int = 50,
    offset: int = 0,
    whose: str = ANYBODYS,
) -> tuple[list[DueFollowUp], int]:
    """(what is due on a day or before and still open, the oldest first; how many there are).

    whose: an account's own, ANYBODYS or NOBODYS.
    """
    scope.require("follow_ups", "follow-ups are the company's")
    query = _open().where(FOLLOW_UP.c.due_on <= day, *_of(whose))
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return _read(connection, _in_order(query).limit(limit).offset(offset)), total


def open_follow_up(
    scope: Scope, connection: Connection, trial_id: str, number: int
) -> DueFollowUp | None:
    """One that is still open, due or not; None where there is none to be made."""
    scope.require("follow_ups", "follow-ups are the company's")
    query = _open().where(FOLLOW_UP.c.trial_id == trial_id, FOLLOW_UP.c.number == number)
    return next(iter(_read(connection, query)), None)


def next_follow_up(
    scope: Scope, connection: Connection, day: date, after: DueFollowUp, whose: str = ANYBODYS
) -> DueFollowUp | None:
    """The one that follows in the list; behind the last one the first; None when it was the only
    one."""
    scope.require("follow_ups", "follow-ups are the company's")
    columns = (FOLLOW_UP.c.due_on, FOLLOW_UP.c.trial_id, FOLLOW_UP.c.number)
    due = _open().where(FOLLOW_UP.c.due_on <= day, *_of(whose))
    later = due.where(tuple_(*columns) > tuple_(*after.order))
    others = due.where(tuple_(*columns) != tuple_(*after.order))
    for query in (later, others):
        for found in _read(connection, _in_order(query).limit(1)):
            return found
    return None


def _owner() -> Any:
    """The account that was asked last."""
    latest = (
        select(FOLLOW_UP_OWNER.c.owner)
        .where(
            FOLLOW_UP_OWNER.c.trial_id == FOLLOW_UP.c.trial_id,
            FOLLOW_UP_OWNER.c.number == FOLLOW_UP.c.number,
        )
        .order_by(FOLLOW_UP_OWNER.c.entry.desc())
        .limit(1)
    )
    return latest.correlate(FOLLOW_UP).scalar_subquery()


def _of(whose: str) -> tuple[ColumnElement[bool], ...]:
    if whose == ANYBODYS:
        return ()
    return (_owner().is_(None),) if whose == NOBODYS else (_owner() == whose,)


def _open() -> Select[Any]:
    of_people = FOLLOW_UP.join(LINK, LINK.c.card_id == FOLLOW_UP.c.card_id).join(
        PERSON, PERSON.c.person_id == LINK.c.person_id
    )
    # What was written when the archive was still open must not be read once it is not.
    may_be_called = and_(PERSON.c.restricted.is_(False), PERSON.c.deceased.is_(False))
    return (
        select(
            FOLLOW_UP.c.trial_id,
            FOLLOW_UP.c.number,
            FOLLOW_UP.c.card_id,
            LINK.c.person_id,
            FOLLOW_UP.c.due_on,
            _owner().label("owner"),
        )
        .select_from(of_people)
        .where(FOLLOW_UP.c.state == "open", may_be_called)
    )


def _in_order(query: Select[Any]) -> Select[Any]:
    return query.order_by(FOLLOW_UP.c.due_on, FOLLOW_UP.c.trial_id, FOLLOW_UP.c.number)


def _read(connection: Connection, query: Select[Any]) -> list[DueFollowUp]:
    return [DueFollowUp(*row) for row in connection.execute(query)]
