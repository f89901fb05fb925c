"""Links that are good once: the first account, a new one, a new password of a known one.

The secret stands in the link alone, and its hash here. What is older than a day opens nothing, nor
what was made by somebody who may not make it any more.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from campaigns.times import SECOND_US
from campaigns.wording.catalogues import N_
from crm.accounts.changes import AccountChange, log_change, rights
from crm.accounts.passwords import hashed
from crm.accounts.people import NameTaken, account_of, account_row, is_empty
from crm.accounts.roles import AccountInvalid, checked_regions, checked_roles
from crm.accounts.sessions import end_sessions_of
from crm.accounts.tables import ACCOUNT, INVITATION
from crm.storage.database import reading, writing

Kind = Literal["first", "invite", "reset"]

GOOD_SECONDS = 24 * 3600
LONGEST_SECRET = 64
_SECRET_BYTES = 24
_NUMBER_LENGTH = 16
NOBODY = "nobody"
"""Whom an invitation is about: nobody yet."""
FIRST_START = "first start"
"""Who invites where there is nobody yet."""


class LinkSpent(Exception):
    """The link was used, is too old, or never was one."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link opens. name: of the account whose password it sets; None for a new one."""

    kind: Kind
    roles: tuple[str, ...]
    dealer: str | None
    made_by: str
    actor: str | None = None
    name: str | None = None
    regions: tuple[str, ...] = ()


def first_link(engine: Engine, now_us: int) -> str | None:
    """The secret of a new link to the first account, the only good one; None where there is one."""
    with writing(engine) as connection:
        if not is_empty(connection):
            return None
        connection.execute(delete(INVITATION))
        return _make(connection, Invitation("first", ("headquarters",), None, FIRST_START), now_us)


def invite(
    engine: Engine,
    roles: Collection[str],
    dealer: str | None,
    dealers: Collection[str],
    by: str,
    now_us: int,
    regions: Collection[str] = (),
) -> str:
    """The secret of a link to a new account; AccountInvalid. `dealers`: those there are."""
    kept, within = fitting_roles(roles, dealer, dealers), checked_regions(roles, regions)
    with writing(engine) as connection:
        change = AccountChange(now_us, by, "invited", NOBODY, rights(kept, dealer, within))
        log_change(connection, change)
        made = Invitation("invite", kept, dealer, by, regions=within)
        return _make(connection, made, now_us)


