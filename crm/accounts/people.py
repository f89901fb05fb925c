"""Accounts of people: make one, check a password, change it, shut it."""

import secrets
import unicodedata
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from campaigns.intake import Credential
from campaigns.intake import Role as SendingRole
from campaigns.wording.catalogues import N_
from crm.accounts.passwords import AccountInvalid, agrees, hashed
from crm.accounts.roles import ROLES, AccountRole
from crm.accounts.sessions import end_sessions_of
from crm.accounts.tables import ACCOUNT
from crm.clock import now_us
from crm.scope import Scope
from crm.storage.database import reading, writing

_LONGEST_NAME = 64

_SENDS_AS: dict[AccountRole, SendingRole] = {
    "headquarters": "headquarters",
    "staff": "staff",
    "dealer": "dealer",
}


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as a list shows it, open or closed."""

    actor: str
    name: str
    role: AccountRole
    dealer: str | None
    is_open: bool
    created_us: int


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in.

    actor: opaque id, kept with each event that the person logs.
    is_demo: made by `jinxi demo` over invented data; a password alone opens it.
    """

    actor: str
    name: str
    role: AccountRole
    dealer: str | None
    is_demo: bool = False

    @property
    def scope(self) -> Scope:
        """What the person may see."""
        return Scope(self.role, self.dealer)

    @property
    def needs_second_factor(self) -> bool:
        """Whether a password alone does not open the pages."""
        return ROLES[self.role].needs_second_factor and not self.is_demo

    @property
    def source(self) -> str:
        """The source of what the person logs on a phone or a page."""
        return f"/phones/{self.actor}"

    @property
    def credential(self) -> Credential | None:
        """What the person may say; None: only look (compliance)."""
        role = _SENDS_AS.get(self.role)
        if role is None:
            return None
        return Credential(role, self.actor, self.dealer, (self.source,))


def add_user(
    engine: Engine,
    name: str,
    password: str,
    role: AccountRole,
    dealer: str | None = None,
    *,
    is_demo: bool = False,
) -> str:
    """Make an account; returns its actor. AccountInvalid when something is wrong with it."""
    name = folded_name(name)
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        raise AccountInvalid(N_("名字要 1 到 {most} 个看得见的字符"), most=_LONGEST_NAME)
    if role not in get_args(AccountRole):
        raise AccountInvalid(
            N_("身份是这几种之一：{roles}"), roles=", ".join(get_args(AccountRole))
        )
    if (role == "dealer") != (dealer is not None):
        raise AccountInvalid(N_("身份为 dealer 的账户要写 --dealer，别的不写"))
    row = {
        "actor": f"u-{secrets.token_hex(6)}",
        "name": name,
        "password_hash": hashed(password, name),
        "role": role,
        "dealer": dealer,
        "active": True,
        "created_us": now_us(),
        "demo": is_demo,
    }
    try:
        with writing(engine) as connection:
            connection.execute(insert(ACCOUNT), [row])
    except IntegrityError as error:
        raise AccountInvalid(N_("已有这个名字的账户")) from error
    return str(row["actor"])


def check_password(engine: Engine, name: str, password: str) -> Account | None:
    """The account when name and password belong together; takes as long when there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.name == folded_name(name))).first()
    known = None if row is None else row.password_hash
    if not agrees(known, password) or row is None or not row.active:
        return None
    return _account(row)


def change_password(engine: Engine, actor: str, password: str) -> None:
    """Give the account a new password, which ends its sessions."""
    of_actor = ACCOUNT.c.actor == actor
    with reading(engine) as connection:
        name = connection.execute(select(ACCOUNT.c.name).where(of_actor)).scalar()
    values = {"password_hash": hashed(password, name or "")}
    with writing(engine) as connection:
        connection.execute(update(ACCOUNT).where(of_actor).values(values))
        end_sessions_of(connection, actor)


def close_account(engine: Engine, actor: str) -> None:
    """Nobody signs in with it any more; what the person logged stays under the same actor."""
    with writing(engine) as connection:
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.actor == actor).values(active=False))
        end_sessions_of(connection, actor)


def account_of(connection: Connection, actor: str) -> Account | None:
    """The open account of an actor."""
    query = select(ACCOUNT).where(ACCOUNT.c.actor == actor, ACCOUNT.c.active)
    row = connection.execute(query).first()
    return None if row is None else _account(row)


def find_user(connection: Connection, name: str) -> Account | None:
    """The open account of a name."""
    query = select(ACCOUNT).where(ACCOUNT.c.name == folded_name(name), ACCOUNT.c.active)
    row = connection.execute(query).first()
    return None if row is None else _account(row)


def accounts(connection: Connection) -> list[KnownAccount]:
    """Every account there ever was, the oldest first."""
    columns = ACCOUNT.c.actor, ACCOUNT.c.name, ACCOUNT.c.role, ACCOUNT.c.dealer, ACCOUNT.c.active
    query = select(*columns, ACCOUNT.c.created_us).order_by(ACCOUNT.c.created_us)
    return [KnownAccount(*row) for row in connection.execute(query)]


def names_of(connection: Connection, actors: set[str]) -> dict[str, str]:
    """The account names of some actors, closed accounts too."""
    query = select(ACCOUNT.c.actor, ACCOUNT.c.name).where(ACCOUNT.c.actor.in_(sorted(actors)))
    return {actor: name for actor, name in connection.execute(query)}


def _account(row: Row[tuple[object, ...]]) -> Account:
    values = {name: getattr(row, name) for name in ("actor", "name", "role", "dealer")}
    return Account(**values, is_demo=row.demo)


def folded_name(name: str) -> str:
    """The name as an account has it: full-width letters and spaces around are slips."""
    return unicodedata.normalize("NFKC", name).strip()
