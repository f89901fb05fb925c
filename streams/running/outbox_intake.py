"""The door where Kafka carries: what is accepted stands in the outbox, durably, then is answered.

Staff go on logging while the broker is away; the relay publishes what waits when it is back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, func, insert, select, update

from crm.intake.accept import JournalIntake
from crm.journal.events import JOURNAL
from crm.journal.identities import Known, known_in
from crm.journal.logged_event import EventKey
from crm.journal.outbox import OUTBOX
from crm.storage.database import writing
from streams.running.messages import message


@dataclass(frozen=True)
class OutboxIntake(JournalIntake):
    """Takes events into the outbox, from which the relay publishes them."""

    def _known(self, connection: Connection, keys: Sequence[EventKey]) -> dict[EventKey, Known]:
        # The outbox first: a row leaves it only after the journal has it.
        waiting = known_in(connection, OUTBOX, keys)
        return waiting | known_in(connection, JOURNAL, keys)

    def _append(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        if rows:
            connection.execute(insert(OUTBOX), list(map(_outbox_row, rows)))


def _outbox_row(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("source", "id", "subject", "content_hash", "received_us", "actor")
    return {**{name: row[name] for name in kept}, "message": message(row), "topic_id": None}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that is to be published."""

    position: int
    subject: str
    message: bytes


def waiting(connection: Connection, topic_id: str, limit: int) -> list[Waiting]:
    """The oldest that this topic does not have.

    Doors append one after the other, so no lower position can still come to light.
    """
    columns = OUTBOX.c.position, OUTBOX.c.subject, OUTBOX.c.message
    is_there = OUTBOX.c.topic_id == topic_id
    query = select(*columns).where(~func.coalesce(is_there, False)).order_by(OUTBOX.c.position)
    return [Waiting(*row) for row in connection.execute(query.limit(limit))]


def mark_published(engine: Engine, topic_id: str, first: int, last: int) -> None:
    """The topic has them, from a position to another, and has acknowledged them."""
    with writing(engine) as connection:
        between = OUTBOX.c.position.between(first, last)
        connection.execute(update(OUTBOX).where(between).values(topic_id=topic_id))


def forget_journaled(engine: Engine) -> int:
    """Delete the rows that the journal has; returns how many."""
    same = (JOURNAL.c.source == OUTBOX.c.source) & (JOURNAL.c.id == OUTBOX.c.id)
    with writing(engine) as connection:
        return connection.execute(delete(OUTBOX).where(exists().where(same))).rowcount


def outbox_age(connection: Connection) -> tuple[int, int | None]:
    """(how many events the journal does not have yet, when the oldest of them was received)."""
    query = select(func.count(), func.min(OUTBOX.c.received_us))
    count, oldest_us = connection.execute(query).one()
    return count, oldest_us
