"""Reads whom to call: one line a person, the latest call that is due."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    Table,
    and_,
    func,
    or_,
    select,
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

    def takes(self, due: DueFollowUp) -> bool:
        """Whether a call is asked for."""
        owner = {ANYBODYS: due.owner, NOBODYS: None}.get(self.whose, self.whose)
        return (
            due.owner == owner
            and (due.region or "").startswith(self.region)
            and self.dealer in ("", due.dealer)
            and self.sku in ("", due.sku)
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people are to be called: one's own, nobody's, all."""

    mine: int
    nobody: int
    all: int


@dataclass(frozen=True, slots=True)
class DueList:
    """All who are to be called, read once: what a page shows of it is told from these rows."""

    rows: tuple[DueFollowUp, ...]

    def of(self, asking: Asking) -> list[DueFollowUp]:
        """The part that is asked for, in its order."""
        return [row for row in self.rows if asking.takes(row)]

    def counted(self, account: str) -> Counted:
        """How many of them are whose."""
        mine = sum(row.owner == account for row in self.rows)
        return Counted(mine, sum(row.owner is None for row in self.rows), len(self.rows))

    def choices(self) -> tuple[list[str], list[str], list[str]]:
        """(regions, dealers, products) that occur."""
        return (
            sorted({row.region for row in self.rows if row.region}),
            sorted({row.dealer for row in self.rows if row.dealer}),
            sorted({row.sku for row in self.rows}),
        )

    def after(self, one: DueFollowUp, asking: Asking) -> DueFollowUp | None:
        """The one that follows, of another person; behind the last one the first."""
        others = [row for row in self.of(asking) if row.person_id != one.person_id]
        later = (row for row in others if row.order > one.order)
        return next(later, others[0] if others else None)


def due_follow_ups(scope: Scope, connection: Connection, day: date) -> DueList:
    """Whom to call on a day: one line a person, the longest due first."""
    scope.require("follow_ups", "follow-ups are the company's")
    due = _due(day)
    return DueList(tuple(_read(connection, _in_order(due, select(*due.c)))))


def open_follow_up(
    scope: Scope, connection: Connection, trial_id: str, number: int
) -> DueFollowUp | None:
    """One that is still open, due or not; None where there is none to be made."""
    scope.require("follow_ups", "follow-ups are the company's")
    query = _open().where(FOLLOW_UP.c.trial_id == trial_id, FOLLOW_UP.c.number == number)
    return next(iter(_read(connection, query)), None)


def _last(table: Table, column: str) -> Any:
    """What was said last of a trial's calls."""
    latest = select(table.c[column]).where(table.c.trial_id == FOLLOW_UP.c.trial_id)
    latest = latest.order_by(table.c.entry.desc()).limit(1)
    return latest.correlate(FOLLOW_UP).scalar_subquery()


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
