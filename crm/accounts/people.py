"""Accounts of people: make one, check a password, change it, shut it."""

import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from campaigns.intake import Credential
from campaigns.wording.catalogues import N_
from crm.accounts.access import COMMAND
from crm.accounts.changes import AccountChange, log_change, rights
from crm.accounts.passwords import agrees, hashed
from crm.accounts.roles import (
    ROLES,
    AccountInvalid,
    AccountRole,
    checked_regions,
    checked_roles,
    first_page_of,
    says_of,
    scope_of,
    speaks_as,
)
from crm.accounts.sessions import end_sessions_of
from crm.accounts.tables import ACCOUNT
from crm.clock import now_us
from crm.scope import Scope
from crm.storage.database import reading, writing

_LONGEST_NAME = 64


class NameInvalid(AccountInvalid):
    """Nobody can be called so."""


class NameTaken(AccountInvalid):
    """Somebody is called so already."""


_PHONES = "/phones/"
"""How the sources of pages begin."""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as a list shows it, open or closed."""

    actor: str
    name: str
    roles: tuple[AccountRole, ...]
    dealer: str | None
    is_open: bool
    created_us: int
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in.

    actor: opaque id, kept with each event that the person logs.
    is_demo: made by `jinxi demo` over invented data; a password alone opens it.
    regions: codes of where field staff works; none: everywhere.
    """

    actor: str
    name: str
    roles: tuple[AccountRole, ...]
    dealer: str | None
    is_demo: bool = False
    regions: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """What the person may see."""
        return scope_of(*self.roles, dealer=self.dealer, regions=self.regions)

    @property
    def needs_second_factor(self) -> bool:
        """Whether a password alone does not open the pages."""
        needs = any(ROLES[role].needs_second_factor for role in self.roles)
        return needs and not self.is_demo

    @property
    def first_page(self) -> str:
        """Where the person lands."""
        return first_page_of(self.roles)

    def may_say(self, type_name: str) -> bool:
        """Whether the person may say events of a type."""
        return type_name in says_of(self.roles)

    @property
    def source(self) -> str:
        """The source of what the person logs on a phone or a page."""
        return f"/phones/{self.actor}"

    @property
    def credential(self) -> Credential | None:
        """What the person may say; None: only look."""
        says = says_of(self.roles)
        if not says:
            return None
        speaks = speaks_as(self.roles)
        return Credential(speaks, self.actor, self.dealer, (self.source,), says=says)


def add_user(
    engine: Engine,
    name: str,
    password: str,
    roles: Collection[str],
    dealer: str | None = None,
    *,
    regions: Collection[str] = (),
    is_demo: bool = False,
    by: str = COMMAND,
) -> str:
    """Make an account; returns its actor. AccountInvalid when something is wrong with it.

    by: who does it.
    """
    row = account_row(name, password, roles, dealer, regions=regions, is_demo=is_demo)
    given = rights(checked_roles(roles, dealer), dealer, checked_regions(roles, regions))
    actor = str(row["actor"])
    try:
        with writing(engine) as connection:
            connection.execute(insert(ACCOUNT), [row])
            log_change(connection, AccountChange(now_us(), by, "made", actor, given))
    except IntegrityError as error:
        raise NameTaken(N_("已有这个名字的账户")) from error
    return actor


def account_row(
    name: str,
    password: str,
    roles: Collection[str],
    dealer: str | None,
    *,
    regions: Collection[str] = (),
    is_demo: bool = False,
) -> dict[str, object]:
    """A new account as it is kept; AccountInvalid."""
    name = folded_name(name)
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        raise NameInvalid(N_("名字要 1 到 {most} 个看得见的字符"), most=_LONGEST_NAME)
    kept, within = checked_roles(roles, dealer), checked_regions(roles, regions)
    return {
        "actor": f"u-{secrets.token_hex(6)}",
        "name": name,
        "password_hash": hashed(password, name),
        "roles": " ".join(kept),
        "dealer": dealer,
        "active": True,
        "created_us": now_us(),
        "demo": is_demo,
        "regions": " ".join(within),
    }


