"""findings have short keys: what was decided is kept under them."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_DECIDED = sa.table("watch_decision", sa.column("key", sa.String()))


def upgrade() -> None:
    """Apply the change."""
    connection = op.get_bind()
    for key in connection.execute(sa.select(_DECIDED.c.key)).scalars().all():
        connection.execute(sa.update(_DECIDED).where(_DECIDED.c.key == key).values(key=_short(key)))


def _short(key: str) -> str:
    """Of `kind/all the rest`; short enough for any column."""
    kind, _, rest = key.partition("/")
    return f"{kind}/{sha256(rest.encode()).hexdigest()[:40]}"


def downgrade() -> None:
    """Take the change back: a digest is not undone, and what was decided is asked about again."""
