"""Whose a source is: who used it first, where headquarters opened it to nobody by name.

The rule, and what it is for: docs/decisions/0008-whose-a-source-is.md.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, func, select

from campaigns.intake import Credential, opens
from crm.accounts.tables import API_TOKEN, SOURCE_OWNER
from crm.database import in_pieces, insert_new
from crm.journal import JOURNAL


def sender_of(role: str, name: str, dealer: str | None) -> str | None:
    """As whom a token speaks: a dealer is one sender, of staff each name; None: headquarters.

    A new token of the same name, or of the same dealer, goes on where the old one stopped.
    """
    if role == "headquarters":
        return None
    return f"dealer/{dealer}" if dealer is not None else f"{role}/{name}"


def owned_by_others(
    connection: Connection, sources: Collection[str], credential: Credential
) -> set[str]:
    """Those of the sources that belong to another sender."""
    if credential.sender is None or not sources:
        return set()
    owners = _claimed(connection, sources)
    for source in set(sources) - set(owners):
        if (owner := _first_speaker(connection, source)) is not None:
            owners[source] = owner
    reserved = _reserved_by_others(connection, credential.sender)
    return {
        source
        for source in sources
        if owners.get(source, credential.sender) != credential.sender or opens(reserved, source)
    }


def claim(
    connection: Connection, sources: Iterable[str], credential: Credential, at_us: int
) -> None:
    """What nobody owns is the sender's from now on; the caller holds the lock of the door."""
    if credential.sender is not None:
        rows = [
            {"source": source, "sender": credential.sender, "since_us": at_us}
            for source in sorted(set(sources))
        ]
        insert_new(connection, SOURCE_OWNER, rows)


def owner_of(connection: Connection, source: str) -> str | None:
    """The sender that a source belongs to, None while nobody has claimed it."""
    return _claimed(connection, [source]).get(source)


def sources_of(connection: Connection, sender: str) -> list[str]:
    """What belongs to a sender by its use."""
    query = select(SOURCE_OWNER.c.source).where(SOURCE_OWNER.c.sender == sender)
    return list(connection.execute(query.order_by(SOURCE_OWNER.c.source)).scalars())


def senders_of_actors(connection: Connection, actors: Collection[str]) -> dict[str, str | None]:
    """Actor → sender, of actors that are tokens, revoked ones too."""
    columns = API_TOKEN.c.actor, API_TOKEN.c.role, API_TOKEN.c.name, API_TOKEN.c.dealer
    query = select(*columns).where(API_TOKEN.c.actor.in_(sorted(actors)))
    return {
        actor: sender_of(role, name, dealer)
        for actor, role, name, dealer in connection.execute(query)
    }


def _claimed(connection: Connection, sources: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in in_pieces(sorted(sources)):
        query = select(SOURCE_OWNER.c.source, SOURCE_OWNER.c.sender)
        rows = connection.execute(query.where(SOURCE_OWNER.c.source.in_(piece)))
        found |= {source: sender for source, sender in rows}
    return found


def _first_speaker(connection: Connection, source: str) -> str | None:
    """The sender of the earliest event of a token under the source, before there were claims.

    Asked once for each source that a sender begins to use.
    """
    # Grouped, and not the first by position: that would tempt SQLite to walk the whole journal.
    query = select(JOURNAL.c.actor, func.min(JOURNAL.c.position)).where(JOURNAL.c.source == source)
    first = {actor: position for actor, position in connection.execute(query.group_by("actor"))}
    senders = senders_of_actors(connection, first)
    spoken = [(first[actor], sender) for actor, sender in senders.items() if sender is not None]
    return min(spoken, default=(0, None))[1]


def _reserved_by_others(connection: Connection, sender: str) -> tuple[str, ...]:
    """The prefixes that are opened by name to the tokens of others."""
    columns = API_TOKEN.c.role, API_TOKEN.c.name, API_TOKEN.c.dealer, API_TOKEN.c.sources
    query = select(*columns).where(API_TOKEN.c.sources != "", API_TOKEN.c.revoked_us.is_(None))
    return tuple(
        prefix
        for role, name, dealer, prefixes in connection.execute(query)
        if sender_of(role, name, dealer) != sender
        for prefix in prefixes.splitlines()
    )
