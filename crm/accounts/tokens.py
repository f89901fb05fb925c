"""Tokens with which machines speak to the API."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Engine, delete, insert, select

from campaigns.intake import Credential
from crm.accounts.people import AccountInvalid
from crm.accounts.tables import API_TOKEN
from crm.database import writing
from crm.door import now_us

TokenRole = Literal["headquarters", "staff", "dealer"]
_PREFIX = "jinxi_"
_LONGEST_TOKEN = 100


def add_token(
    engine: Engine,
    name: str,
    role: TokenRole,
    dealer: str | None = None,
    sources: Sequence[str] = (),
) -> str:
    """A new token, which is shown this once; AccountInvalid when something is wrong with it.

    `sources` are the sources it may use, each with what lies below it; none means any.
    """
    if role not in get_args(TokenRole):
        raise AccountInvalid(f"a role is one of {', '.join(get_args(TokenRole))}")
    if (role == "dealer") != (dealer is not None):
        raise AccountInvalid("a dealer's token names the dealer, and no other does")
    if not 1 <= len(name) <= 64:
        raise AccountInvalid("a name has 1 to 64 characters")
    if any(not source or not source.isprintable() or " " in source for source in sources):
        raise AccountInvalid("a source prefix has no blanks")
    token = _PREFIX + secrets.token_urlsafe(32)
    row = {
        "token_sha256": _digest(token),
        "actor": f"t-{secrets.token_hex(6)}",
        "name": name,
        "role": role,
        "dealer": dealer,
        "sources": "\n".join(sources),
        "created_us": now_us(),
    }
    with writing(engine) as connection:
        connection.execute(insert(API_TOKEN), [row])
    return token


def credential_of_token(connection: Connection, token: str) -> Credential | None:
    """What the bearer of a token may say.

    The token is looked up by its hash, so the time taken tells nothing of a near miss.
    """
    if len(token) > _LONGEST_TOKEN:
        return None
    query = select(API_TOKEN).where(API_TOKEN.c.token_sha256 == _digest(token))
    row = connection.execute(query).first()
    return None if row is None else _credential(row)


def actor_of_token(connection: Connection, token: str) -> str | None:
    """The opaque id under which the bearer's events are kept; None when there is no such token."""
    query = select(API_TOKEN.c.actor).where(API_TOKEN.c.token_sha256 == _digest(token))
    actor: str | None = connection.execute(query).scalar()
    return actor


def credential_of_actor(connection: Connection, actor: str) -> Credential | None:
    """What the bearer of the token with this opaque id may say; None once it was revoked."""
    row = connection.execute(select(API_TOKEN).where(API_TOKEN.c.actor == actor)).first()
    return None if row is None else _credential(row)


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """A token, without the token itself."""

    actor: str
    name: str
    role: str
    dealer: str | None
    sources: str
    created_us: int


def tokens(connection: Connection) -> list[TokenFacts]:
    """Every token that was not revoked, oldest first."""
    columns = [column for column in API_TOKEN.columns if column.name != "token_sha256"]
    query = select(*columns).order_by(API_TOKEN.c.created_us, API_TOKEN.c.actor)
    return [TokenFacts(*row) for row in connection.execute(query)]


def revoke_token(engine: Engine, actor: str) -> bool:
    """Nobody speaks with it any more; False when there is none with this opaque id."""
    with writing(engine) as connection:
        gone = connection.execute(delete(API_TOKEN).where(API_TOKEN.c.actor == actor))
        return gone.rowcount > 0


def _credential(row: Any) -> Credential:
    return Credential(row.role, row.actor, row.dealer, tuple(row.sources.splitlines()))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
