"""Writes which calls a group asks for, whose a call is, and when it is to be made."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from campaigns.ids import derived_id
from crm.follow_ups.queries import NUMBER_OF_TASKS, Purpose, asked_before
from crm.follow_ups.tables import FOLLOW_UP_LATER, FOLLOW_UP_OWNER, FOLLOW_UP_TASK
from crm.people.tables import CARD, PERSON
from crm.scope import Scope
from crm.storage.database import in_pieces, insert_new
from crm.storage.locks import CALLING, hold

CallName = tuple[str, int]
"""(trial id, number)."""


def assign(
    scope: Scope,
    connection: Connection,
    calls: Iterable[CallName],
    owner: str,
    *,
    actor: str,
    now_us: int,
) -> None:
    """Ask an account to make some calls; whom they were given before is kept.

    What it was asked last already it is not asked again.
    """
    scope.require("follow_ups", "follow-ups are the company's")
    hold(connection, CALLING)
    rows = [
        {
            "trial_id": trial_id,
            "number": number,
            "owner": owner,
            "at_us": now_us,
            "actor": actor,
        }
        for trial_id, number in calls
        if _last(connection, FOLLOW_UP_OWNER, "owner", trial_id) != owner
    ]
    if rows:
        connection.execute(insert(FOLLOW_UP_OWNER), rows)


def call_later(
    scope: Scope,
    connection: Connection,
    trial_id: str,
    not_before: date,
    *,
    actor: str,
    now_us: int,
) -> None:
    """Nobody is asked to make a trial's calls before a day; said once, also by a second tap."""
    scope.require("follow_ups", "follow-ups are the company's")
    hold(connection, CALLING)
    if _last(connection, FOLLOW_UP_LATER, "not_before", trial_id) == not_before:
        return
    row = {"trial_id": trial_id, "not_before": not_before, "at_us": now_us, "actor": actor}
    connection.execute(insert(FOLLOW_UP_LATER), [row])


def _last(connection: Connection, table: Table, column: str, trial_id: str) -> Any:
    """What was said last of the calls of a trial."""
    said = select(table.c[column]).where(table.c.trial_id == trial_id)
    return connection.execute(said.order_by(table.c.entry.desc()).limit(1)).scalar()


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be talked about with the people of a group, from which day on.

    occasion: the group. purpose: what it is for, which says which consent it needs.
    """

    occasion: str
    about: str
    purpose: Purpose
    due_on: date


def ask_for_calls(
    scope: Scope,
    connection: Connection,
    task: Task,
    person_ids: Collection[str],
    owner: str | None,
    *,
    actor: str,
    now_us: int,
) -> int:
    """Ask for a call to each of some people, of owner where one is named; how many are new.

    Nobody is called twice about the same thing as one of the same group, however often it is asked.
    """
    scope.require("follow_ups", "follow-ups are the company's")
    hold(connection, CALLING)
    new = set(person_ids) - asked_before(scope, connection, task.occasion, task.about)
    cards: list[str] = []
    for piece in in_pieces(sorted(new)):
        query = select(CARD.c.card_id).join(PERSON, PERSON.c.person_id == CARD.c.own_person_id)
        query = query.where(PERSON.c.person_id.in_(piece)).order_by(CARD.c.card_id)
        cards += connection.execute(query).scalars()
    rows = [
        {
            "task_id": derived_id("task", task.occasion, task.about, card_id),
            "occasion": task.occasion,
            "about": task.about,
            "purpose": task.purpose,
            "card_id": card_id,
            "due_on": task.due_on,
            "at_us": now_us,
            "actor": actor,
        }
        for card_id in cards
    ]
    found = insert_new(connection, FOLLOW_UP_TASK, rows, [FOLLOW_UP_TASK.c.task_id])
    if owner is not None:
        calls = [(task_id, NUMBER_OF_TASKS) for (task_id,) in found]
        assign(scope, connection, calls, owner, actor=actor, now_us=now_us)
    return len(found)
