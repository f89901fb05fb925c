"""Appends what was carried to the journal: each event once, however often it is brought."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from crm.journal.events import JOURNAL
from crm.journal.identities import stored_identities
from crm.journal.logged_event import EventKey
from crm.storage.bulk import insert_rows
from crm.storage.database import insert_new

_without_position: Any = itemgetter(*(each.name for each in list(JOURNAL.columns)[1:]))
Rows = Mapping[EventKey, Mapping[str, Any]]
"""Rows of the journal without their positions, by identity."""


def append_new(connection: Connection, rows: Rows) -> list[tuple[int, EventKey]]:
    """Append those that the journal does not have; their positions, in the order of the rows."""
    if connection.dialect.name == "sqlite":
        return _inserted(connection, rows)
    stored = stored_identities(connection, JOURNAL, list(rows))
    fresh = {key: row for key, row in rows.items() if key not in stored}
    try:
        with connection.begin_nested():
            return _copied(connection, fresh)
    except IntegrityError:
        # Another worker has journaled one of them since we asked.
        return _inserted(connection, fresh)


def _inserted(connection: Connection, rows: Rows) -> list[tuple[int, EventKey]]:
    """The database sorts out what is new: slower, and sure whoever writes beside us."""
    columns = (JOURNAL.c.position, JOURNAL.c.source, JOURNAL.c.id)
    new = insert_new(connection, JOURNAL, list(rows.values()), columns)
    return sorted((position, EventKey(source, name)) for position, source, name in new)


def _copied(connection: Connection, rows: Rows) -> list[tuple[int, EventKey]]:
    """All of them in one stream, under positions that were taken before."""
    placed = list(zip(_positions(connection, len(rows)), rows, strict=True))
    values = [(position, *_without_position(rows[key])) for position, key in placed]
    insert_rows(connection, JOURNAL, values)
    return placed


def _positions(connection: Connection, count: int) -> list[int]:
    """The next positions, in order; nobody else is given them."""
    sequence = func.pg_get_serial_sequence(JOURNAL.name, JOURNAL.c.position.name)
    numbers = func.generate_series(1, count).table_valued("number")
    query = select(func.nextval(sequence)).select_from(numbers)
    return sorted(connection.execute(query).scalars())
