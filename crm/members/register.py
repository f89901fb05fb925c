"""Keeps the links by which members see their own rewards without an account.

The secret stands in the link alone, and its hash here; a new link ends the one before. A link that
a dealer made opens nothing once the member is no longer that dealer's.
"""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, or_, select, update

from campaigns.times import DAY_US
from crm.accounts.changes import AccountChange, log_change
from crm.members.tables import MEMBER, MEMBER_LINK
from crm.storage.database import writing

GOOD_DAYS = 7
LONGEST_SECRET = 64
_SECRET_BYTES = 24


class LinkEnded(Exception):
    """The link is too old, was ended, never was one, or its dealer's member is another's now."""


@dataclass(frozen=True, slots=True)
class Giver:
    """Who makes a link; dealer: None for somebody of the company."""

    actor: str
    dealer: str | None


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that opens something; opened: how often it was, opened_us: when last.

    dealer: whose the giver was, None: the company's.
    """

    member: str
    made_us: int
    made_by: str
    dealer: str | None
    good_until_us: int
    opened: int
    opened_us: int | None


_COLUMNS = [MEMBER_LINK.c[name] for name in OpenLink.__dataclass_fields__]


def make_link(engine: Engine, member: str, by: Giver, now_us: int) -> str:
    """The secret of a new link of a member; the one before opens nothing from now on."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = {
        "secret_sha256": _digest(secret),
        "member": member,
        "made_us": now_us,
        "made_by": by.actor,
        "dealer": by.dealer,
        "good_until_us": now_us + GOOD_DAYS * DAY_US,
        "opened": 0,
    }
    with writing(engine) as connection:
        connection.execute(delete(MEMBER_LINK).where(_of(member)))
        connection.execute(delete(MEMBER_LINK).where(MEMBER_LINK.c.good_until_us <= now_us))
        connection.execute(insert(MEMBER_LINK), [row])
        log_change(connection, AccountChange(now_us, by.actor, "link_made", member))
    return secret


def end_link(engine: Engine, member: str, by: str, now_us: int) -> None:
    """A member's link opens nothing any more; a second time changes nothing."""
    with writing(engine) as connection:
        if connection.execute(delete(MEMBER_LINK).where(_of(member))).rowcount:
            log_change(connection, AccountChange(now_us, by, "link_ended", member))


def link_of(connection: Connection, member: str, now_us: int) -> OpenLink | None:
    """The link of a member that is good now; None where there is none."""
    query = select(*_COLUMNS).where(_of(member), _is_good(now_us))
    row = connection.execute(query).first()
    return None if row is None else OpenLink(*row)


def follow_link(engine: Engine, secret: str, now_us: int) -> OpenLink:
    """What a link opens, counted; LinkEnded."""
    if len(secret) > LONGEST_SECRET:
        raise LinkEnded
    this = MEMBER_LINK.c.secret_sha256 == _digest(secret), _is_good(now_us)
    with writing(engine) as connection:
        once_more = {"opened": MEMBER_LINK.c.opened + 1, "opened_us": now_us}
        if connection.execute(update(MEMBER_LINK).where(*this).values(once_more)).rowcount == 0:
            raise LinkEnded
        return OpenLink(*connection.execute(select(*_COLUMNS).where(*this)).one())


def _of(member: str) -> ColumnElement[bool]:
    return MEMBER_LINK.c.member == member


def _is_good(now_us: int) -> ColumnElement[bool]:
    of_now = select(MEMBER.c.dealer).where(MEMBER.c.member == MEMBER_LINK.c.member)
    dealer = MEMBER_LINK.c.dealer
    is_given = or_(dealer.is_(None), dealer == of_now.correlate(MEMBER_LINK).scalar_subquery())
    return and_(MEMBER_LINK.c.good_until_us > now_us, is_given)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
