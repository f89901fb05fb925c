"""People are found by the normal form of their names."""

import re

import sqlalchemy as sa
from alembic import op

from crm.identity.names import given_sound, pinyin, simplified, sort_form
from crm.schema.recording_again import record_again

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Names have lost more dots than before in the form in which they are compared: where one of them
# stands in a name, who is who may come out differently, too.
_LOST_NOW = re.compile(
    r"[\u00ad\u034f\u0387\u061c\u180e\u16eb\u2024-\u2026\u202a-\u202e\u2061-\u206f"
    r"\u25cf\u25e6\u2981\u2e30-\u2e33\ua78f\u02d9\u1427.\u3002\ufe00-\ufe0f]"
)
_PROJECTED = (
    *("progress", "tie", "outcome", "activity", "member", "card", "link", "person", "conflict"),
    *("copy_row", "contract", "wake_day", "follow_up", "claim", "reward", "balance"),
    "ledger_entry",
)
_COLUMNS = (("plain", 200), ("given", 400), ("sorted_as", 1000))
_INDEXED = ("plain", "pinyin", "given", "sorted_as")


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("card", schema=None) as batch_op:
        for name, length in _COLUMNS:
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=True))
    for name in _INDEXED:
        op.create_index(f"ix_card_{name}", "card", [name], unique=False)
    connection = op.get_bind()
    card = sa.table("card", *map(sa.column, ("card_id", "name", "pinyin", *dict(_COLUMNS))))
    named = sa.select(card.c.card_id, card.c.name).where(card.c.name.is_not(None))
    people = connection.execute(named).all()
    for card_id, name in people:
        found_by = {
            "plain": simplified(name)[:200],
            "pinyin": pinyin(name).replace("'", "")[:400],
            "given": given_sound(name)[:400],
            "sorted_as": sort_form(name)[:1000],
        }
        connection.execute(sa.update(card).where(card.c.card_id == card_id).values(found_by))
    if any(_LOST_NOW.search(name) for _, name in people):
        record_again(_PROJECTED)


def downgrade() -> None:
    """Take the change back."""
    for name in reversed(_INDEXED):
        op.drop_index(f"ix_card_{name}", table_name="card")
    with op.batch_alter_table("card", schema=None) as batch_op:
        for name, _ in reversed(_COLUMNS):
            batch_op.drop_column(name)
