"""Tokens with which machines speak to the API: make one, list them, revoke one."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, or_, select, update

from campaigns.intake import Credential
from campaigns.wording.catalogues import N_
from crm.accounts.access import COMMAND
from crm.accounts.changes import AccountChange, log_change, rights
from crm.accounts.roles import AccountInvalid
from crm.accounts.sources import sender_of
from crm.accounts.tables import API_TOKEN
from crm.clock import now_us
from crm.storage.database import writing

TokenRole = Literal["headquarters", "staff", "dealer"]
TOKEN_ROLES: tuple[TokenRole, ...] = get_args(TokenRole)
_PREFIX = "jinxi_"
_LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Token:
    """A token as a list shows it; what one sends with is kept nowhere.

    token_id: the actor of its events. sources: what headquarters opened to it by name; none: any
    that is opened to nobody else.
    """

    token_id: str
    name: str
    role: TokenRole
    dealer: str | None
    sources: tuple[str, ...]
    created_us: int
    revoked_us: int | None


def add_token(
    engine: Engine,
    name: str,
    role: TokenRole,
    dealer: str | None = None,
    sources: Sequence[str] = (),
    by: str = COMMAND,
) -> str:
    """A new token, which is shown this once; AccountInvalid when something is wrong with it.

    by: who makes it.
    """
    with writing(engine) as connection:
        token, actor = add_token_row(connection, name, role, dealer, sources)
        change = AccountChange(now_us(), by, "token_made", actor, rights([role], dealer))
        log_change(connection, change)
    return token


def add_token_row(
    connection: Connection,
    name: str,
    role: str,
    dealer: str | None = None,
    sources: Sequence[str] = (),
) -> tuple[str, str]:
    """(a new token, its opaque id); AccountInvalid when something is wrong with it.

    `sources` are the sources it may use, each with what lies below it. None means the dealer's own
    (`/dealers/CODE`), and of others any that is opened to nobody else by name
    (crm/accounts/sources.py).
    """
    if role not in get_args(TokenRole):
        raise AccountInvalid(N_("身份是这几种之一：{roles}"), roles=", ".join(get_args(TokenRole)))
    if (role == "dealer") != (dealer is not None):
        raise AccountInvalid(N_("身份为 dealer 的令牌要写 --dealer，别的不写"))
    if not 1 <= len(name) <= 64:
        raise AccountInvalid(N_("名字要 1 到 64 个字符"))
    if any(not source or not source.isprintable() or " " in source for source in sources):
        raise AccountInvalid(N_("来源前缀里不能有空白"))
    if dealer is not None and not sources:
        sources = (f"/dealers/{dealer}",)
    token, actor = _PREFIX + secrets.token_urlsafe(32), f"t-{secrets.token_hex(6)}"
    row = {
        "token_sha256": _digest(token),
        "actor": actor,
        "name": name,
        "role": role,
        "dealer": dealer,
        "sources": "\n".join(sources),
        "created_us": now_us(),
    }
    connection.execute(insert(API_TOKEN), [row])
    return token, actor


def tokens(connection: Connection) -> list[Token]:
    """Every token there ever was, the oldest first."""
    rows = connection.execute(select(API_TOKEN).order_by(API_TOKEN.c.created_us))
    return [_token(row) for row in rows.all()]


def token_names(
    connection: Connection, actors: set[str], dealer: str | None = None
) -> dict[str, str]:
    """The names of some tokens, revoked ones too, by id; with a dealer: of its own alone."""
    query = select(API_TOKEN.c.actor, API_TOKEN.c.name).where(API_TOKEN.c.actor.in_(sorted(actors)))
    if dealer is not None:
        query = query.where(API_TOKEN.c.dealer == dealer)
    return {actor: name for actor, name in connection.execute(query)}


def revoke_token(engine: Engine, name: str, by: str = COMMAND) -> Token:
    """From now on the token opens nothing; AccountInvalid when it is not clear which.

    `name` is its id, or its name where only one that is in force has it. by: who revokes it.
    """
    with writing(engine) as connection:
        revoked = revoke_in(connection, name)
        log_change(connection, AccountChange(now_us(), by, "token_revoked", revoked.token_id))
    return revoked


def revoke_in(connection: Connection, name: str) -> Token:
    """The same in a transaction that goes on."""
    named = or_(API_TOKEN.c.actor == name, API_TOKEN.c.name == name)
    query = select(API_TOKEN).where(named, API_TOKEN.c.revoked_us.is_(None))
    rows = connection.execute(query).all()
    if not rows:
        raise AccountInvalid(N_("没有这个名字或编号的、还在用的令牌（jinxi token list 列出全部）"))
    if len(rows) > 1:
        raise AccountInvalid(N_("有几个令牌都叫这个名字，请写编号（jinxi token list 列出全部）"))
    is_it = API_TOKEN.c.actor == rows[0].actor
    connection.execute(update(API_TOKEN).where(is_it).values(revoked_us=now_us()))
    return _token(rows[0])


def _token(row: Row[tuple[object, ...]]) -> Token:
    sources, _ = _opened(row)
    return Token(row.actor, row.name, row.role, row.dealer, sources, row.created_us, row.revoked_us)


def _opened(row: Row[tuple[object, ...]]) -> tuple[tuple[str, ...], str | None]:
    """(the sources opened to it by name, or else as whom it speaks)."""
    sources = tuple(row.sources.splitlines())
    return sources, None if sources else sender_of(row.role, row.name, row.dealer)


def credential_of_token(connection: Connection, token: str) -> Credential | None:
    """What the bearer of a token may say; None when it is unknown or revoked.

    The token is looked up by its hash, so the time taken tells nothing of a near miss.
    """
    if len(token) > _LONGEST_TOKEN:
        return None
    return _credential(connection, API_TOKEN.c.token_sha256 == _digest(token))


def credential_of_actor(connection: Connection, actor: str) -> Credential | None:
    """What the bearer of the token with this opaque id may say; None once it was revoked."""
    return _credential(connection, API_TOKEN.c.actor == actor)


def dealers_in_force(connection: Connection) -> frozenset[str]:
    """The opaque ids of the dealers' tokens that are in force."""
    query = select(API_TOKEN.c.actor).where(API_TOKEN.c.revoked_us.is_(None))
    return frozenset(connection.execute(query.where(API_TOKEN.c.dealer.is_not(None))).scalars())


def _credential(connection: Connection, is_it: ColumnElement[bool]) -> Credential | None:
    query = select(API_TOKEN).where(is_it, API_TOKEN.c.revoked_us.is_(None))
    row = connection.execute(query).first()
    return None if row is None else Credential(row.role, row.actor, row.dealer, *_opened(row))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
