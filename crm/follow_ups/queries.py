"""Reads whom to call: one line a person, the latest call that is due."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Table,
    and_,
    case,
    func,
    or_,
    select,
    tuple_,
)

from crm.follow_ups.tables import FOLLOW_UP, FOLLOW_UP_LATER, FOLLOW_UP_OWNER
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import Scope

ANYBODYS, NOBODYS = "all", "nobody"
"""Beside an account's own: everything that is due, and what nobody was given."""


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """One call or visit that is due.

    sku: what is on trial; region, dealer: as the card says; owner: the account that was asked to
    make the trial's calls.
    """

    trial_id: str
    number: int
    card_id: str
    person_id: str
    due_on: date
    sku: str
    region: str | None
    dealer: str | None
    owner: str | None = None

    @property
    def order(self) -> tuple[date, str, int]:
        """Its place in the list: the most overdue first."""
        return self.due_on, self.trial_id, self.number


@dataclass(frozen=True, slots=True)
class Asking:
    """Which of what is due is asked for; empty: any.

    whose: an account's own, ANYBODYS or NOBODYS. region: the first digits of its code.
    """

    whose: str = ANYBODYS
    region: str = ""
    dealer: str = ""
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people are to be called: one's own, nobody's, all."""

    mine: int
    nobody: int
    all: int


def due_follow_ups(
    scope: Scope,
    connection: Connection,
    day: date,
    limit: int = 50,
    offset: int = 0,
    asking: Asking | None = None,
) -> tuple[list[DueFollowUp], int]:
    """(whom to call on a day, the longest due first; how many there are): one line a person."""
    scope.require("follow_ups", "follow-ups are the company's")
    due = _due(day)
    query = select(*due.c).where(*_of(due, asking or Asking()))
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return _read(connection, _in_order(due, query).limit(limit).offset(offset)), total


def count_due(scope: Scope, connection: Connection, day: date, account: str) -> Counted:
    """How many people are to be called on a day."""
    scope.require("follow_ups", "follow-ups are the company's")
    due = _due(day)
    mine = func.sum(case((due.c.owner == account, 1), else_=0))
    nobodys = func.sum(case((due.c.owner.is_(None), 1), else_=0))
    found = connection.execute(select(mine, nobodys, func.count()).select_from(due)).one()
    return Counted(*(number or 0 for number in found))


def due_choices(
    scope: Scope, connection: Connection, day: date
) -> tuple[list[str], list[str], list[str]]:
    """(regions, dealers, products) of whom to call on a day."""
    scope.require("follow_ups", "follow-ups are the company's")
    due = _due(day)
    found = connection.execute(select(due.c.region, due.c.dealer, due.c.sku).distinct()).all()
    regions, dealers, skus = ({row[place] for row in found} - {None} for place in range(3))
    return sorted(regions), sorted(dealers), sorted(skus)


def open_follow_up(
    scope: Scope, connection: Connection, trial_id: str, number: int
) -> DueFollowUp | None:
    """One that is still open, due or not; None where there is none to be made."""
    scope.require("follow_ups", "follow-ups are the company's")
    query = _open().where(FOLLOW_UP.c.trial_id == trial_id, FOLLOW_UP.c.number == number)
    return next(iter(_read(connection, query)), None)


def next_follow_up(
    scope: Scope,
    connection: Connection,
    day: date,
    after: DueFollowUp,
    asking: Asking | None = None,
) -> DueFollowUp | None:
    """The one that follows in the list, of another person; behind the last one the first; None
    when it was the only one."""
    scope.require("follow_ups", "follow-ups are the company's")
    due = _due(day)
    columns = (due.c.due_on, due.c.trial_id, due.c.number)
    others = select(*due.c).where(*_of(due, asking or Asking()), due.c.person_id != after.person_id)
    later = others.where(tuple_(*columns) > tuple_(*after.order))
    for query in (later, others):
        for found in _read(connection, _in_order(due, query).limit(1)):
            return found
    return None


def _last(table: Table, column: str) -> Any:
    """What was said last of a trial's calls."""
    latest = select(table.c[column]).where(table.c.trial_id == FOLLOW_UP.c.trial_id)
    latest = latest.order_by(table.c.entry.desc()).limit(1)
    return latest.correlate(FOLLOW_UP).scalar_subquery()


def _of(due: Subquery, asking: Asking) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asking.whose == NOBODYS:
        wanted.append(due.c.owner.is_(None))
    elif asking.whose != ANYBODYS:
        wanted.append(due.c.owner == asking.whose)
    if asking.region:
        wanted.append(due.c.region.startswith(asking.region, autoescape=True))
    if asking.dealer:
        wanted.append(due.c.dealer == asking.dealer)
    if asking.sku:
        wanted.append(due.c.sku == asking.sku)
    return wanted


def _due(day: date) -> Subquery:
    """Of each person the call that became due last, unless it is to be made another day."""
    place = func.row_number().over(
        partition_by=LINK.c.person_id,
        order_by=(FOLLOW_UP.c.due_on.desc(), FOLLOW_UP.c.trial_id, FOLLOW_UP.c.number),
    )
    later = _last(FOLLOW_UP_LATER, "not_before")
    query = _open().add_columns(place.label("place"), later.label("not_before"))
    ranked = query.where(FOLLOW_UP.c.due_on <= day).subquery()
    shown = [column for column in ranked.c if column.key not in ("place", "not_before")]
    is_today = or_(ranked.c.not_before.is_(None), ranked.c.not_before <= day)
    return select(*shown).where(ranked.c.place == 1, is_today).subquery()


def _open() -> Select[Any]:
    of_people = (
        FOLLOW_UP.join(LINK, LINK.c.card_id == FOLLOW_UP.c.card_id)
        .join(PERSON, PERSON.c.person_id == LINK.c.person_id)
        .join(CARD, CARD.c.card_id == FOLLOW_UP.c.card_id)
    )
    # What was written when the archive was still open must not be read once it is not.
    may_be_called = and_(
        PERSON.c.restricted.is_(False), PERSON.c.deceased.is_(False), CARD.c.erased.is_(False)
    )
    return (
        select(
            FOLLOW_UP.c.trial_id,
            FOLLOW_UP.c.number,
            FOLLOW_UP.c.card_id,
            LINK.c.person_id,
            FOLLOW_UP.c.due_on,
            FOLLOW_UP.c.sku,
            CARD.c.region,
            CARD.c.dealer,
            _last(FOLLOW_UP_OWNER, "owner").label("owner"),
        )
        .select_from(of_people)
        .where(FOLLOW_UP.c.state == "open", may_be_called)
    )


def _in_order(due: Subquery, query: Select[Any]) -> Select[Any]:
    return query.order_by(due.c.due_on, due.c.trial_id, due.c.number)


def _read(connection: Connection, query: Select[Any]) -> list[DueFollowUp]:
    return [DueFollowUp(*row) for row in connection.execute(query)]
