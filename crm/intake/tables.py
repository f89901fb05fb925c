"""What headings of their own senders of sheets said to mean."""

from sqlalchemy import Column, String, Table

from crm.storage.database import METADATA

LONGEST_HEADING = 200
SHEET_HEADING = Table(
    "sheet_heading",
    METADATA,
    Column("sender", String(80), primary_key=True),
    Column("heading", String(LONGEST_HEADING), primary_key=True),
    Column("key", String(24), nullable=False),
)
"""sender: an account, or a dealer. heading: without what hands change. key: of the column; empty:
not to be read."""
