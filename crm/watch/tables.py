"""What was decided on findings: that the evidence was looked at and is in order."""

from sqlalchemy import BigInteger, Column, String, Table

from crm.storage.database import METADATA

WATCH_DECISION = Table(
    "watch_decision",
    METADATA,
    Column("key", String(200), primary_key=True),
    Column("decided_us", BigInteger, nullable=False),
    Column("decided_by", String(64), nullable=False),
)
