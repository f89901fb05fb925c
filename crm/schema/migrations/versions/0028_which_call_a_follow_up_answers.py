"""Which call answers a follow-up, what is on trial; calls to be made another day."""

import sqlalchemy as sa
from alembic import op

from crm.schema.recording_again import record_again

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_PROJECTED = (
    *("progress", "tie", "outcome", "activity", "member", "card", "link", "pair", "person"),
    *("conflict", "copy_row", "contract", "wake_day", "follow_up", "claim", "reward", "payment"),
    *("balance", "ledger_entry"),
)
_READ_AGAIN = sa.text("INSERT INTO funnel_note (made_us, said) VALUES (0, :said)")


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("sku", sa.String(length=200), server_default="", nullable=False)
        )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "follow_up_later",
        sa.Column("entry", number, autoincrement=True, nullable=False),
        sa.Column("trial_id", sa.String(length=64), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_follow_up_later")),
    )
    with op.batch_alter_table("follow_up_later", schema=None) as batch_op:
        batch_op.create_index("ix_follow_up_later_trial_id", ["trial_id", "entry"], unique=False)
    if _any_call(op.get_bind()) and record_again(_PROJECTED):
        op.execute(_READ_AGAIN.bindparams(said=b'{"everything":true}'))


def _any_call(connection: sa.Connection) -> bool:
    """Whether calls were asked for: else nothing that follows from the journal is another."""
    found = connection.execute(sa.text("SELECT 1 FROM follow_up LIMIT 1")).scalar()
    return found is not None


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("follow_up_later", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_up_later_trial_id")
    op.drop_table("follow_up_later")
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_column("sku")
