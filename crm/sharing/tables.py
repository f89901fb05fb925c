"""The dealers' copies, and the days on which something ends by itself."""

from sqlalchemy import Column, Date, Index, LargeBinary, String, Table

from crm.database import METADATA

COPY_ROW = Table(
    "copy_row",
    METADATA,
    Column("dealer", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("home", String(100), nullable=False),
    Column("cards", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("ix_copy_row_home", "home"),
)

WAKE_DAY = Table(
    "wake_day",
    METADATA,
    Column("home", String(100), primary_key=True),
    Column("day", Date, primary_key=True),
    Index("ix_wake_day_day", "day"),
)
"""A home to be looked at again when the day is reached: a consent expires, a hold ends."""

CONTRACT = Table(
    "contract",
    METADATA,
    Column("contract_id", String(64), primary_key=True),
    Column("dealer", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("regions", String(4000), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Index("ix_contract_dealer", "dealer"),
)
"""The recorded contracts; `ends_on` already tells of an early end."""
