"""Writes whose call it is."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from crm.follow_ups.tables import FOLLOW_UP_OWNER
from crm.scope import Scope

CallName = tuple[str, int]
"""(trial id, number)."""


def assign(
    scope: Scope,
    connection: Connection,
    calls: Iterable[CallName],
    owner: str,
    *,
    actor: str,
    now_us: int,
) -> None:
    """Ask an account to make some calls; whom they were given before is kept."""
    scope.require("follow_ups", "follow-ups are the company's")
    rows = [
        {
            "trial_id": trial_id,
            "number": number,
            "owner": owner,
            "at_us": now_us,
            "actor": actor,
        }
        for trial_id, number in calls
    ]
    if rows:
        connection.execute(insert(FOLLOW_UP_OWNER), rows)
