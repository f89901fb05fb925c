"""Templates of letters, every version of them, and what was sent to whom; history, as written."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from crm.storage.database import METADATA

LETTER_TEMPLATE = Table(
    "letter_template",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("purpose", String(16), nullable=False),
    Column("texts", LargeBinary, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
)

LETTER_SENT = Table(
    "letter_sent",
    METADATA,
    Column("letter_id", String(36), primary_key=True),
    Column("card_id", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("way", String(8), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("occasion", String(150)),
    Index("ix_letter_sent_card_id", "card_id"),
    Index("ix_letter_sent_occasion", "occasion"),
)
"""Nothing personal: what it said follows from template and archive. `state`: begun before anything
leaves, then sent or failed; one that stayed begun may have left. `occasion`: of one
to many, the group or the call (`invited:A-1`, `segment:…`, `call:trial/1`); None: to one alone."""
