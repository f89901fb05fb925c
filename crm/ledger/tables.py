"""Claims by purchases, rewards by members, and the ledger."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from crm.storage.database import METADATA
from crm.storage.partial_index import partial_index

CLAIM = Table(
    "claim",
    METADATA,
    Column("reward_id", String(64), primary_key=True),
    Column("member", String(64), primary_key=True),
    Column("purchase_id", String(64), primary_key=True),
    Column("subject", String(100), nullable=False),
    Column("month", String(7)),
    Column("looks_at", String(5)),
    Column("granted_fen", BigInteger, nullable=False),
    Column("due_fen", BigInteger, nullable=False),
    Column("unsettled", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_claim_subject", "subject", "purchase_id"),
    Index("ix_claim_member", "member", "month", "looks_at"),
    partial_index(
        "ix_claim_unsettled",
        "member",
        where=text("unsettled"),
        in_sqlite=text("unsettled = 1"),
    ),
)
"""What each purchase may earn, and what it comes to among the member's others: `granted_fen` before
the caps of month and year, `due_fen` after them. `month`: of the purchase; NULL: nothing is due by
it. `looks_at`: `month` or `year`, if what is due hangs on the member's other claims in it.
`unsettled`: whether another amount was paid than is due, so that a set-off may concern it."""

REWARD = Table(
    "reward",
    METADATA,
    Column("reward_id", String(64), primary_key=True),
    Column("member", String(64), primary_key=True),
    Column("owner", String(130), nullable=False),
    Column("purchase_id", String(64), nullable=False),
    Column("referral_id", String(64)),
    Column("policy", String(64)),
    Column("mode", String(16)),
    Column("state", String(12), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reason", String(24)),
    Column("releases_on", Date),
    Column("marks", String(120), nullable=False),
    Column("granted_fen", BigInteger, nullable=False),
    Column("card_id", String(64)),
    Column("bought_on", Date),
    Column("quantity", BigInteger, nullable=False),
    Column("returned", BigInteger, nullable=False),
    Column("rule_number", Integer),
    Column("entered_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("paid_by", Text, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("outlet", String(200)),
    Column("entered_late_us", BigInteger, nullable=False),
    Index("ix_reward_state", "state", "releases_on"),
    Index("ix_reward_owner", "owner"),
    Index("ix_reward_member", "member"),
    Index("ix_reward_purchase_id", "purchase_id"),
)
"""`outlet`: where it was bought. `entered_late_us`: how long after the purchase its referral was
received; 0: not after it."""

PAYMENT = Table(
    "payment",
    METADATA,
    Column("source", String(256), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("subject", String(100), nullable=False),
    Column("reward_id", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("reference", String(200), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("actor", String(256), nullable=False),
    Index("ix_payment_subject", "subject"),
    Index("ix_payment_reward_id", "reward_id"),
    Index("ix_payment_reference", "reference"),
)
"""Each payment that a reward names, by the event that told of it."""

BALANCE = Table(
    "balance",
    METADATA,
    Column("reward_id", String(64), primary_key=True),
    Column("member", String(64), primary_key=True),
    Column("account", String(100), primary_key=True),
    Column("owner", String(130), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Index("ix_balance_owner", "owner"),
    Index("ix_balance_account", "account"),
)

LEDGER_ENTRY = Table(
    "ledger_entry",
    METADATA,
    Column("entry_id", String(36), primary_key=True),
    Column("number", BigInteger().with_variant(Integer, "sqlite"), nullable=False, unique=True),
    Column("position", BigInteger, nullable=False),
    Column("reward_id", String(64), nullable=False),
    Column("account", String(100), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reason", String(40), nullable=False),
    Index("ix_ledger_entry_reward_id", "reward_id"),
)
