"""The outbox: accepted events that the journal does not have yet, kept until it has them."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from crm.storage.database import METADATA

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
