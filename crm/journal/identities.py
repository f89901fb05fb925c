"""What is held already under identities of events: asked before anything is added."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import ARRAY, Connection, String, Subquery, Table, cast, func, select

from crm.journal.logged_event import EventKey


class Known(Struct, frozen=True):
    """What the journal holds under an identity."""

    content_hash: bytes
    received_us: int
    actor: str


def known_in(
    connection: Connection, table: Table, keys: Sequence[EventKey]
) -> dict[EventKey, Known]:
    """What the journal, or a table like it, holds under these identities."""
    if not keys:
        return {}
    asked = _as_table(connection, [(key.source, key.id) for key in keys])
    columns = table.c.source, table.c.id, table.c.content_hash
    query = select(*columns, table.c.received_us, table.c.actor).join_from(
        asked, table, (table.c.source == asked.c.source) & (table.c.id == asked.c.id)
    )
    return {
        EventKey(source, event_id): Known(*kept)
        for source, event_id, *kept in connection.execute(query)
    }


def _as_table(connection: Connection, pairs: list[tuple[str, str]]) -> Subquery:
    """The pairs as a table to join with: one parameter, one statement, each found by the index.

    SQLite would scan the journal for pairs in an IN list, and a query for each source is slow.
    """
    if connection.dialect.name == "sqlite":
        written = msgspec.json.encode(pairs).decode()
        pair = func.json_each(written).table_valued("value").c.value
        return select(
            func.json_extract(pair, "$[0]").label("source"),
            func.json_extract(pair, "$[1]").label("id"),
        ).subquery()
    columns = [cast(list(column), ARRAY(String)) for column in zip(*pairs, strict=True)]
    asked = func.unnest(*columns).table_valued("source", "id", name="asked").render_derived()
    return select(asked.c.source, asked.c.id).subquery()
