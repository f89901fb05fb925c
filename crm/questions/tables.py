"""Every question of a dealer about a person: who, when, what was answered; never about whom."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from crm.storage.database import METADATA

DEALER_QUESTION = Table(
    "dealer_question",
    METADATA,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("dealer", String(64), nullable=False),
    Column("asked", String(64), nullable=False),
    Column("answer", String(24), nullable=False),
    Index("ix_dealer_question_actor", "actor", "at_us"),
    sqlite_autoincrement=True,
)
"""`asked` is a keyed hash of what was asked: the same person again is seen, nobody is named."""
