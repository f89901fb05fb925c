"""where field staff works."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    for table in ("account", "invitation"):
        regions = sa.Column("regions", sa.String(length=200), nullable=False, server_default="")
        op.add_column(table, regions)


def downgrade() -> None:
    """Take the change back."""
    for table in ("account", "invitation"):
        op.drop_column(table, "regions")
