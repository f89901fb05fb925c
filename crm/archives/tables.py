"""Which fields of which cards are in conflict; what was said stands in the journal alone."""

from sqlalchemy import BigInteger, Column, Index, String, Table

from crm.storage.database import METADATA

CONFLICT = Table(
    "conflict",
    METADATA,
    Column("card_id", String(64), primary_key=True),
    Column("field", String(32), primary_key=True),
    Column("subject", String(100), nullable=False),
    Column("why", String(16), nullable=False),
    Column("since_us", BigInteger, nullable=False),
    Index("ix_conflict_subject", "subject"),
    Index("ix_conflict_since_us", "since_us"),
)
