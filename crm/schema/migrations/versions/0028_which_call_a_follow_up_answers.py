"""Which call answers a follow-up, what is on trial; calls to be made another day."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
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
_READ_AGAIN = sa.text("INSERT INTO funnel_note (made_us, said) VALUES (0, :said)")


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("sku", sa.String(length=200), server_default="", nullable=False)
        )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "follow_up_later",
        sa.Column("entry", number, autoincrement=True, nullable=False),
        sa.Column("trial_id", sa.String(length=64), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_follow_up_later")),
    )
    with op.batch_alter_table("follow_up_later", schema=None) as batch_op:
        batch_op.create_index("ix_follow_up_later_trial_id", ["trial_id", "entry"], unique=False)
    _record_again(op.get_bind())


def _record_again(connection: sa.Connection) -> None:
    """Where calls were asked for, what follows from the journal is emptied: whoever works next
    records it anew, and tells dealers only what has changed."""
    position = connection.execute(
        sa.text("SELECT position FROM progress WHERE consumer = 'embedded'")
    ).scalar()
    any_call = connection.execute(sa.text("SELECT 1 FROM follow_up LIMIT 1")).scalar()
    if not position or not any_call:
        return
    for name in _PROJECTED:
        op.execute(sa.delete(sa.table(name)))
    op.execute(
        "DELETE FROM checkpoint WHERE consumer = 'dealer-changes' AND topic_id = ''"
        " AND partition = 0"
    )
    op.execute(sa.text(_QUIET).bindparams(position=position))
    op.execute(_READ_AGAIN.bindparams(said=b'{"everything":true}'))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("follow_up_later", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_up_later_trial_id")
    op.drop_table("follow_up_later")
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_column("sku")
