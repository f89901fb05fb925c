"""Writes whose call it is, and when it is to be made."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, insert

from crm.follow_ups.tables import FOLLOW_UP_LATER, FOLLOW_UP_OWNER
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


def call_later(
    scope: Scope,
    connection: Connection,
    trial_id: str,
    not_before: date,
    *,
    actor: str,
    now_us: int,
) -> None:
    """Nobody is asked to make a trial's calls before a day."""
    scope.require("follow_ups", "follow-ups are the company's")
    row = {"trial_id": trial_id, "not_before": not_before, "at_us": now_us, "actor": actor}
    connection.execute(insert(FOLLOW_UP_LATER), [row])
