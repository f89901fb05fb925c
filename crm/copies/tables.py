"""The dealers' copies, their changes, and the days on which something ends by itself."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    LargeBinary,
    String,
    Table,
    false,
    text,
)

from crm.storage.bulk import ADDED_LATER
from crm.storage.database import METADATA
from crm.storage.partial_index import partial_index

COPY_ROW = Table(
    "copy_row",
    METADATA,
    Column("dealer", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("subject", String(100), nullable=False),
    Column("cards", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("last_change", BigInteger, info=ADDED_LATER),
    Index("ix_copy_row_subject", "subject"),
    Index("ix_copy_row_last_change", "dealer", "last_change"),
)
"""`last_change` is the sequence number of the row's last change: a dealer reads its copy in that
order. It is written with the change, in one transaction; None until then, and during a rebuild."""

STANDS_WITHDRAWN = text("kind = 'withdraw' AND NOT overtaken")
"""Of a change: it withdraws a row, and no later one tells of the row again."""

DEALER_CHANGE = Table(
    "dealer_change",
    METADATA,
    Column("dealer", String(64), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("reason_class", String(24)),
    Column("content_hash", LargeBinary),
    Column("changed_us", BigInteger, nullable=False),
    Column("overtaken", Boolean, nullable=False, default=False, server_default=false()),
    Index("ix_dealer_change_row", "key", "dealer", "sequence"),
    partial_index("ix_dealer_change_withdrawn", "dealer", "sequence", where=STANDS_WITHDRAWN),
)
"""History, not a projection: what each dealer was to be told, in the order of its sequence.
`content_hash` is keyed and tells only whether a row came out the same; what it said is not kept.
`overtaken` is written when a later change of the row is: pages need not look for one."""

WAKE_DAY = Table(
    "wake_day",
    METADATA,
    Column("subject", String(100), primary_key=True),
    Column("day", Date, primary_key=True),
    Index("ix_wake_day_day", "day"),
)
"""A subject to be looked at again when the day is reached: a consent expires, a hold ends."""

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
