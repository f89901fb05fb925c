"""who had entered what is disputed: the reward may be gone when the dispute is answered."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("member_dispute", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("entered_by", sa.Text(), nullable=False, server_default=""))
    names = ("reward_id", "member", "entered_by")
    disputes = sa.table("member_dispute", *map(sa.column, names))
    rewards = sa.table("reward", *map(sa.column, names))
    entered = sa.select(rewards.c.entered_by).where(
        rewards.c.reward_id == disputes.c.reward_id, rewards.c.member == disputes.c.member
    )
    known = sa.func.coalesce(entered.scalar_subquery(), "")
    op.execute(disputes.update().values(entered_by=known))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("member_dispute", recreate="never") as batch_op:
        batch_op.drop_column("entered_by")
