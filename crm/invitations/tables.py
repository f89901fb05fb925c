"""Invitations to activities, every word of them: history, which a rebuild leaves alone."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from crm.storage.database import METADATA

INVITATION_WORD = Table(
    "invitation_word",
    METADATA,
    Column(
        "entry",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("activity_id", String(64), nullable=False),
    Column("card_id", String(64), nullable=False),
    Column("invited", Boolean, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Index("ix_invitation_word_activity", "activity_id", "entry"),
    Index("ix_invitation_word_card_id", "card_id"),
)
"""Of a person's cards at an activity the last entry holds: invited, or not any more. Nothing
personal: a card is named by its id."""
