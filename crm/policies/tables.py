"""Drafts of policies: written once; compliance's word and the end of each are added, once each."""

from sqlalchemy import BigInteger, Column, Date, String, Table, Text

from crm.storage.database import METADATA

POLICY_DRAFT = Table(
    "policy_draft",
    METADATA,
    Column("draft_id", String(36), primary_key=True),
    Column("policy", String(64), nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("drafted_us", BigInteger, nullable=False),
    Column("drafted_by", String(64), nullable=False),
    Column("agreement", Text),
    Column("agreed_us", BigInteger),
    Column("agreed_by", String(64)),
    Column("state", String(12), nullable=False),
    Column("ended_us", BigInteger),
    Column("ended_by", String(64)),
)
"""`text` is the document, `sha256` its digest; `agreement` is why compliance agrees to what the law
asks about. `state`: draft, published, withdrawn."""
