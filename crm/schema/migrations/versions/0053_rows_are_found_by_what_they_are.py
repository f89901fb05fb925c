"""rows whose key follows from their subject are found by the key: no subject beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_TABLES = ("outcome", "card", "link", "person")


def upgrade() -> None:
    """Apply the change."""
    for name in _TABLES:
        op.drop_index(f"ix_{name}_subject", name)
        with op.batch_alter_table(name, recreate="never") as batch_op:
            batch_op.drop_column("subject")


def downgrade() -> None:
    """Take the change back."""
    tables = {
        name: sa.table(name, *map(sa.column, ("position", "card_id", "person_id", "subject")))
        for name in _TABLES
    }
    outcome, card, link, person = tables.values()
    journal = sa.table("journal", *map(sa.column, ("position", "subject")))
    kind = sa.literal("card/")
    of_event = sa.select(journal.c.subject).where(journal.c.position == outcome.c.position)
    own = sa.table("card", *map(sa.column, ("card_id", "own_person_id")))
    of_first = sa.select(kind.concat(own.c.card_id)).where(
        own.c.own_person_id == person.c.person_id
    )
    subjects = {
        "outcome": of_event.scalar_subquery(),
        "card": kind.concat(card.c.card_id),
        "link": kind.concat(link.c.card_id),
        "person": of_first.scalar_subquery(),
    }
    for name, table in tables.items():
        with op.batch_alter_table(name, recreate="never") as batch_op:
            batch_op.add_column(
                sa.Column("subject", sa.String(length=100), nullable=False, server_default="")
            )
        op.execute(table.update().values(subject=subjects[name]))
        op.create_index(f"ix_{name}_subject", name, ["subject"])
