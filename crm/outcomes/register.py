"""Writes what was not recorded and has been seen to, and who says it again."""

from sqlalchemy import Connection, delete, or_, select, update

from crm.journal.events import JOURNAL
from crm.outcomes.tables import EVENT_HANDLED, EVENT_MENDED
from crm.scope import OutOfScope, Scope
from crm.storage.database import insert_new

GIVEN_UP_AFTER_US = 600_000_000
"""After ten minutes nobody is at it any more who has not said it."""


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


def begin_mending(
    scope: Scope, connection: Connection, position: int, form_id: str, now_us: int
) -> bool:
    """Whether this form may say the event again: no other has, and none is about to."""
    _must_be_its_own(scope, connection, position)
    row = {"position": position, "form_id": form_id, "at_us": now_us, "said": False}
    insert_new(connection, EVENT_MENDED, [row])
    free = EVENT_MENDED.c.at_us <= now_us - GIVEN_UP_AFTER_US
    mine = or_(EVENT_MENDED.c.form_id == form_id, free & ~EVENT_MENDED.c.said)
    taken = update(EVENT_MENDED).where(EVENT_MENDED.c.position == position, mine)
    return connection.execute(taken.values(form_id=form_id, at_us=now_us)).rowcount == 1


def end_mending(
    scope: Scope, connection: Connection, position: int, form_id: str, now_us: int, *, said: bool
) -> None:
    """It was taken in, whatever a second tap of the same form came to; or anybody may try."""
    _must_be_its_own(scope, connection, position)
    own = (EVENT_MENDED.c.position == position) & (EVENT_MENDED.c.form_id == form_id)
    if said:
        row = {"position": position, "form_id": form_id, "at_us": now_us, "said": True}
        insert_new(connection, EVENT_MENDED, [row])
        connection.execute(update(EVENT_MENDED).where(own).values(said=True))
    else:
        connection.execute(delete(EVENT_MENDED).where(own, ~EVENT_MENDED.c.said))


def _must_be_its_own(scope: Scope, connection: Connection, position: int) -> None:
    """The company mends what anybody said, a dealer what was said for it."""
    if scope.dealer is None:
        return
    query = select(JOURNAL.c.role).where(JOURNAL.c.position == position)
    if connection.execute(query).scalar() != f"dealer/{scope.dealer}":
        raise OutOfScope("what others said is mended by the company")
