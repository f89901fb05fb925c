"""One audit of all that people did with what is kept: who looked, who took away, who sent letters,
who changed who may sign in. What people said is in the journal itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Table,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy import (
    String as Text,
)

from campaigns.times import DAY_US, day_start_us
from crm.accounts.access import LETTER_SENT, TAKEN_AWAY
from crm.accounts.tables import ACCESS, ACCOUNT_CHANGE, EXPORT
from crm.scope import Scope

LOOKED, TOOK, SENT, CHANGED = "looked", "took", "sent", "changed"
KEPT, KEPT_BY_DAY = "on_phone", "on_phone_by_day"
"""Who is likely to come: taken by a phone with every page of a form, to be found without network;
and how often on a day."""
KINDS = (LOOKED, TOOK, SENT, CHANGED)
_FIRST_DAY_US = day_start_us(date(1970, 1, 1))


@dataclass(frozen=True, slots=True)
class Audited:
    """One thing somebody did.

    kind: one of KINDS. what: the field that was opened, the list that was taken away, or how an
    account was changed. subject: the card, the account, or the file; detail: rows, roles, letters.
    """

    at_us: int
    kind: str
    actor: str
    what: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """Which of it: of a kind, by somebody, between two instants that begin days of Shanghai.

    subjects: about one of some cards or accounts; none: about anything.
    """

    kind: str = ""
    actor: str = ""
    subjects: tuple[str, ...] = ()
    from_us: int = 0
    to_us: int = 2**62

    @property
    def sums_letters(self) -> bool:
        """Whether letters are told as one line a day and sender: hundreds would drown the rest."""
        return self.kind != SENT and not self.subjects

    @property
    def sums_kept(self) -> bool:
        """Whether what phones keep is told as one line a day and phone's person as well."""
        return self.kind != TOOK


def log_export(connection: Connection, at_us: int, actor: str, what: str, rows: int) -> None:
    """Keep that a list is taken away; it is durable before the file is given."""
    row = {"at_us": at_us, "actor": actor, "what": what, "rows": rows}
    connection.execute(insert(EXPORT), [row])


def audited(
    scope: Scope,
    connection: Connection,
    asked: AuditAsked,
    most: int,
    skipped: int = 0,
    *,
    oldest_first: bool = False,
) -> tuple[list[Audited], int]:
    """(the latest first, how many there are)."""
    scope.require("audit", "who did what")
    every = _everything(asked)
    query = select(every).where(every.c.at_us >= asked.from_us, every.c.at_us < asked.to_us)
    for name in ("kind", "actor"):
        if getattr(asked, name):
            query = query.where(every.c[name] == getattr(asked, name))
    if asked.subjects:
        query = query.where(every.c.subject.in_(asked.subjects))
    counted = select(func.count()).select_from(query.subquery())
    order = (every.c.at_us, every.c.kind, every.c.number)
    ordered = query.order_by(*(order if oldest_first else [column.desc() for column in order]))
    rows = connection.execute(ordered.limit(most).offset(skipped))
    found = [Audited(*row[:-1]) for row in rows]
    return found, connection.execute(counted).scalar_one()


def subjects_looked_at(scope: Scope, connection: Connection) -> Iterator[str]:
    """Each card or file of which something was looked at, once."""
    scope.require("audit", "who did what")
    yield from connection.execute(select(ACCESS.c.card_id).distinct()).scalars()


def _everything(asked: AuditAsked) -> Subquery:
    kind = case((ACCESS.c.field == LETTER_SENT, SENT), (ACCESS.c.field.in_(TAKEN_AWAY), TOOK))
    looks = select(
        ACCESS.c.at_us,
        func.coalesce(kind, LOOKED).label("kind"),
        ACCESS.c.actor.label("actor"),
        ACCESS.c.field.label("what"),
        ACCESS.c.card_id.label("subject"),
        literal("").label("detail"),
        ACCESS.c.number.label("number"),
    )
    exports = select(
        EXPORT.c.at_us,
        literal(TOOK),
        EXPORT.c.actor,
        EXPORT.c.what,
        literal(""),
        cast(EXPORT.c.rows, Text),
        EXPORT.c.number,
    )
    changes = select(
        ACCOUNT_CHANGE.c.at_us,
        literal(CHANGED),
        ACCOUNT_CHANGE.c.by,
        ACCOUNT_CHANGE.c.what,
        ACCOUNT_CHANGE.c.subject,
        ACCOUNT_CHANGE.c.detail,
        ACCOUNT_CHANGE.c.number,
    )
    summed = []
    if asked.sums_letters:
        looks = looks.where(ACCESS.c.field != LETTER_SENT)
        summed.append(_by_day(ACCESS, SENT, LETTER_SENT, ACCESS.c.field == LETTER_SENT))
    if asked.sums_kept:
        exports = exports.where(EXPORT.c.what != KEPT)
        summed.append(_by_day(EXPORT, TOOK, KEPT_BY_DAY, EXPORT.c.what == KEPT))
    return union_all(looks, exports, changes, *summed).subquery("audited")


def _by_day(log: Table, kind: str, what: str, which: ColumnElement[bool]) -> Select[Any]:
    """One line a day and actor, with how many there were."""
    return (
        select(
            func.max(log.c.at_us),
            literal(kind),
            log.c.actor,
            literal(what),
            literal(""),
            cast(func.count(), Text),
            func.max(log.c.number),
        )
        .where(which)
        .group_by(log.c.actor, (log.c.at_us - _FIRST_DAY_US) // DAY_US)
    )
