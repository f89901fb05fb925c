"""What a migration does where a view gets what only the journal can tell: it is recorded anew."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

_QUIET = """
INSERT INTO checkpoint (consumer, topic_id, partition, next_offset, recorded_us)
VALUES ('dealer-changes', '', 0, :position, 0)
"""


def record_again(views: Iterable[str]) -> bool:
    """Empty the views, as they are at this revision: whoever works next records them anew, and
    tells dealers only what has changed. Whether anything was recorded before."""
    query = sa.text("SELECT position FROM progress WHERE consumer = 'embedded'")
    position = op.get_bind().execute(query).scalar()
    if not position:
        return False
    for name in views:
        op.execute(sa.delete(sa.table(name)))
    op.execute(
        "DELETE FROM checkpoint WHERE consumer = 'dealer-changes' AND topic_id = ''"
        " AND partition = 0"
    )
    op.execute(sa.text(_QUIET).bindparams(position=position))
    return True
