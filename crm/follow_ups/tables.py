"""The follow-ups of every trial, those that are asked for of a group, and whose they are."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table

from crm.storage.database import METADATA

FOLLOW_UP = Table(
    "follow_up",
    METADATA,
    Column("trial_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("subject", String(100), nullable=False),
    Column("card_id", String(64), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", String(8), nullable=False),
    Column("sku", String(200), nullable=False, server_default=""),
    Index("ix_follow_up_subject", "subject"),
    Index("ix_follow_up_due_on", "state", "due_on"),
)

FOLLOW_UP_OWNER = Table(
    "follow_up_owner",
    METADATA,
    Column(
        "entry",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("trial_id", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Index("ix_follow_up_owner_call", "trial_id", "number", "entry"),
)
"""Whose call it is: `owner` was asked by `actor`; the last entry holds. Work in an office, and no
word about anybody: a rebuild leaves it alone."""

FOLLOW_UP_LATER = Table(
    "follow_up_later",
    METADATA,
    Column(
        "entry",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("trial_id", String(64), nullable=False),
    Column("not_before", Date, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Index("ix_follow_up_later_trial_id", "trial_id", "entry"),
)
"""Calls that are to be made another day: of a trial the last entry holds. A rebuild leaves it
alone."""

FOLLOW_UP_TASK = Table(
    "follow_up_task",
    METADATA,
    Column("task_id", String(36), primary_key=True),
    Column("occasion", String(100), nullable=False),
    Column("about", String(80), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("card_id", String(64), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Index("ix_follow_up_task_occasion", "occasion"),
    Index("ix_follow_up_task_due_on", "due_on"),
)
"""Calls that somebody asks for, of the people of a group: `occasion` names it, `about` says what is
to be talked about, in the words of who asks. Whose they are and another day stand beside, under
the task's id and number 0. A rebuild leaves it alone."""
