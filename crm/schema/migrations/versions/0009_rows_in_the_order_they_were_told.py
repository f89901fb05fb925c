"""The rows of the copies by the number of their last change."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What a rebuild that is under way has not told again yet gets its number at the rebuild's end.
_TOLD = """
UPDATE copy_row SET told = (
    SELECT dealer_change.sequence FROM dealer_change
    WHERE dealer_change.key = copy_row.key AND dealer_change.dealer = copy_row.dealer
    AND dealer_change.kind = 'upsert' AND NOT dealer_change.overtaken
)
"""
_WITHDRAWN = sa.text("kind = 'withdraw' AND NOT overtaken")


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("copy_row", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told", sa.BigInteger(), nullable=True))
    op.execute(_TOLD)
    op.create_index("ix_copy_row_told", "copy_row", ["dealer", "told"], unique=False)
    op.create_index(
        "ix_dealer_change_withdrawn",
        "dealer_change",
        ["dealer", "sequence"],
        unique=False,
        sqlite_where=_WITHDRAWN,
        postgresql_where=_WITHDRAWN,
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_dealer_change_withdrawn", table_name="dealer_change")
    op.drop_index("ix_copy_row_told", table_name="copy_row")
    with op.batch_alter_table("copy_row", schema=None) as batch_op:
        batch_op.drop_column("told")
