"""Whose a source is where headquarters opened it by name, and whose word stands under a source.

The rule, and what it is for: docs/decisions/0008-whose-a-source-is.md.
"""

from collections.abc import Collection

from sqlalchemy import Connection, select

from campaigns.intake import Credential, opens
from crm.accounts.tables import API_TOKEN


def sender_of(role: str, name: str, dealer: str | None) -> str | None:
    """As whom a token speaks: a dealer is one sender, of staff each name; None: headquarters.

    A new token of the same name, or of the same dealer, goes on where the old one stopped.
    """
    if role == "headquarters":
        return None
    return f"dealer/{dealer}" if dealer is not None else f"{role}/{name}"


def opened_to_others(
    connection: Connection, sources: Collection[str], credential: Credential
) -> set[str]:
    """Those of the sources that headquarters opened by name to another sender."""
    if credential.sender is None or not sources:
        return set()
    reserved = _reserved_by_others(connection, credential.sender)
    return {source for source in sources if opens(reserved, source)}


def senders_of_actors(connection: Connection, actors: Collection[str]) -> dict[str, str | None]:
    """Actor → sender, of actors that are tokens, revoked ones too."""
    columns = API_TOKEN.c.actor, API_TOKEN.c.role, API_TOKEN.c.name, API_TOKEN.c.dealer
    query = select(*columns).where(API_TOKEN.c.actor.in_(sorted(actors)))
    return {
        actor: sender_of(role, name, dealer)
        for actor, role, name, dealer in connection.execute(query)
    }


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