def check_password(engine: Engine, name: str, password: str) -> Account | None:
    """The account when name and password belong together; takes as long when there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.name == folded_name(name))).first()
    known = None if row is None else row.password_hash
    if not agrees(known, password) or row is None or not row.active:
        return None
    return _account(row)


def change_password(engine: Engine, actor: str, password: str, by: str = COMMAND) -> None:
    """Give the account a new password, which ends its sessions. by: who does it."""
    of_actor = ACCOUNT.c.actor == actor
    with reading(engine) as connection:
        name = connection.execute(select(ACCOUNT.c.name).where(of_actor)).scalar()
    values = {"password_hash": hashed(password, name or "")}
    with writing(engine) as connection:
        connection.execute(update(ACCOUNT).where(of_actor).values(values))
        end_sessions_of(connection, actor)
        log_change(connection, AccountChange(now_us(), by, "password", actor))


def close_account(engine: Engine, actor: str, by: str = COMMAND) -> None:
    """Nobody signs in with it any more; what the person logged stays under the same actor.

    by: who does it.
    """
    with writing(engine) as connection:
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.actor == actor).values(active=False))
        end_sessions_of(connection, actor)
        log_change(connection, AccountChange(now_us(), by, "closed", actor))


def account_of(connection: Connection, actor: str) -> Account | None:
    """The open account of an actor."""
    query = select(ACCOUNT).where(ACCOUNT.c.actor == actor, ACCOUNT.c.active)
    row = connection.execute(query).first()
    return None if row is None else _account(row)


def dealer_of(connection: Connection, actor: str) -> str | None:
    """Whose field staff or desk an account is, open or closed; None: the company's."""
    return connection.execute(select(ACCOUNT.c.dealer).where(ACCOUNT.c.actor == actor)).scalar()


def find_user(connection: Connection, name: str) -> Account | None:
    """The open account of a name."""
    query = select(ACCOUNT).where(ACCOUNT.c.name == folded_name(name), ACCOUNT.c.active)
    row = connection.execute(query).first()
    return None if row is None else _account(row)


def accounts(connection: Connection) -> list[KnownAccount]:
    """Every account there ever was, the oldest first."""
    rows = connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.created_us, ACCOUNT.c.actor))
    return [
        KnownAccount(
            row.actor,
            row.name,
            _roles(row.roles),
            row.dealer,
            row.active,
            row.created_us,
            tuple(row.regions.split()),
        )
        for row in rows
    ]


def accounts_of_dealer(connection: Connection, dealer: str) -> list[KnownAccount]:
    """The open accounts of a dealer's people, the oldest first."""
    return [each for each in accounts(connection) if each.dealer == dealer and each.is_open]


def names_who_may_say(connection: Connection, type_name: str) -> list[str]:
    """The names of the open accounts that may say events of a type, the oldest first."""
    return [
        each.name
        for each in accounts(connection)
        if each.is_open and type_name in says_of(each.roles)
    ]


def demo_accounts(connection: Connection) -> list[Account]:
    """Those that anybody may try: of the demo, as long as nobody has a real account."""
    found = [_account(row) for row in connection.execute(select(ACCOUNT).where(ACCOUNT.c.active))]
    if not all(each.is_demo for each in found):
        return []
    return sorted(found, key=lambda each: [list(ROLES).index(role) for role in each.roles])


def is_empty(connection: Connection) -> bool:
    """Whether there was never an account."""
    return connection.execute(select(ACCOUNT.c.actor).limit(1)).first() is None


def names_of(connection: Connection, actors: set[str], dealer: str | None = None) -> dict[str, str]:
    """The account names of some actors, closed accounts too; with a dealer: of its people alone.

    What was imported was said by its source: of a phone's it is the name behind `/phones/`.
    """
    behind = {actor: actor.removeprefix(_PHONES) for actor in actors}
    query = select(ACCOUNT.c.actor, ACCOUNT.c.name)
    query = query.where(ACCOUNT.c.actor.in_(sorted(set(behind.values()))))
    if dealer is not None:
        query = query.where(ACCOUNT.c.dealer == dealer)
    known = {actor: name for actor, name in connection.execute(query)}
    unknown = {} if dealer is not None else {n: n for a, n in behind.items() if n != a}
    named = {**unknown, **known}
    return {actor: named[name] for actor, name in behind.items() if name in named}


def _account(row: Row[tuple[object, ...]]) -> Account:
    kept = row._mapping
    return Account(
        str(kept["actor"]),
        str(kept["name"]),
        _roles(str(kept["roles"])),
        kept["dealer"],
        is_demo=bool(kept["demo"]),
        regions=tuple(str(kept["regions"]).split()),
    )


def _roles(kept: str) -> tuple[AccountRole, ...]:
    """What is kept, in the order of the table; a role that a later version knows opens nothing."""
    said = kept.split()
    return tuple(role for role in ROLES if role in said)


def folded_name(name: str) -> str:
    """The name as an account has it: full-width letters and spaces around are slips."""
    return unicodedata.normalize("NFKC", name).strip()
