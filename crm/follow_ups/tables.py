"""The follow-ups of every trial."""

from sqlalchemy import Column, Date, Index, Integer, String, Table

from crm.storage.database import METADATA

FOLLOW_UP = Table(
    "follow_up",
    METADATA,
    Column("trial_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("home", String(100), nullable=False),
    Column("card_id", String(64), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", String(8), nullable=False),
    Index("ix_follow_up_home", "home"),
    Index("ix_follow_up_due_on", "state", "due_on"),
)
