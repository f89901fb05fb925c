"""What the door saw of a dealer's word, the clock it goes by; what follows is recorded again."""

import sqlalchemy as sa
from alembic import op

from crm.schema.recording_again import record_again

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Until now nothing told whether a dealer had named a row. What it said of a card that it had not
# written itself can, by the product's own doing, only have come by one, and counts as that; a
# consent is proven as far as it named its proof.
_BY_ROW = """
UPDATE journal SET by_row = true
WHERE role LIKE 'dealer/%' AND subject LIKE 'card/%' AND type <> 'card.registered'
AND NOT EXISTS (
    SELECT 1 FROM journal AS written WHERE written.subject = journal.subject
    AND written.type = 'card.registered' AND written.role = journal.role
)
"""
_EVIDENCED = """
UPDATE journal SET evidenced = true
WHERE role LIKE 'dealer/%' AND type = 'consent.given' AND {plain} LIKE '%"evidence_sha256":"%'
"""
_PLAIN = {"sqlite": "CAST(plain AS TEXT)", "postgresql": "convert_from(plain, 'UTF8')"}

# Who was the first to be received plays a part only where dealers spoke; far-off days only where
# an event was dated more than a year before it came.
_OTHERWISE_NOW = """
SELECT EXISTS (SELECT 1 FROM journal WHERE role LIKE 'dealer/%')
OR EXISTS (SELECT 1 FROM journal WHERE starts_us < received_us - 31622400000000)
"""
_PROJECTED = (
    *("progress", "tie", "outcome", "activity", "member", "card", "link", "person", "conflict"),
    *("copy_row", "contract", "wake_day", "follow_up", "claim", "reward", "balance"),
    "ledger_entry",
)
_SEEN = """
INSERT INTO clock (name, at_us, actor)
SELECT 'door', max(received_us), 'upgrade' FROM journal WHERE role <> 'system'
HAVING max(received_us) IS NOT NULL
"""


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "clock",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_clock")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        for name in ("by_row", "evidenced"):
            column: sa.Column[bool] = sa.Column(
                name, sa.Boolean(), server_default=sa.false(), nullable=False
            )
            batch_op.add_column(column)
    connection = op.get_bind()
    op.execute(_BY_ROW)
    op.execute(_EVIDENCED.format(plain=_PLAIN[connection.dialect.name]))
    op.execute(_SEEN)
    if connection.execute(sa.text(_OTHERWISE_NOW)).scalar():
        record_again(_PROJECTED)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("journal", schema=None) as batch_op:
        for name in ("evidenced", "by_row"):
            batch_op.drop_column(name)
    op.drop_table("clock")
