"""Writes what was not recorded and has been seen to."""

from sqlalchemy import Connection, delete

from crm.outcomes.tables import EVENT_HANDLED
from crm.scope import Scope
from crm.storage.database import insert_new


def say_handled(
    scope: Scope, connection: Connection, position: int, *, actor: str, now_us: int
) -> None:
    """An event of the journal asks for nobody any more; who said so first stays."""
    scope.require("events", "outcomes of others' events")
    row = {"position": position, "at_us": now_us, "actor": actor}
    insert_new(connection, EVENT_HANDLED, [row])


def say_open(scope: Scope, connection: Connection, position: int) -> None:
    """It asks for somebody after all."""
    scope.require("events", "outcomes of others' events")
    connection.execute(delete(EVENT_HANDLED).where(EVENT_HANDLED.c.position == position))
