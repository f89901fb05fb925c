"""Writes what was not recorded and has been seen to."""

from sqlalchemy import Connection, delete, insert, select

from crm.outcomes.tables import EVENT_HANDLED
from crm.scope import Scope


def say_handled(
    scope: Scope, connection: Connection, position: int, *, actor: str, now_us: int
) -> None:
    """An event of the journal asks for nobody any more; who said so first stays."""
    scope.require("events", "outcomes of others' events")
    known = select(EVENT_HANDLED.c.position).where(EVENT_HANDLED.c.position == position)
    if connection.execute(known).first() is None:
        row = {"position": position, "at_us": now_us, "actor": actor}
        connection.execute(insert(EVENT_HANDLED), [row])


def say_open(scope: Scope, connection: Connection, position: int) -> None:
    """It asks for somebody after all."""
    scope.require("events", "outcomes of others' events")
    connection.execute(delete(EVENT_HANDLED).where(EVENT_HANDLED.c.position == position))
