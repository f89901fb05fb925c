"""What each party has handed over, day by day."""

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table

from crm.storage.database import METADATA

ATTACHMENT_USE = Table(
    "attachment_use",
    METADATA,
    Column("party", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("files", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)
"""Counted before a file is written, so that many at once do not pass the limit together; days that
are over are cleared away."""
