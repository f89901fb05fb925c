"""Reads what became of events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Table, exists, func, or_, select

from campaigns.intake import CLOCK_SOURCE
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL, decode
from crm.journal.logged_event import COMPANY, LoggedEvent, party_of
from crm.journal.progress import load_progress
from crm.keyring.keyring import Keyring
from crm.outcomes.asking import NAMED_OUTCOME
from crm.outcomes.tables import EVENT_HANDLED, OUTCOME, UNUSUAL
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


def statuses() -> Select[tuple[str, str, str, str, str, str, str, int, str, str]]:
    """Every event with what became of it, as `status_of` reads a row."""
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


def status_of(row: Sequence[object]) -> EventStatus:
    """A row of `statuses`."""
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
    """One event by its identity; None when it was never accepted, or is another party's than the
    dealer's that looks."""
    query = statuses().where(JOURNAL.c.source == source, JOURNAL.c.id == event_id)
    if _sees_its_dealers(scope):
        query = query.where(JOURNAL.c.role == f"dealer/{scope.dealer}")
    else:
        scope.require("events", "outcomes of others' events")
    row = connection.execute(query).first()
    return None if row is None else status_of(row)


def was_said_by_row(connection: Connection, source: str, event_id: str) -> bool:
    """Whether a dealer said it by a row of its copy, and was told no card."""
    query = select(JOURNAL.c.by_row).where(JOURNAL.c.source == source, JOURNAL.c.id == event_id)
    return bool(connection.execute(query).scalar())


@dataclass(frozen=True, slots=True)
class WholeEvent:
    """One event with what became of it.

    said: as it was journaled, its personal objects opened where they are not erased.
    voids: the words that take it back, or try to; latest last.
    """

    status: EventStatus
    said: LoggedEvent
    voids: tuple[EventStatus, ...]


def whole_event(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    identity: tuple[str, str],
    own_source: str | None = None,
) -> WholeEvent | None:
    """One event by source and id; None when it was never accepted, or is nobody's here to see.

    own_source: of whoever looks, who may see the own words without seeing others'; the desk of a
    dealer sees all that was said for it.
    """
    is_own = identity[0] == own_source
    if not is_own and not _sees_its_dealers(scope):
        scope.require("events", "outcomes of others' events")
    is_it = (JOURNAL.c.source == identity[0], JOURNAL.c.id == identity[1])
    row = connection.execute(select(JOURNAL).where(*is_it)).first()
    found = connection.execute(statuses().where(*is_it)).first()
    if row is None or found is None or row.role == "system":
        return None
    if not is_own and not scope.may("events") and row.role != f"dealer/{scope.dealer}":
        return None
    query = (
        statuses()
        .add_columns(JOURNAL.c.plain, JOURNAL.c.role)
        .where(JOURNAL.c.subject == row.subject, JOURNAL.c.type == "event.voided")
    )
    voids = [
        status_of(void[:-2])
        for void in connection.execute(query.order_by(JOURNAL.c.position))
        if _names(orjson.loads(void.plain), identity) and _is_told(scope, void.role)
    ]
    return WholeEvent(status_of(found), decode([row], keyring)[0], tuple(voids))


def unsettled(
    scope: Scope, connection: Connection, own_source: str, outcome: str | None = None
) -> list[EventStatus]:
    """What of the own words waits, was not recorded or failed, the latest first; for the desk of a
    dealer, of all that was said for it."""
    is_own: ColumnElement[bool] = JOURNAL.c.source == own_source
    if _sees_its_dealers(scope):
        is_own = or_(is_own, JOURNAL.c.role == f"dealer/{scope.dealer}")
    # From what is rare: few are not recorded, of very many.
    asks = select(OUTCOME.c.position).where(UNUSUAL, OUTCOME.c.outcome.in_(("waiting", "rejected")))
    failed = select(DEAD_LETTER.c.position)
    query = statuses().where(is_own, JOURNAL.c.position.in_(asks.union(failed)))
    found = map(status_of, connection.execute(query.order_by(JOURNAL.c.position.desc())))
    return [each for each in found if outcome in (None, each.outcome)]


def _sees_its_dealers(scope: Scope) -> bool:
    return scope.dealer is not None and scope.may("own_copy")


def _is_told(scope: Scope, role: str) -> bool:
    """Whether somebody hears of another one's word: what another dealer tried is told to nobody of
    a dealer."""
    return scope.dealer is None or party_of(role) in (COMPANY, f"dealer/{scope.dealer}")


def _names(said: Mapping[str, object], identity: tuple[str, str]) -> bool:
    return (said["of_source"], said["of_id"]) == identity


