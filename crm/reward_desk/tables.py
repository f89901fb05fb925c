"""Payments as they are ordered: in files for a bank or one by one; written once, ended once."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, UniqueConstraint

from crm.storage.database import METADATA

PAYMENT_FILE = Table(
    "payment_file",
    METADATA,
    Column("file_id", String(36), primary_key=True),
    Column("made_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("lines", Integer, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
)
"""`sha256` of the file's bytes: what the bank got can be held against it."""

PAYMENT_ORDER = Table(
    "payment_order",
    METADATA,
    Column("order_id", String(36), primary_key=True),
    Column("file_id", String(36)),
    Column("line", Integer, nullable=False),
    Column("reward_id", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("purchase_id", String(64), nullable=False),
    Column("payee", String(200), nullable=False),
    Column("through", String(12), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("set_off_fen", BigInteger, nullable=False, default=0, server_default="0"),
    Column("reference", String(200), nullable=False),
    Column("slot", String(100)),
    Column("ordered_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("ended_us", BigInteger),
    Column("ended_by", String(64)),
    Column("event_source", String(256)),
    UniqueConstraint("slot"),
    Index("ix_payment_order_file_id", "file_id"),
    Index("ix_payment_order_reference", "reference"),
    Index("ix_payment_order_reward_id", "reward_id"),
    Index("ix_payment_order_member", "member", "state"),
)
"""`slot` names a reward and what was paid of it before, so that two who pay at the same moment
cannot both; an order that failed leaves it. `payee`, `through`: whom the money goes to, and whether
by way of the employer. `set_off_fen`: by how much it falls short of what is open, against what the
member owes back. `ended_us`, `ended_by`: when and by whom it came into its state.
`event_source`: of the event that tells of the payment, from when somebody began to tell."""

PAYMENT_LEFT_OUT = Table(
    "payment_left_out",
    METADATA,
    Column("file_id", String(36), primary_key=True),
    Column("reward_id", String(64), primary_key=True),
    Column("reason", String(12), nullable=False),
)
"""What was asked for when a file was made, and is not in it: why, at that moment."""
