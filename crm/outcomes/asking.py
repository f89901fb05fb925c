"""Reads what was not recorded: the own words, and what has been seen to."""

from collections.abc import Mapping

from sqlalchemy import Connection, case, exists, func, select

from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.outcomes.tables import EVENT_HANDLED, OUTCOME
from crm.scope import Scope

NAMED_OUTCOME = case(
    (DEAD_LETTER.c.error.is_not(None), "failed"),
    else_=func.coalesce(OUTCOME.c.outcome, "accepted"),
).label("named")
"""The list of an event, where the journal is joined with what became of it, if anything did."""


def handled_counts(
    scope: Scope, connection: Connection, type_name: str | None = None
) -> Mapping[str, int]:
    """How many events of each list were seen to."""
    scope.require("events", "outcomes of others' events")
    query = (
        select(NAMED_OUTCOME, func.count())
        .select_from(EVENT_HANDLED)
        .join(OUTCOME, OUTCOME.c.position == EVENT_HANDLED.c.position, isouter=True)
        .join(DEAD_LETTER, DEAD_LETTER.c.position == EVENT_HANDLED.c.position, isouter=True)
        .group_by(NAMED_OUTCOME)
    )
    if type_name is not None:
        # Not joined: the database might begin at the journal and read all of it.
        is_it = JOURNAL.c.position == EVENT_HANDLED.c.position, JOURNAL.c.type == type_name
        query = query.where(exists().where(*is_it))
    return {name: count for name, count in connection.execute(query)}


def handled_by(scope: Scope, connection: Connection, position: int) -> tuple[str, int] | None:
    """(who saw to an event, when); None: nobody yet."""
    scope.require("events", "outcomes of others' events")
    query = select(EVENT_HANDLED.c.actor, EVENT_HANDLED.c.at_us)
    row = connection.execute(query.where(EVENT_HANDLED.c.position == position)).first()
    return None if row is None else (row.actor, row.at_us)
