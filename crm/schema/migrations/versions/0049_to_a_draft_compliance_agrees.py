"""to a draft of a policy compliance agrees: the columns are called so."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_RENAMED = {"word": "agreement", "word_us": "agreed_us", "word_by": "agreed_by"}


def upgrade() -> None:
    """Apply the change."""
    _rename(_RENAMED)


def downgrade() -> None:
    """Take the change back."""
    _rename({new: old for old, new in _RENAMED.items()})


def _rename(columns: dict[str, str]) -> None:
    for old, new in columns.items():
        op.execute(f"ALTER TABLE policy_draft RENAME COLUMN {old} TO {new}")
