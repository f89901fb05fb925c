"""The register of requests: what was asked for, and every step; written once, never changed."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, String, Table

from crm.storage.database import METADATA

RIGHTS_REQUEST = Table(
    "rights_request",
    METADATA,
    Column("request_id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("card_id", String(64), nullable=False),
    Column("asked_by", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("received_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("sealed", LargeBinary),
    Index("ix_rights_request_card_id", "card_id"),
)
"""`sealed`: what was asked for, under the key of the card, so that it goes when the card is erased.

What is left then, kind, days and outcome, names nobody.
"""

RIGHTS_STEP = Table(
    "rights_step",
    METADATA,
    Column("request_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("outcome", String(16)),
    Column("reason", String(32)),
    Column("event_source", String(256)),
    Column("event_id", String(64)),
    Column("sealed", LargeBinary),
    Column("said_id", String(36)),
)
"""`said_id`: made of the form and its words, so that a second tap is known as such."""
