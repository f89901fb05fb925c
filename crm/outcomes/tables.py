"""The outcome of every recorded event, by its place in the journal."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    String,
    Table,
    literal_column,
    text,
)

from crm.storage.database import METADATA
from crm.storage.partial_index import partial_index

OUTCOME = Table(
    "outcome",
    METADATA,
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("outcome", String(12), nullable=False),
    Column("reason", String(40)),
    Column("waiting_for", String(330)),
    Column("marks", String(120), nullable=False),
    Column("changes", Boolean, nullable=False),
    # What asks for somebody: few of very many rows.
    partial_index("ix_outcome_other", "outcome", "position", where=text("outcome <> 'recorded'")),
)

UNUSUAL = OUTCOME.c.outcome != literal_column("'recorded'")
"""The condition of the index, letter by letter: SQLite draws no conclusions."""

EVENT_HANDLED = Table(
    "event_handled",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
)
"""What was not recorded and has been seen to, by whom and when. Work in an office: a rebuild leaves
it alone."""

EVENT_MENDED = Table(
    "event_mended",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("form_id", String(36), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("said", Boolean, nullable=False),
)
"""Which form said an event again, so that no other one does. said: whether it was taken in; until
then somebody is at it. A rebuild leaves it alone."""
