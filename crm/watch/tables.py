"""What was decided on findings, and what the bank said of accounts."""

from sqlalchemy import BigInteger, Column, Index, String, Table

from crm.storage.database import METADATA

WATCH_DECISION = Table(
    "watch_decision",
    METADATA,
    Column("key", String(200), primary_key=True),
    Column("decided_us", BigInteger, nullable=False),
    Column("decided_by", String(64), nullable=False),
)
"""That the evidence was looked at and is in order."""

PAID_ACCOUNT = Table(
    "paid_account",
    METADATA,
    Column("order_id", String(36), primary_key=True),
    Column("member", String(64), nullable=False),
    Column("employer", String(200)),
    Column("reference", String(200), nullable=False),
    Column("account_key", String(32), nullable=False),
    Column("noted_us", BigInteger, nullable=False),
    Index("ix_paid_account_member", "member"),
    Index("ix_paid_account_account_key", "account_key"),
)
"""Into which account a payment went, as a keyed hash: the account itself is kept nowhere.
`employer`: by way of whom; NULL: to the member."""
