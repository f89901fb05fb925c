"""of which form a step of a request is: a second tap is known as such."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("rights_step", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("said_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("rights_step", recreate="never") as batch_op:
        batch_op.drop_column("said_id")
