"""what activities cost."""

import sqlalchemy as sa
from alembic import op

from crm.schema.recording_again import record_again

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_PROJECTED = (
    *("progress", "tie", "outcome", "activity", "member", "card", "link", "pair", "person"),
    *("conflict", "copy_row", "contract", "wake_day", "follow_up", "claim", "reward", "payment"),
    *("balance", "ledger_entry"),
)


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cost_fen", sa.BigInteger(), nullable=True))
    record_again(_PROJECTED)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_column("cost_fen")
