"""What the columns of the funnels have to read again; funnels that were saved, with history."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Table

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

SAVED_FUNNEL = Table(
    "saved_funnel",
    METADATA,
    Column("funnel_id", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("owner", String(64), nullable=False),
    Column("dealer", String(64)),
    Column("name", String(80), nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("saved_us", BigInteger, nullable=False),
    Column("saved_by", String(64), nullable=False),
    Column("listed", LargeBinary),
)
"""Written once, never changed: the highest version of a funnel stands, those before are history.
dealer: of whose people it was saved by a dealer; None: the company's. listed: of a saved group of
people, which of the funnel's."""
