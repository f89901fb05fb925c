"""The outcome of every recorded event, by its place in the journal."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from crm.storage.database import METADATA

OUTCOME = Table(
    "outcome",
    METADATA,
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("home", String(100), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("reason", String(40)),
    Column("waiting_for", String(330)),
    Column("marks", String(120), nullable=False),
    Column("changes", Boolean, nullable=False),
    Index("ix_outcome_home", "home"),
)
