"""Activities, one row each."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table

from crm.storage.database import METADATA

ACTIVITY = Table(
    "activity",
    METADATA,
    Column("activity_id", String(64), primary_key=True),
    Column("subject", String(100), nullable=False, unique=True),
    Column("programme", String(200), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("title", String(200), nullable=False),
    Column("region", String(6), nullable=False),
    Column("dealer", String(64), nullable=False),
    Column("starts_us", BigInteger, nullable=False),
    Column("ends_us", BigInteger),
    Column("venue", String(200)),
    Column("filing_no", String(200)),
    Column("cancelled", Boolean, nullable=False),
    Column("reached", BigInteger),
    Column("cards_handed_out", BigInteger),
    Column("cost_fen", BigInteger),
    Index("ix_activity_starts_us", "starts_us"),
)
