"""Reads what became of events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, case, func, select

from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class EventStatus:
    """What became of one event; `accepted` until it is recorded, `failed` in the dead letters."""

    source: str
    id: str
    type: str
    outcome: str
    reason: str | None
    waiting_for: str | None
    marks: tuple[str, ...]
    received_us: int
    actor: str


def _statuses() -> Select[tuple[str, str, str, str, str, str, str, int, str, str]]:
    return (
        select(
            JOURNAL.c.source,
            JOURNAL.c.id,
            JOURNAL.c.type,
            OUTCOME.c.outcome,
            OUTCOME.c.reason,
            OUTCOME.c.waiting_for,
            OUTCOME.c.marks,
            JOURNAL.c.received_us,
            JOURNAL.c.actor,
            DEAD_LETTER.c.error,
        )
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .join(DEAD_LETTER, DEAD_LETTER.c.position == JOURNAL.c.position, isouter=True)
    )


def _status(row: Sequence[object]) -> EventStatus:
    source, event_id, type_name, outcome, reason, waiting_for, marks, received_us, actor, error = (
        row
    )
    if error is not None:
        outcome, reason = "failed", error
    return EventStatus(
        str(source),
        str(event_id),
        str(type_name),
        str(outcome or "accepted"),
        reason if isinstance(reason, str) else None,
        waiting_for if isinstance(waiting_for, str) else None,
        tuple(str(marks).split(",")) if marks else (),
        received_us if isinstance(received_us, int) else 0,
        str(actor),
    )


def event_status(
    scope: Scope, connection: Connection, source: str, event_id: str
) -> EventStatus | None:
    """One event by its identity; None when it was never accepted."""
    scope.require("events", "outcomes of others' events")
    query = _statuses().where(JOURNAL.c.source == source, JOURNAL.c.id == event_id)
    row = connection.execute(query).first()
    return None if row is None else _status(row)


@dataclass(frozen=True, slots=True)
class OwnWord:
    """One event that a form of somebody's own said; time: as sent."""

    id: str
    time: str
    subject: str
    status: EventStatus


def own_words(connection: Connection, source: str, form_id: str) -> list[OwnWord]:
    """What one form of an account said, in its order; everybody may read the own words."""
    # A range instead of LIKE: every database answers it from the index.
    query = (
        _statuses()
        .add_columns(JOURNAL.c.time, JOURNAL.c.subject)
        .where(JOURNAL.c.source == source)
        .where(JOURNAL.c.id >= f"{form_id}-", JOURNAL.c.id < f"{form_id}.")
        .order_by(JOURNAL.c.position)
    )
    return [
        OwnWord(status.id, row.time, row.subject, status)
        for row in connection.execute(query)
        for status in (_status(row[:-2]),)
    ]


def event_statuses(
    scope: Scope,
    connection: Connection,
    outcome: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    *,
    type_name: str | None = None,
    latest_first: bool = False,
) -> Iterator[EventStatus]:
    """Every event in order of arrival, or those with one outcome; the CRM's own days left out."""
    scope.require("events", "outcomes of others' events")
    first = JOURNAL.c.position.desc() if latest_first else JOURNAL.c.position
    query = _statuses().where(JOURNAL.c.role != "system").order_by(first)
    if type_name is not None:
        query = query.where(JOURNAL.c.type == type_name)
    if outcome == "failed":
        query = query.where(DEAD_LETTER.c.error.is_not(None))
    elif outcome == "accepted":
        query = query.where(OUTCOME.c.outcome.is_(None), DEAD_LETTER.c.error.is_(None))
    elif outcome is not None:
        query = query.where(OUTCOME.c.outcome == outcome, DEAD_LETTER.c.error.is_(None))
    if limit is not None:
        query = query.limit(limit).offset(offset)
    for row in connection.execute(query):
        yield _status(row)


def outcome_counts(
    scope: Scope, connection: Connection, type_name: str | None = None
) -> Mapping[str, int]:
    """How many events each list of `event_statuses` holds."""
    scope.require("events", "outcomes of others' events")
    outcome = case(
        (DEAD_LETTER.c.error.is_not(None), "failed"),
        else_=func.coalesce(OUTCOME.c.outcome, "accepted"),
    ).label("named")
    query = (
        select(outcome, func.count())
        .select_from(JOURNAL)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .join(DEAD_LETTER, DEAD_LETTER.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.role != "system")
        .group_by(outcome)
    )
    if type_name is not None:
        query = query.where(JOURNAL.c.type == type_name)
    return {name: count for name, count in connection.execute(query)}


def counts_between(connection: Connection, first: int, last: int) -> Mapping[str, int]:
    """How many events from outside, between two positions, have each outcome."""
    query = (
        select(OUTCOME.c.outcome, func.count())
        .join(JOURNAL, JOURNAL.c.position == OUTCOME.c.position)
        .where(OUTCOME.c.position.between(first, last), JOURNAL.c.role != "system")
        .group_by(OUTCOME.c.outcome)
    )
    return {name: count for name, count in connection.execute(query)}
