"""Templates of letters, every version of them, what is to be sent to whom, and what was sent."""

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

LETTER_BATCH = Table(
    "letter_batch",
    METADATA,
    Column("batch_id", String(36), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("way", String(8), nullable=False),
    Column("whom", String(150), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("trouble", String(16)),
    Column("attempts", Integer, nullable=False),
    Column("next_try_us", BigInteger, nullable=False),
    Index("ix_letter_batch_state", "state"),
)

LETTER_DUE = Table(
    "letter_due",
    METADATA,
    Column("letter_id", String(36), primary_key=True),
    Column("batch_id", String(36), nullable=False),
    Column("person_id", String(36), nullable=False),
    Column("occasion", String(150), nullable=False),
    Column("state", String(8), nullable=False),
    Column("trouble", String(16)),
    Column("attempts", Integer, nullable=False),
    Column("next_try_us", BigInteger, nullable=False),
    Index("ix_letter_due_batch_id", "batch_id", "state"),
)
"""The letters of the batches (crm/letters/batch.py); what left the house stands in `letter_sent`
under the same id. Nothing personal."""
