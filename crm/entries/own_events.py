"""Reads what an account said itself, form by form: everybody may read the own ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from crm.activities.tables import ACTIVITY
from crm.journal.events import JOURNAL, decode, rows_at
from crm.journal.logged_event import LoggedEvent
from crm.journal.messages import record, rows
from crm.journal.outbox import OUTBOX
from crm.keyring.keyring import Keyring
from crm.outcomes.queries import EventStatus, status_of, statuses
from crm.outcomes.tables import OUTCOME

_MOST_NUMBERED = 50
_VOIDED = "event.voided"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an event speaks of.

    type: its own; of an event that takes another back, that of the other. dealer: the code of the
    recipient of a consent, if it names one. title: of the activity that it is about.
    """

    type: str
    purpose: str | None = None
    dealer: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """One event that a form of somebody's own said; time: as sent.

    is_going: whether an event that takes it back is accepted, and not recorded yet.
    value: the code of how it went, of the types that have one.
    activity_id: of the activity that it names, if any; by_row: said by a row of a dealer's copy.
    """

    id: str
    time: str
    subject: str
    status: EventStatus
    of: Spoken
    is_going: bool = False
    value: str = ""
    activity_id: str = ""
    by_row: bool = False

    @property
    def may_move(self) -> bool:
        """Whether it stands, and may be said anew of another activity.

        What was said by a row is said by that row alone: whose card it is its writer is not told.
        What is said of the activity itself is of no other one.
        """
        if not self.activity_id or self.by_row or self.subject.startswith("activity/"):
            return False
        return self.status.outcome not in ("voided", "rejected") and not self.is_going


def own_events(connection: Connection, source: str, form_id: str) -> list[OwnEvent]:
    """What one form of an account said, in its order."""
    # A range instead of LIKE: every database answers it from the index.
    query = (
        statuses()
        .add_columns(JOURNAL.c.time, JOURNAL.c.subject, JOURNAL.c.plain, JOURNAL.c.by_row)
        .where(JOURNAL.c.source == source)
        .where(JOURNAL.c.id >= f"{form_id}-", JOURNAL.c.id < f"{form_id}.")
        .order_by(JOURNAL.c.position)
    )
    found = connection.execute(query).all()
    going = going_back(connection, {row.subject for row in found})
    events = [
        OwnEvent(
            status.id,
            row.time,
            row.subject,
            status,
            _spoken(connection, status.type, row.plain),
            (source, status.id) in going,
            str(said.get("outcome", "")),
            str(said.get("activity_id", "")),
            row.by_row,
        )
        for row in found
        for status, said in ((status_of(row[:-4]), orjson.loads(row.plain)),)
    ]
    titles = _titles(connection, events)
    return [
        replace(event, of=replace(event.of, title=titles[event.subject]))
        if event.of.title is None and event.subject in titles
        else event
        for event in events
    ]


def _titles(connection: Connection, events: Sequence[OwnEvent]) -> dict[str, str]:
    """Subject of an activity → what it is called: as it stands, else as the form planned it."""
    said = {event.subject: event.of.title for event in events if event.of.title}
    asked = {event.subject for event in events if event.subject.startswith("activity/")}
    if not asked:
        return said
    query = select(ACTIVITY.c.subject, ACTIVITY.c.title).where(ACTIVITY.c.subject.in_(asked))
    return said | {subject: title for subject, title in connection.execute(query)}


def own_events_whole(
    connection: Connection, keyring: Keyring, source: str, form_id: str
) -> list[LoggedEvent]:
    """The same whole, to be said again by who said it."""
    query = select(JOURNAL.c.position).where(JOURNAL.c.source == source)
    query = query.where(JOURNAL.c.id >= f"{form_id}-", JOURNAL.c.id < f"{form_id}.")
    positions = list(connection.execute(query.order_by(JOURNAL.c.position)).scalars())
    return decode(rows_at(connection, positions), keyring)


def times_said(connection: Connection, source: str, form_id: str) -> dict[str, str]:
    """Id → time, of what one form of an account said, also of what the journal has not yet."""
    times: dict[str, str] = {}
    # The outbox first: a row leaves it only after the journal has it.
    for table, column in ((OUTBOX, OUTBOX.c.message), (JOURNAL, JOURNAL.c.time)):
        query = select(table.c.id, column).where(table.c.source == source)
        query = query.where(table.c.id >= f"{form_id}-", table.c.id < f"{form_id}.")
        for event_id, said in connection.execute(query):
            times[event_id] = said if isinstance(said, str) else rows(record([said]))[0]["time"]
    return times


def own_numbered(connection: Connection, source: str, number: str) -> list[EventStatus]:
    """What a form of the account said that has a receipt number: eight hexadecimal digits."""
    begins = number.lower()
    query = (
        statuses()
        .where(JOURNAL.c.source == source)
        .where(JOURNAL.c.id >= f"{begins}-", JOURNAL.c.id < f"{begins}.")
        .order_by(JOURNAL.c.position)
    )
    return [status_of(row) for row in connection.execute(query.limit(_MOST_NUMBERED))]


def pending(
    connection: Connection, subjects: Collection[str], types: Collection[str]
) -> Sequence[Row[str, bytes]]:
    """(type, plain) of the events of some subjects that are accepted and not recorded yet."""
    query = (
        select(JOURNAL.c.type, JOURNAL.c.plain)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.subject.in_(subjects), JOURNAL.c.type.in_(types))
        .where(OUTCOME.c.position.is_(None))
    )
    return connection.execute(query).all()


def going_back(connection: Connection, subjects: Collection[str]) -> set[tuple[str, str]]:
    """Source and id of what accepted events take back that are not recorded yet."""
    # The outbox first: a row leaves it only after the journal has it.
    query = select(OUTBOX.c.message).where(OUTBOX.c.subject.in_(subjects))
    waiting = list(connection.execute(query).scalars())
    carried = rows(record(waiting)) if waiting else []
    plains = [each["plain"] for each in carried if each["type"] == _VOIDED]
    plains += [row.plain for row in pending(connection, subjects, (_VOIDED,))]
    found = map(orjson.loads, plains)
    return {(said["of_source"], said["of_id"]) for said in found}


def _spoken(connection: Connection, type_name: str, plain: bytes) -> Spoken:
    said = orjson.loads(plain)
    if type_name == _VOIDED:
        query = select(JOURNAL.c.type, JOURNAL.c.plain).where(
            JOURNAL.c.source == said["of_source"], JOURNAL.c.id == said["of_id"]
        )
        target = connection.execute(query).first()
        if target is None:
            return Spoken(type_name)
        type_name, said = target.type, orjson.loads(target.plain)
    return spoken_of(type_name, said)


def spoken_of(type_name: str, said: Mapping[str, Any]) -> Spoken:
    """The same of an event that takes nothing back. said: what of it is not personal."""
    shared = said.get("purpose") == "share_with_dealer"
    dealer = said.get("dealer") if shared else None
    return Spoken(type_name, said.get("purpose"), dealer, said.get("title"))
