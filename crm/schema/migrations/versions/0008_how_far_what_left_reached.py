"""How far what left for a dealer reached; what left before that is kept as not known."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Until now not every way was kept in which rows leave: whatever was told may have been sent.
_BEFORE = """
INSERT INTO copy_sent (dealer, at_us, actor, what, up_to, changes, last)
SELECT dealer, :now_us, 'upgrade', 'before', max(sequence), 0, 0
FROM dealer_change GROUP BY dealer
"""


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("copy_sent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(sa.text(_BEFORE).bindparams(now_us=time.time_ns() // 1_000))


def downgrade() -> None:
    """Take the change back."""
    op.execute(sa.text("DELETE FROM copy_sent WHERE what = 'before'"))
    with op.batch_alter_table("copy_sent", schema=None) as batch_op:
        batch_op.drop_column("last")
