"""Reads whom to call: one line a person, the latest call that is due.

A trial asks for calls, and so does whoever wants those of a group called: a *task*.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, Literal

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Select,
    Table,
    and_,
    func,
    literal,
    or_,
    select,
)

from campaigns.times import day_end_us, shanghai_day
from crm.follow_ups.due import DueFollowUp, DueList
from crm.follow_ups.schedule import LAPSES_AFTER_DAYS, has_lapsed
from crm.follow_ups.tables import FOLLOW_UP, FOLLOW_UP_LATER, FOLLOW_UP_OWNER, FOLLOW_UP_TASK
from crm.holdings.queries import said_by
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.people.linked import is_of
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import Scope
from crm.storage.database import in_pieces

NUMBER_OF_TASKS = 0
"""A task has this number, and its own id where a call of a trial has the trial's."""

_Answer = tuple[int, bool, str]
"""When a call was, µs, whether only its day is known, and how it went."""

Purpose = Literal["care", "marketing", "club"]
"""What a task is for: `care` needs no consent, the others need their own."""


_PutOff = tuple[DueFollowUp, date | None]
"""A call, and the day before which it is not to be made."""


def due_follow_ups(scope: Scope, connection: Connection, day: date) -> DueList:
    """Whom to call on a day: one line a person, the longest due first; apart from them those of
    whose trials nobody was called for so long that it is no call of that day any more."""
    scope.require("follow_ups", "follow-ups are the company's")
    known = [*_trials(connection, day), *_tasks(scope, connection, day)]
    put_off = {each.person_id for each, not_before in known if not_before and not_before > day}
    found = [each for each, _ in known if each.person_id not in put_off]
    # Of two calls of one day that of the trial, which was there before.
    found.sort(key=lambda each: (each.due_on, not each.about), reverse=True)
    latest: dict[str, DueFollowUp] = {}
    for each in found:
        latest.setdefault(each.person_id, each)
    tasks = {(each.task, each.person_id): each for each in found if each.about}
    waits = {each.order: not_before for each, not_before in known if not_before}
    lapsed = {
        person
        for person, each in latest.items()
        # Of a task that is asked for no more nothing is known here.
        if not each.about and has_lapsed(waits.get(each.order, each.due_on), day)
    }
    return DueList(
        _in_order(each for person, each in latest.items() if person not in lapsed),
        _in_order(tasks.values()),
        _in_order(latest[person] for person in lapsed),
    )


def _in_order(found: Iterable[DueFollowUp]) -> tuple[DueFollowUp, ...]:
    return tuple(sorted(found, key=lambda each: each.order))


def open_follow_up(
    scope: Scope, connection: Connection, trial_id: str, number: int, day: date
) -> DueFollowUp | None:
    """One that is still open, due or not; None where there is none to be made."""
    scope.require("follow_ups", "follow-ups are the company's")
    if number == NUMBER_OF_TASKS:
        of_it = FOLLOW_UP_TASK.c.task_id == trial_id
        return next((each for each, _ in _tasks(scope, connection, day, of_it)), None)
    query = _open().where(FOLLOW_UP.c.trial_id == trial_id, FOLLOW_UP.c.number == number)
    return next(iter(_read(connection, query)), None)


def tasks_of(scope: Scope, connection: Connection, person_id: str, day: date) -> list[DueFollowUp]:
    """All that is to be talked about with one person, beside their trials.

    Not what is to wait for its day: no call before that answers it.
    """
    scope.require("follow_ups", "follow-ups are the company's")
    of_person = and_(LINK.c.person_id == person_id, FOLLOW_UP_TASK.c.due_on <= day)
    return [each for each, _ in _tasks(scope, connection, day, of_person)]


def asked_before(scope: Scope, connection: Connection, occasion: str, about: str) -> frozenset[str]:
    """Whom somebody asked to be called about this as one of this group, whatever came of it."""
    scope.require("follow_ups", "follow-ups are the company's")
    task = FOLLOW_UP_TASK.c
    query = select(LINK.c.person_id).join(FOLLOW_UP_TASK, LINK.c.card_id == task.card_id)
    query = query.where(task.occasion == occasion, task.about == about)
    return frozenset(connection.execute(query).scalars())


