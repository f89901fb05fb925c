"""whose history a row belongs to is called its subject, as in the journal."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_INDEXED = (
    "card",
    "claim",
    "conflict",
    "copy_row",
    "follow_up",
    "link",
    "member_phone",
    "outcome",
    "pair",
    "payment",
    "person",
)
_UNIQUE = ("activity", "member")
_OTHERS = ("dead_letter", "tie", "wake_day")


def upgrade() -> None:
    """Apply the change."""
    _rename("home", "subject")


def downgrade() -> None:
    """Take the change back."""
    _rename("subject", "home")


def _rename(old: str, new: str) -> None:
    for table in (*_INDEXED, *_UNIQUE, *_OTHERS):
        # Not by a batch: that would copy every row.
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in _INDEXED:
        before, after = f"ix_{table}_{old}", f"ix_{table}_{new}"
        if on_sqlite:
            op.drop_index(before, table)
            op.create_index(after, table, [new], unique=False)
        else:
            op.execute(f"ALTER INDEX {before} RENAME TO {after}")
    for table in _UNIQUE:
        before, after = f"uq_{table}_{old}", f"uq_{table}_{new}"
        if on_sqlite:
            # SQLite names a constraint only where the table is created; of these there are few rows.
            with op.batch_alter_table(table) as batch:
                batch.drop_constraint(before, type_="unique")
                batch.create_unique_constraint(after, [new])
        else:
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {before} TO {after}")
