"""What people were told before they agreed, who disagrees, and what dealers asked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "notice",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", "purpose", name=op.f("pk_notice")),
    )
    op.create_table(
        "conflict",
        sa.Column("card_id", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("home", sa.String(length=100), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("card_id", "field", name=op.f("pk_conflict")),
    )
    op.create_index("ix_conflict_home", "conflict", ["home"], unique=False)
    op.create_index("ix_conflict_since_us", "conflict", ["since_us"], unique=False)
    op.create_table(
        "dealer_question",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("dealer", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_dealer_question")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dealer_question_actor", "dealer_question", ["actor", "at_us"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("dealer_question")
    op.drop_table("conflict")
    op.drop_table("notice")
