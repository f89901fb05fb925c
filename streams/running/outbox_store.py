"""The door where Kafka carries: what is accepted stands in the outbox, durably, then is answered.

Staff go on logging while the broker is away; the relay publishes what waits when it is back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import structs
from sqlalchemy import Connection, Engine, delete, exists, func, select, update

from crm.intake.candidates import Identity
from crm.journal.events import JOURNAL, NewEvent
from crm.journal.identities import StoredIdentity, stored_identities
from crm.journal.messages import message
from crm.journal.outbox import OUTBOX
from crm.storage.bulk import insert_rows
from crm.storage.database import writing

_KEPT = (OUTBOX.c.source, OUTBOX.c.id, OUTBOX.c.subject, OUTBOX.c.content_hash)
_COLUMNS = (*_KEPT, OUTBOX.c.received_us, OUTBOX.c.actor, OUTBOX.c.message)


class OutboxStore:
    """The outbox, from which the relay publishes: an event store of the door."""

    def stored(
        self, connection: Connection, identities: Sequence[Identity]
    ) -> Mapping[Identity, StoredIdentity]:
        """What waits under these identities, or is journaled."""
        # The outbox first: a row leaves it only after the journal has it.
        waiting = stored_identities(connection, OUTBOX, identities)
        return waiting | stored_identities(connection, JOURNAL, identities)

    def append(self, connection: Connection, rows: Sequence[NewEvent]) -> None:
        """Add messages at the end of the outbox."""
        insert_rows(connection, OUTBOX, list(map(_outbox_values, rows)), _COLUMNS)


def _outbox_values(row: NewEvent) -> tuple[object, ...]:
    kept = (row.source, row.id, row.subject, row.content_hash, row.received_us, row.actor)
    return (*kept, message(structs.asdict(row)))


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
