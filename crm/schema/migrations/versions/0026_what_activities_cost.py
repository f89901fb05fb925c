"""what activities cost."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_PROJECTED = (
    *("progress", "tie", "outcome", "activity", "member", "card", "link", "pair", "person"),
    *("conflict", "copy_row", "contract", "wake_day", "follow_up", "claim", "reward", "payment"),
    *("balance", "ledger_entry"),
)
_QUIET = """
INSERT INTO checkpoint (consumer, topic_id, partition, next_offset, recorded_us)
VALUES ('dealer-changes', '', 0, :position, 0)
"""


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cost_fen", sa.BigInteger(), nullable=True))
    _record_again(op.get_bind())


def _record_again(connection: sa.Connection) -> None:
    """Empty what follows from the journal: what an activity costs stands there alone; whoever works
    next records it anew, and tells dealers only what has changed."""
    query = sa.text("SELECT position FROM progress WHERE consumer = 'embedded'")
    position = connection.execute(query).scalar()
    if not position:
        return
    for name in _PROJECTED:
        op.execute(sa.delete(sa.table(name)))
    op.execute(
        "DELETE FROM checkpoint WHERE consumer = 'dealer-changes' AND topic_id = ''"
        " AND partition = 0"
    )
    op.execute(sa.text(_QUIET).bindparams(position=position))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_column("cost_fen")
