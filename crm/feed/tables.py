"""What was sent to dealers, acknowledged and signed by them, and whom to call; all of it history.

A rebuild leaves these tables alone: they tell what left the house, which nothing can undo.
"""

from sqlalchemy import (
    BigInteger,
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

COPY_SENT = Table(
    "copy_sent",
    METADATA,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("dealer", String(64), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("what", String(8), nullable=False),
    Column("up_to", BigInteger, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("last", BigInteger, nullable=False, default=0, server_default="0"),
    Index("ix_copy_sent_dealer", "dealer", "up_to"),
    sqlite_autoincrement=True,
)
"""What left for a dealer, kept before it leaves. `what`: a page of changes or of the topic; rows by
key (rows); a workbook; FHIR (fhir); what the portal shows (portal); before: whatever may have left
before all of this was kept. `up_to`: no change with a higher number was in it. `last`: the dealer's
newest number at that moment, 0 where that is not known."""

COPY_ACKNOWLEDGEMENT = Table(
    "copy_acknowledgement",
    METADATA,
    Column("dealer", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("up_to", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(64), primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("state", String(16), primary_key=True),
    Column("closes_up_to", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("claimed_at", String(64), nullable=False),
    Column("signature", String(100)),
    Index("ix_copy_acknowledgement_closes", "dealer", "closes_up_to"),
)
"""What a dealer's side said that it holds, the first time on each day; `closes_up_to` is the
number up to which its withdrawals count as carried out, 0 when the copies differed."""

COPY_RECEIPT = Table(
    "copy_receipt",
    METADATA,
    Column("dealer", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("up_to", BigInteger, primary_key=True, autoincrement=False),
    Column("receipt", LargeBinary, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("company_signature", String(100), nullable=False),
    Column("dealer_signature", String(100)),
    Column("dealer_key", String(64)),
    Column("countersigned_us", BigInteger),
)
"""`receipt` holds the signed bytes: canonical JSON."""

DEALER_KEY = Table(
    "dealer_key",
    METADATA,
    Column("dealer", String(64), primary_key=True),
    Column("taken_us", BigInteger, primary_key=True, autoincrement=False),
    Column("public_key", String(64), nullable=False),
    Column("released_us", BigInteger),
    partial_index("uq_dealer_key_held", "dealer", where=text("released_us IS NULL"), unique=True),
)
"""Ed25519 keys of dealers, base64; of those that were not let go there is at most one."""

WEBHOOK = Table(
    "webhook",
    METADATA,
    Column("webhook_id", String(40), primary_key=True),
    Column("dealer", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("told_up_to", BigInteger, nullable=False),
    Column("told_us", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("failing_since_us", BigInteger),
    Column("next_try_us", BigInteger, nullable=False),
    Column("trouble", String(64)),
    Column("given_up_us", BigInteger),
    Index("ix_webhook_dealer", "dealer"),
)
"""Whom to call when a dealer's copy has changed; the secret is sealed."""

COPY_DELETION_RECEIPT = Table(
    "copy_deletion_receipt",
    METADATA,
    Column("receipt_id", String(36), primary_key=True),
    Column("dealer", String(64), nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("company_signature", String(100), nullable=False),
    Index("ix_copy_deletion_receipt_dealer", "dealer", "at_us"),
)
"""What an account of a dealer said to have deleted; `receipt` holds the signed bytes."""

COPY_DELETION = Table(
    "copy_deletion",
    METADATA,
    Column("dealer", String(64), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("receipt_id", String(36), nullable=False),
)
"""The withdrawals that such a receipt closes, one by one."""

COPY_SEEN = Table(
    "copy_seen",
    METADATA,
    Column("actor", String(64), primary_key=True),
    Column("dealer", String(64), nullable=False),
    Column("up_to", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)
"""Up to which change an account of a dealer has seen its copy in the page."""

FEED = (
    *(COPY_SENT, COPY_ACKNOWLEDGEMENT, COPY_RECEIPT, DEALER_KEY, WEBHOOK),
    *(COPY_DELETION_RECEIPT, COPY_DELETION, COPY_SEEN),
)
"""All of them."""
