"""Disputes as members said them, and the answer to each; said once, answered once."""

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, String, Table, Text

from crm.storage.database import METADATA

MEMBER_DISPUTE = Table(
    "member_dispute",
    METADATA,
    Column("dispute_id", String(36), primary_key=True),
    Column("member", String(64), nullable=False),
    Column("reward_id", String(64)),
    Column("entered_by", Text, nullable=False, server_default=""),
    Column("said_us", BigInteger, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("outcome", String(12)),
    Column("answered_us", BigInteger),
    Column("actor", String(64)),
    Column("answer_sealed", LargeBinary),
    Index("ix_member_dispute_member", "member"),
    Index("ix_member_dispute_due_on", "due_on"),
)
"""The words may name somebody: they are under the key of the member. `actor`: who answered.
`entered_by`: who had entered the reward by then; it may be gone when the dispute is answered."""
