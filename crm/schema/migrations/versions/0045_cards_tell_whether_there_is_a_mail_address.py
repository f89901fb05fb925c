"""cards tell whether there is a mail address."""

import sqlalchemy as sa
from alembic import op

from crm.schema.recording_again import record_again

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_PROJECTED = (
    *("progress", "tie", "outcome", "activity", "member", "card", "link", "pair", "person"),
    *("conflict", "copy_row", "contract", "wake_day", "follow_up", "claim", "reward", "payment"),
    *("balance", "ledger_entry"),
)


def upgrade() -> None:
    """Apply the change; what was sent along before there was such a field is read now."""
    record_again(_PROJECTED)
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("has_mail", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_column("has_mail")
