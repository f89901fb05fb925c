"""Accounts of people: make one, check a password, change it, shut it."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from campaigns.intake import Credential
from campaigns.intake import Role as SendingRole
from crm.accounts.tables import ACCOUNT
from crm.clock import now_us
from crm.scope import Scope
from crm.storage.database import reading, writing

AccountRole = Literal["headquarters", "compliance", "staff", "dealer"]
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
_LONGEST_NAME = 64

_SENDS_AS: dict[AccountRole, SendingRole] = {
    "headquarters": "headquarters",
    "staff": "staff",
    "dealer": "dealer",
}


class AccountInvalid(ValueError):
    """The account cannot be as asked for; the message says why."""


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
    password_mark: changes with the password, so that older sessions end.
    """

    actor: str
    name: str
    role: AccountRole
    dealer: str | None
    password_mark: str

    @property
    def scope(self) -> Scope:
        """What the person may see."""
        return Scope(self.role, self.dealer)

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
    engine: Engine, name: str, password: str, role: AccountRole, dealer: str | None = None
) -> str:
    """Make an account; returns its actor. AccountInvalid when something is wrong with it."""
    name = folded_name(name)
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        raise AccountInvalid(f"a name has 1 to {_LONGEST_NAME} printable characters")
    if role not in get_args(AccountRole):
        raise AccountInvalid(f"a role is one of {', '.join(get_args(AccountRole))}")
    if (role == "dealer") != (dealer is not None):
        raise AccountInvalid("a dealer's account names the dealer, and no other does")
    row = {
        "actor": f"u-{secrets.token_hex(6)}",
        "name": name,
        "password_hash": _hasher().hash(_checked(password)),
        "role": role,
        "dealer": dealer,
        "active": True,
        "created_us": now_us(),
    }
    try:
        with writing(engine) as connection:
            connection.execute(insert(ACCOUNT), [row])
    except IntegrityError as error:
        raise AccountInvalid("there is an account of this name already") from error
    return str(row["actor"])


def check_password(engine: Engine, name: str, password: str) -> Account | None:
    """The account when name and password belong together; takes as long when there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.name == folded_name(name))).first()
    known = row.password_hash if row is not None else _nobodys_hash()
    if not _agrees(known, password[: LONGEST_PASSWORD + 1]) or row is None or not row.active:
        return None
    return _account(row)


def change_password(engine: Engine, actor: str, password: str) -> None:
    """Give the account a new password, which ends its sessions."""
    hashed = _hasher().hash(_checked(password))
    with writing(engine) as connection:
        connection.execute(
            update(ACCOUNT).where(ACCOUNT.c.actor == actor).values(password_hash=hashed)
        )


def close_account(engine: Engine, actor: str) -> None:
    """Nobody signs in with it any more; what the person logged stays under the same actor."""
    with writing(engine) as connection:
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.actor == actor).values(active=False))


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
    return Account(**values, password_mark=_mark(row.password_hash))


def _mark(password_hash: str) -> str:
    """Another one with each password; it stands in cookies, so it tells nothing of the hash."""
    return hashlib.sha256(f"password mark {password_hash}".encode()).hexdigest()[:32]


def folded_name(name: str) -> str:
    """The name as an account has it: full-width letters and spaces around are slips."""
    return unicodedata.normalize("NFKC", name).strip()


def _checked(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountInvalid(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return password


def _agrees(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    """Argon2id with the parameters of RFC 9106 for little memory."""
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """A hash to check against where there is no account."""
    return _hasher().hash(secrets.token_hex(16))
