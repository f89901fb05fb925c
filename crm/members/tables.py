"""Members, one row each."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from crm.storage.database import METADATA

MEMBER = Table(
    "member",
    METADATA,
    Column("member", String(64), primary_key=True),
    Column("subject", String(100), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("dealer", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("institution", String(200)),
    Column("institution_kind", String(24)),
    Column("card_id", String(64)),
    Column("enrolled_us", BigInteger, nullable=False),
    Column("left", Boolean, nullable=False),
    Column("trained", Boolean, nullable=False),
    Index("ix_member_dealer", "dealer"),
    Index("ix_member_card_id", "card_id"),
)

MEMBER_PHONE = Table(
    "member_phone",
    METADATA,
    Column("member", String(64), primary_key=True),
    Column("phone_key", String(32), primary_key=True),
    Column("subject", String(100), nullable=False),
    Index("ix_member_phone_subject", "subject"),
    Index("ix_member_phone_phone_key", "phone_key"),
)
"""The mobiles at which members are reached, as keyed hashes: who has one with somebody else."""

MEMBER_LINK = Table(
    "member_link",
    METADATA,
    Column("secret_sha256", String(64), primary_key=True),
    Column("member", String(64), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("dealer", String(64)),
    Column("good_until_us", BigInteger, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("opened_us", BigInteger),
    Index("ix_member_link_member", "member"),
)
"""Links by which members see their own rewards: one of a member at a time. The secret of the link
is kept nowhere. `dealer`: whose the giver was; NULL: the company's. `opened`, `opened_us`: how
often, and when last."""
