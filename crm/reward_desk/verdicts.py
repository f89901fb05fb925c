"""Reads why rewards were rejected, as whoever rejected them wrote it."""

from collections.abc import Collection

import orjson
from sqlalchemy import Connection, select

from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.reward_desk.desk import DeskRow
from crm.storage.database import in_pieces

REJECTED = "reward.rejected"


def rejected_because(connection: Connection, rows: Collection[DeskRow]) -> dict[str, str]:
    """Reward → the reason that stands, of those that are rejected and have one. For readers that
    have asked who may see the rows."""
    subjects = [f"reward/{row.reward_id}" for row in rows if row.state == "rejected"]
    found: dict[str, str] = {}
    for piece in in_pieces(subjects):
        query = (
            select(JOURNAL.c.subject, JOURNAL.c.plain)
            .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
            .where(JOURNAL.c.subject.in_(piece), JOURNAL.c.type == REJECTED)
            .where(OUTCOME.c.outcome == "recorded")
            .order_by(JOURNAL.c.position)
        )
        for subject, plain in connection.execute(query):
            reason = orjson.loads(plain).get("reason_code")
            found[subject.partition("/")[2]] = reason or ""
    return {reward_id: reason for reward_id, reason in found.items() if reason}
