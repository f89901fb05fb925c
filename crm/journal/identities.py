"""What is held already under identities of events: asked before anything is added."""

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import Connection, Table

from crm.journal.logged_event import EventKey
from crm.storage.reads import stored_rows


class StoredIdentity(Struct, frozen=True):
    """What the journal holds under an identity."""

    content_hash: bytes
    received_us: int
    actor: str


def stored_identities(
    connection: Connection, table: Table, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], StoredIdentity]:
    """What the journal, or a table like it, holds under these identities (source and id)."""
    identity = (table.c.source, table.c.id)
    columns = (*identity, table.c.content_hash, table.c.received_us, table.c.actor)
    return {
        EventKey(source, event_id): StoredIdentity(*kept)
        for source, event_id, *kept in stored_rows(connection, columns, identity, keys)
    }
