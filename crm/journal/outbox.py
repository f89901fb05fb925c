"""The outbox: accepted events that the journal does not have yet, kept until it has them."""

from collections.abc import Collection, Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    select,
)

from crm.journal.events import JournalRow, NewEvent, journal_values, last_position, rows_of_subjects
from crm.journal.messages import record, rows
from crm.storage.database import METADATA

_COLUMNS = NewEvent.__struct_fields__

OUTBOX = Table(
    "outbox",
    METADATA,
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("source", String(256), nullable=False),
    Column("id", String(64), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("actor", String(256), nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("topic_id", String(64)),
    UniqueConstraint("source", "id"),
    Index("ix_outbox_topic_id", "topic_id"),
    sqlite_autoincrement=True,
)
"""`message` is what is published, its personal part encrypted as in the journal; `topic_id` names
the topic that has it, so that what went to a topic that was deleted is published once more."""


def accepted_rows_of_subjects(
    connection: Connection, subjects: Collection[str]
) -> Sequence[JournalRow]:
    """All rows of some subjects, also what waits in the outbox; that has 0 for its position."""
    # The outbox first: a row leaves it only after the journal has it.
    query = (
        select(OUTBOX.c.message).where(OUTBOX.c.subject.in_(subjects)).order_by(OUTBOX.c.position)
    )
    waiting = list(connection.execute(query).scalars())
    kept = rows_of_subjects(connection, subjects, last_position(connection))
    known = {(row.source, row.id) for row in kept}
    on_their_way = rows(record(waiting)) if waiting else []
    return [
        *kept,
        *(
            journal_values([0, *(each[name] for name in _COLUMNS)])
            for each in on_their_way
            if (each["source"], each["id"]) not in known
        ),
    ]