def fitting_roles(
    roles: Collection[str], dealer: str | None, dealers: Collection[str]
) -> tuple[str, ...]:
    """The roles in order; AccountInvalid where they fit neither each other nor a known dealer."""
    kept = checked_roles(roles, dealer)
    if dealer is not None and dealer not in dealers:
        raise AccountInvalid(N_("没有这家经销商：先登记经销商合同"))
    return kept


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that somebody may still use. number: names it without opening it."""

    number: str
    kind: Kind
    roles: tuple[str, ...]
    dealer: str | None
    regions: tuple[str, ...]
    made_by: str
    made_us: int
    until_us: int
    name: str | None = None


def open_links(connection: Connection, now_us: int) -> list[OpenLink]:
    """Those of the last day that nobody used, the newest first; name: whose password it sets."""
    query = select(INVITATION, ACCOUNT.c.name).join(
        ACCOUNT, ACCOUNT.c.actor == INVITATION.c.actor, isouter=True
    )
    oldest_us = now_us - GOOD_SECONDS * SECOND_US
    found = connection.execute(
        query.where(INVITATION.c.made_us >= oldest_us, INVITATION.c.kind != "first").order_by(
            INVITATION.c.made_us.desc(), INVITATION.c.secret_sha256
        )
    )
    return [
        OpenLink(
            row.secret_sha256[:_NUMBER_LENGTH],
            row.kind,
            tuple(row.roles.split()),
            row.dealer,
            tuple(row.regions.split()),
            row.made_by,
            row.made_us,
            row.made_us + GOOD_SECONDS * SECOND_US,
            row.name,
        )
        for row in found
    ]


def take_back(connection: Connection, number: str, by: str, now_us: int) -> None:
    """A link opens nothing any more; LinkSpent where there is none of that number."""
    link = next((each for each in open_links(connection, now_us) if each.number == number), None)
    if link is None:
        raise LinkSpent
    connection.execute(delete(INVITATION).where(INVITATION.c.secret_sha256.startswith(number)))
    given = rights(link.roles, link.dealer, link.regions)
    log_change(connection, AccountChange(now_us, by, "uninvited", NOBODY, given))


def reset_link(connection: Connection, actor: str, by: str, now_us: int) -> str:
    """The secret of a link to a new password; the old one opens nothing from now on."""
    this = ACCOUNT.c.actor == actor
    connection.execute(update(ACCOUNT).where(this).values(password_hash=""))
    end_sessions_of(connection, actor)
    connection.execute(delete(INVITATION).where(INVITATION.c.actor == actor))
    return _make(connection, Invitation("reset", (), None, by, actor), now_us)


def open_link(connection: Connection, secret: str, now_us: int) -> Invitation:
    """What the link opens; LinkSpent."""
    row = connection.execute(select(INVITATION).where(_is(secret))).first()
    if row is None or now_us - row.made_us > GOOD_SECONDS * SECOND_US:
        raise LinkSpent
    if row.kind == "first":
        if not is_empty(connection):
            raise LinkSpent
    elif not _may_still(connection, row.made_by):
        raise LinkSpent
    name = None
    if row.actor is not None:
        account = account_of(connection, row.actor)
        if account is None:
            raise LinkSpent
        name = account.name
    roles, regions = tuple(row.roles.split()), tuple(row.regions.split())
    return Invitation(row.kind, roles, row.dealer, row.made_by, row.actor, name, regions)


def _may_still(connection: Connection, made_by: str) -> bool:
    """Whether who made a link could make it today: nobody comes back by a link of the own."""
    maker = account_of(connection, made_by)
    return maker is not None and maker.scope.may("accounts")


def use_link(engine: Engine, secret: str, name: str, password: str, now_us: int) -> str:
    """The account made, or its password set: its actor. LinkSpent; AccountInvalid."""
    with reading(engine) as connection:
        opened = open_link(connection, secret, now_us)
    # Hashing takes long, so it is done before the transaction.
    if opened.actor is not None:
        row: dict[str, object] = {"password_hash": hashed(password, opened.name or "")}
    else:
        row = account_row(name, password, opened.roles, opened.dealer, regions=opened.regions)
    with writing(engine) as connection:
        open_link(connection, secret, now_us)
        if connection.execute(delete(INVITATION).where(_is(secret))).rowcount == 0:
            raise LinkSpent
        actor = opened.actor or str(row["actor"])
        change = AccountChange(now_us, actor, "password" if opened.actor else "joined", actor)
        log_change(connection, change)
        if opened.actor is not None:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.actor == actor).values(row))
            return actor
        try:
            connection.execute(insert(ACCOUNT), [row])
        except IntegrityError as error:
            raise NameTaken(N_("已有这个名字的账户")) from error
        return actor


def _make(connection: Connection, made: Invitation, now_us: int) -> str:
    """Keep one; those that are too old are cleared away."""
    oldest_us = now_us - GOOD_SECONDS * SECOND_US
    connection.execute(delete(INVITATION).where(INVITATION.c.made_us < oldest_us))
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = {
        "secret_sha256": _digest(secret),
        "kind": made.kind,
        "actor": made.actor,
        "roles": " ".join(made.roles),
        "dealer": made.dealer,
        "made_by": made.made_by,
        "made_us": now_us,
        "regions": " ".join(made.regions),
    }
    connection.execute(insert(INVITATION), [row])
    return secret


def _is(secret: str) -> ColumnElement[bool]:
    return INVITATION.c.secret_sha256 == _digest(secret)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
