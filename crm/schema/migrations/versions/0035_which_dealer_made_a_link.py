"""which dealer made a link.

Nobody kept whose the givers of the links were that there are: they open nothing any more. None is
good for more than seven days, and a new one is made by a tap.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("DELETE FROM member_link")
    with op.batch_alter_table("member_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dealer", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    # A link that a dealer made would open what the company's opens.
    op.execute("DELETE FROM member_link WHERE dealer IS NOT NULL")
    with op.batch_alter_table("member_link", schema=None) as batch_op:
        batch_op.drop_column("dealer")