def _tasks(scope: Scope, connection: Connection, day: date, which: Any = None) -> list[_PutOff]:
    """The tasks that are open: those that are due, or those that are named, due or not."""
    task, later = FOLLOW_UP_TASK.c, _last(FOLLOW_UP_LATER, "not_before", FOLLOW_UP_TASK.c.task_id)
    which = task.due_on <= day if which is None else which
    lapsed = day - timedelta(days=LAPSES_AFTER_DAYS)
    put_off = select(FOLLOW_UP_LATER.c.trial_id).where(FOLLOW_UP_LATER.c.not_before > lapsed)
    # The list of those put off is short; of each old task to look up its own would not be.
    stands = or_(task.due_on > lapsed, and_(task.task_id.in_(put_off), later > lapsed))
    query = (
        select(
            task.task_id,
            literal(NUMBER_OF_TASKS),
            task.card_id,
            LINK.c.person_id,
            task.due_on,
            literal(""),
            CARD.c.region,
            CARD.c.dealer,
            _last(FOLLOW_UP_OWNER, "owner", task.task_id),
            task.about,
            task.purpose,
            task.at_us,
            later.label("not_before"),
        )
        .select_from(_with_people(FOLLOW_UP_TASK))
        .where(_MAY_BE_CALLED, which, stands)
        .order_by(task.due_on, task.task_id)
    )
    rows = connection.execute(query).all()
    people = sorted({row.person_id for row in rows})
    answers = _answers(connection, people) if rows else {}
    said = said_by(scope, connection, people, "", day_end_us(day)) if rows else {}
    return [
        (DueFollowUp(*row[:10]), row.not_before)
        for row in rows
        if (row.purpose == "care" or said.get(row.person_id, {}).get(row.purpose))
        and not any(_closes(each, row) for each in answers.get(row.person_id, ()))
    ]


def _closes(answer: _Answer, task: Any) -> bool:
    """Reached on its day or later, and since it was asked for; or refused since that day."""
    at_us, by_day, outcome = answer
    if outcome == "refused":
        return shanghai_day(at_us) >= shanghai_day(task.at_us)
    is_since = by_day or at_us >= task.at_us
    return outcome == "reached" and is_since and shanghai_day(at_us) >= task.due_on


def _answers(connection: Connection, person_ids: Collection[str]) -> dict[str, list[_Answer]]:
    """The calls of each of some people."""
    when = JOURNAL.c.starts_us, JOURNAL.c.day_precision
    query = (
        select(LINK.c.person_id, *when, JOURNAL.c.plain)
        .select_from(JOURNAL)
        .join(LINK, is_of(JOURNAL.c.subject, LINK.c.card_id))
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.type == "follow_up.done", OUTCOME.c.outcome == "recorded")
    )
    found: dict[str, list[_Answer]] = {}
    for piece in in_pieces(list(person_ids)):
        for person_id, *at, plain in connection.execute(query.where(LINK.c.person_id.in_(piece))):
            found.setdefault(person_id, []).append((*at, orjson.loads(plain)["outcome"]))
    return found


def _last(table: Table, column: str, of: Column[Any] = FOLLOW_UP.c.trial_id) -> Any:
    """What was said last of the calls of a trial, or of a task."""
    latest = select(table.c[column]).where(table.c.trial_id == of)
    return latest.order_by(table.c.entry.desc()).limit(1).correlate(of.table).scalar_subquery()


def _trials(connection: Connection, day: date) -> list[_PutOff]:
    """Of each person the call of a trial that became due last."""
    place = func.row_number().over(
        partition_by=LINK.c.person_id,
        order_by=(FOLLOW_UP.c.due_on.desc(), FOLLOW_UP.c.trial_id, FOLLOW_UP.c.number),
    )
    later = _last(FOLLOW_UP_LATER, "not_before")
    query = _open().add_columns(place.label("place"), later.label("not_before"))
    ranked = query.where(FOLLOW_UP.c.due_on <= day).subquery()
    shown = [column for column in ranked.c if column.key != "place"]
    rows = connection.execute(select(*shown).where(ranked.c.place == 1))
    return [(DueFollowUp(*row[:-1]), row.not_before) for row in rows]


def _with_people(of: Table) -> Any:
    found = of.join(LINK, LINK.c.card_id == of.c.card_id)
    found = found.join(PERSON, PERSON.c.person_id == LINK.c.person_id)
    return found.join(CARD, CARD.c.card_id == of.c.card_id)


# What was written when the archive was still open must not be read once it is not.
_MAY_BE_CALLED = and_(
    PERSON.c.restricted.is_(False), PERSON.c.deceased.is_(False), CARD.c.erased.is_(False)
)


def _open() -> Select[Any]:
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
        .select_from(_with_people(FOLLOW_UP))
        .where(FOLLOW_UP.c.state == "open", _MAY_BE_CALLED)
    )


def _read(connection: Connection, query: Select[Any]) -> list[DueFollowUp]:
    return [DueFollowUp(*row) for row in connection.execute(query)]
