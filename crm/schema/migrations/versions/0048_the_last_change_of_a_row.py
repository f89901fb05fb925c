"""the last change of a copy's row is called so."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    _rename("told", "last_change")


def downgrade() -> None:
    """Take the change back."""
    _rename("last_change", "told")


def _rename(old: str, new: str) -> None:
    # Not by a batch: that would copy every row.
    op.execute(f"ALTER TABLE copy_row RENAME COLUMN {old} TO {new}")
    before, after = f"ix_copy_row_{old}", f"ix_copy_row_{new}"
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(before, "copy_row")
        op.create_index(after, "copy_row", ["dealer", new], unique=False)
    else:
        op.execute(f"ALTER INDEX {before} RENAME TO {after}")
