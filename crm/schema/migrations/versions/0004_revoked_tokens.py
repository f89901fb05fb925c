"""Tokens can be revoked."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_us", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_column("revoked_us")
