"""Tokens can be revoked, and a source belongs to who used it first."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "source_owner",
        sa.Column("source", sa.String(length=256), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_owner")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_us", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_column("revoked_us")
    op.drop_table("source_owner")
