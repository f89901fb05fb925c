"""Several roles a person, links that are good once, who changed an account."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

_KNOWN_BEFORE = ("headquarters", "compliance", "staff", "dealer")


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("roles", sa.String(length=200), server_default="", nullable=False)
        )
    op.execute("UPDATE account SET roles = role")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.alter_column("roles", existing_type=sa.String(length=200), server_default=None)
        batch_op.drop_column("role")
    op.create_table(
        "invitation",
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=True),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("dealer", sa.String(length=64), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("secret_sha256", name=op.f("pk_invitation")),
    )
    op.create_table(
        "account_change",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_account_change")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Take the change back; who has roles that were not known then is shut out."""
    op.drop_table("account_change")
    op.drop_table("invitation")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("role", sa.String(length=16), server_default="staff", nullable=False)
        )
    account = sa.table("account", sa.column("role"), sa.column("roles"), sa.column("active"))
    was_known = account.c.roles.in_(_KNOWN_BEFORE)
    op.execute(account.update().where(was_known).values(role=account.c.roles))
    op.execute(account.update().where(sa.not_(was_known)).values(active=sa.false()))
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.alter_column("role", existing_type=sa.String(length=16), server_default=None)
        batch_op.drop_column("roles")
