"""Tokens with which machines speak to the API."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Literal, get_args

from sqlalchemy import Connection, Engine, insert, select

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
    if row is None:
        return None
    return Credential(row.role, row.actor, row.dealer, tuple(row.sources.splitlines()))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
