"""What a reward rests on, payments by their reference, payments as they are ordered."""

import sqlalchemy as sa
from alembic import op

from crm.schema.recording_again import record_again

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_PROJECTED = (
    *("progress", "tie", "outcome", "activity", "member", "card", "link", "person", "conflict"),
    *("copy_row", "contract", "wake_day", "follow_up", "claim", "reward", "balance"),
    "ledger_entry",
)


def upgrade() -> None:
    """Apply the change."""
    record_again(_PROJECTED)
    op.create_table(
        "payment",
        sa.Column("source", sa.String(length=256), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("home", sa.String(length=100), nullable=False),
        sa.Column("reward_id", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name=op.f("pk_payment")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_home", ["home"], unique=False)
        batch_op.create_index("ix_payment_reference", ["reference"], unique=False)
        batch_op.create_index("ix_payment_reward_id", ["reward_id"], unique=False)

    op.create_table(
        "payment_file",
        sa.Column("file_id", sa.String(length=36), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_payment_file")),
    )
    op.create_table(
        "payment_order",
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("file_id", sa.String(length=36), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reward_id", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("purchase_id", sa.String(length=64), nullable=False),
        sa.Column("payee", sa.String(length=200), nullable=False),
        sa.Column("through", sa.String(length=12), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.String(length=100), nullable=True),
        sa.Column("ordered_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("event_source", sa.String(length=256), nullable=True),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_payment_order")),
        sa.UniqueConstraint("slot", name=op.f("uq_payment_order_slot")),
    )
    with op.batch_alter_table("payment_order", schema=None) as batch_op:
        batch_op.create_index("ix_payment_order_file_id", ["file_id"], unique=False)
        batch_op.create_index("ix_payment_order_reference", ["reference"], unique=False)

    with op.batch_alter_table("reward", schema=None) as batch_op:
        batch_op.add_column(sa.Column("granted_fen", sa.BigInteger(), nullable=False))
        batch_op.add_column(sa.Column("card_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("bought_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("quantity", sa.BigInteger(), nullable=False))
        batch_op.add_column(sa.Column("returned", sa.BigInteger(), nullable=False))
        batch_op.add_column(sa.Column("rule_number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("entered_by", sa.Text(), nullable=False))
        batch_op.add_column(sa.Column("approved_by", sa.Text(), nullable=False))
        batch_op.add_column(sa.Column("paid_by", sa.Text(), nullable=False))
        batch_op.add_column(sa.Column("paid_fen", sa.BigInteger(), nullable=False))
        batch_op.create_index("ix_reward_state", ["state", "releases_on"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("reward", schema=None) as batch_op:
        batch_op.drop_index("ix_reward_state")
        batch_op.drop_column("paid_fen")
        batch_op.drop_column("paid_by")
        batch_op.drop_column("approved_by")
        batch_op.drop_column("entered_by")
        batch_op.drop_column("rule_number")
        batch_op.drop_column("returned")
        batch_op.drop_column("quantity")
        batch_op.drop_column("bought_on")
        batch_op.drop_column("card_id")
        batch_op.drop_column("granted_fen")

    with op.batch_alter_table("payment_order", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_order_reference")
        batch_op.drop_index("ix_payment_order_file_id")

    op.drop_table("payment_order")
    op.drop_table("payment_file")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_reward_id")
        batch_op.drop_index("ix_payment_reference")
        batch_op.drop_index("ix_payment_home")

    op.drop_table("payment")
