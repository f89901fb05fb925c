"""saved groups of people."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("saved_funnel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("listed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("saved_funnel", schema=None) as batch_op:
        batch_op.drop_column("listed")