def event_statuses(
    scope: Scope,
    connection: Connection,
    outcome: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    *,
    type_name: str | None = None,
    latest_first: bool = False,
    handled: bool | None = None,
) -> Iterator[EventStatus]:
    """Every event in order of arrival, or those with one outcome; the CRM's own days left out.

    handled: those alone that were seen to, or that were not; None: both.
    """
    scope.require("events", "outcomes of others' events")
    # In the order of what is rare: the database begins there, instead of at every event.
    place = JOURNAL.c.position
    if outcome is not None and outcome not in ("recorded", "accepted"):
        place = (DEAD_LETTER if outcome == "failed" else OUTCOME).c.position
    query = statuses().where(JOURNAL.c.role != "system")
    query = query.order_by(place.desc() if latest_first else place)
    if type_name is not None:
        query = query.where(JOURNAL.c.type == type_name)
    if handled is not None:
        seen = JOURNAL.c.position.in_(select(EVENT_HANDLED.c.position))
        query = query.where(seen if handled else ~seen)
    if outcome == "failed":
        query = query.where(DEAD_LETTER.c.error.is_not(None))
    elif outcome == "accepted":
        query = query.where(OUTCOME.c.outcome.is_(None), DEAD_LETTER.c.error.is_(None))
    elif outcome is not None:
        query = query.where(OUTCOME.c.outcome == outcome, DEAD_LETTER.c.error.is_(None))
        if outcome != "recorded":
            query = query.where(UNUSUAL)
    if limit is not None:
        query = query.limit(limit).offset(offset)
    for row in connection.execute(query):
        yield status_of(row)


_OWN = select(JOURNAL.c.position).where(
    JOURNAL.c.source == CLOCK_SOURCE, JOURNAL.c.role == "system"
)
"""What the clock says by itself: in no list."""


def outcome_counts(
    scope: Scope, connection: Connection, type_name: str | None = None
) -> Mapping[str, int]:
    """How many events each list of `event_statuses` holds."""
    scope.require("events", "outcomes of others' events")
    if type_name is None:
        # What is usual is what is left: nobody walks over it.
        others = open_outcomes(scope, connection)
        usual = _number(connection, JOURNAL) - _number(connection, _OWN) - sum(others.values())
        return {**others, "recorded": usual} if usual else others
    query = (
        select(NAMED_OUTCOME, func.count())
        .select_from(JOURNAL)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .join(DEAD_LETTER, DEAD_LETTER.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.role != "system", JOURNAL.c.type == type_name)
        .group_by(NAMED_OUTCOME)
    )
    return {name: count for name, count in connection.execute(query)}


def open_outcomes(scope: Scope, connection: Connection) -> Mapping[str, int]:
    """The same of every list but that of what is recorded: its cost grows with them alone."""
    scope.require("events", "outcomes of others' events")
    failed = select(DEAD_LETTER.c.position)
    others = (
        select(OUTCOME.c.outcome, func.count())
        .where(UNUSUAL)
        .where(OUTCOME.c.position.not_in(_OWN), OUTCOME.c.position.not_in(failed))
        .group_by(OUTCOME.c.outcome)
    )
    found = {name: count for name, count in connection.execute(others)}
    found["failed"] = _number(connection, failed.where(DEAD_LETTER.c.position.not_in(_OWN)))
    # Up to there each has its outcome, or failed.
    after = load_progress(connection, "embedded").position
    new = (
        select(JOURNAL.c.position)
        .where(JOURNAL.c.position > after, JOURNAL.c.position.not_in(_OWN))
        .where(JOURNAL.c.position.not_in(failed))
        .where(~exists().where(OUTCOME.c.position == JOURNAL.c.position))
    )
    found["accepted"] = _number(connection, new)
    return {name: count for name, count in found.items() if count}


def _number(connection: Connection, of: Table | Select[int]) -> int:
    """How many rows there are; all of a table are counted without a look at any."""
    query = select(func.count()).select_from(of if isinstance(of, Table) else of.subquery())
    return connection.execute(query).scalar_one()


def counts_between(connection: Connection, first: int, last: int) -> Mapping[str, int]:
    """How many events from outside, between two positions, have each outcome."""
    query = (
        select(OUTCOME.c.outcome, func.count())
        .join(JOURNAL, JOURNAL.c.position == OUTCOME.c.position)
        .where(OUTCOME.c.position.between(first, last), JOURNAL.c.role != "system")
        .group_by(OUTCOME.c.outcome)
    )
    return {name: count for name, count in connection.execute(query)}
