"""What the columns of the funnels have to read again: a note for each transaction that recorded."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table

from crm.storage.database import METADATA

FUNNEL_NOTE = Table(
    "funnel_note",
    METADATA,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("made_us", BigInteger, nullable=False),
    Column("said", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""Neither history nor a view: the oldest are thrown away, and who missed them reads all again.
One transaction records at a time, so the numbers are committed in their order."""
