"""The notices of the installation's own; rows are added and never changed."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from crm.storage.database import METADATA

NOTICE = Table(
    "notice",
    METADATA,
    Column("version", String(64), primary_key=True),
    Column("purpose", String(32), primary_key=True),
    Column("texts", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("added_us", BigInteger, nullable=False),
)
"""History: `texts` is JSON, language → canonical text."""
