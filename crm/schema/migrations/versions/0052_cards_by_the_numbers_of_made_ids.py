"""cards by the numbers of made ids."""

import re
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_AT_ONCE = 10_000
_DRAWN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def upgrade() -> None:
    """Apply the change."""
    op.add_column("card", sa.Column("number", sa.String(length=8), nullable=True))
    connection = op.get_bind()
    card = sa.table("card", sa.column("card_id", sa.String), sa.column("number", sa.String))
    numbered = sa.update(card).where(card.c.card_id == sa.bindparam("id"))
    numbered = numbered.values(number=sa.bindparam("made"))
    after, page = "", [""]
    while page:
        query = sa.select(card.c.card_id).where(card.c.card_id > after).order_by(card.c.card_id)
        page = list(connection.execute(query.limit(_AT_ONCE)).scalars())
        made = [{"id": each, "made": _number(each)} for each in page if not _DRAWN.fullmatch(each)]
        if made:
            connection.execute(numbered, made)
        after = page[-1] if page else after
    there = sa.text("number IS NOT NULL")
    op.create_index(
        "ix_card_number", "card", ["number"], sqlite_where=there, postgresql_where=there
    )


def _number(card_id: str) -> str:
    return sha256(card_id.encode()).hexdigest()[:8].upper()


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_card_number", "card")
    op.drop_column("card", "number")
