"""Sessions that the server ends, second factors, the demo's account, what parties handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_table(
        "web_session",
        sa.Column("name_sha256", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("began_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name_sha256", name=op.f("pk_web_session")),
    )
    op.create_index("ix_web_session_actor", "web_session", ["actor"], unique=False)
    op.create_table(
        "second_factor",
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_us", sa.BigInteger(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hmac", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("code_hmac", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_actor", "recovery_code", ["actor"], unique=False)
    op.create_table(
        "attachment_use",
        sa.Column("party", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "day", name=op.f("pk_attachment_use")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("attachment_use")
    op.drop_index("ix_recovery_code_actor", table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    op.drop_index("ix_web_session_actor", table_name="web_session")
    op.drop_table("web_session")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("demo")
