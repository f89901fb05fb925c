"""Cards to be found by, their links, and the people they make up."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, false, text

from crm.storage.database import METADATA
from crm.storage.partial_index import partial_index

CARD = Table(
    "card",
    METADATA,
    Column("card_id", String(64), primary_key=True),
    Column("own_person_id", String(36), nullable=False),
    Column("name", String(200)),
    Column("plain", String(200)),
    Column("pinyin", String(400)),
    Column("given", String(400)),
    Column("sorted_as", String(1000)),
    Column("initials", String(100)),
    Column("phone_tails", String(200), nullable=False),
    Column("has_mail", Boolean, nullable=False, server_default=false()),
    Column("sex", String(8)),
    Column("born", String(10)),
    Column("region", String(6)),
    Column("dealer", String(64)),
    Column("activity_id", String(64)),
    Column("address_key", String(32)),
    Column("number", String(8)),
    Column("registered_us", BigInteger, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("deceased", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False),
    Index("ix_card_own_person_id", "own_person_id"),
    # With the id, so that what is held somewhere inside is looked for in the index alone.
    Index("ix_card_plain", "plain", "card_id"),
    Index("ix_card_pinyin", "pinyin"),
    Index("ix_card_given", "given"),
    Index("ix_card_sorted_as", "sorted_as"),
    Index("ix_card_address_key", "address_key"),
    partial_index("ix_card_number", "number", where=text("number IS NOT NULL")),
    Index("ix_card_initials", "initials"),
    Index("ix_card_phone_tails", "phone_tails", "card_id"),
)
"""`address_key`: a keyed hash of the house, to be asked whether two cards name the same. `number`:
by which pages tell a card whose id a sender made; NULL: the id begins with it."""

LINK = Table(
    "link",
    METADATA,
    Column("card_id", String(64), primary_key=True),
    Column("person_id", String(36), nullable=False),
    Column("decided_by", String(8), nullable=False),
    Column("evidence", String(24)),
    Column("evidence_card_id", String(64)),
    Column("parts", String(240), nullable=False, server_default=""),
    Index("ix_link_person_id", "person_id"),
)

PAIR = Table(
    "pair",
    METADATA,
    Column("card_id", String(64), primary_key=True),
    Column("other_card_id", String(64), primary_key=True),
    Column("subject", String(100), nullable=False),
    Column("centibits", Integer, nullable=False),
    Column("parts", String(240), nullable=False),
    Index("ix_pair_subject", "subject"),
    Index("ix_pair_centibits", "centibits"),
)
"""Cards of which a person is asked whether they are one person's, the smaller id first."""

PERSON = Table(
    "person",
    METADATA,
    Column("person_id", String(36), primary_key=True),
    Column("household_id", String(36), nullable=False),
    Column("deceased", Boolean, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Index("ix_person_household_id", "household_id"),
)
