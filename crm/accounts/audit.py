"""One audit of all that people did with what is kept: who looked, who took away, who changed who
may sign in. What people said is in the journal itself."""

from dataclasses import dataclass

from sqlalchemy import (
    Connection,
    Subquery,
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

from crm.accounts.tables import ACCESS, ACCOUNT_CHANGE, EXPORT
from crm.scope import Scope

LOOKED, TOOK, CHANGED = "looked", "took", "changed"
KINDS = (LOOKED, TOOK, CHANGED)


@dataclass(frozen=True, slots=True)
class Audited:
    """One thing somebody did.

    kind: one of KINDS. what: the field that was opened, the list that was taken away, or how an
    account was changed. subject: the card, or the account; detail: rows, roles.
    """

    at_us: int
    kind: str
    actor: str
    what: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """Which of it: of a kind, by somebody, between two instants.

    subjects: about one of some cards or accounts; none: about anything.
    """

    kind: str = ""
    actor: str = ""
    subjects: tuple[str, ...] = ()
    from_us: int = 0
    to_us: int = 2**62


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
    every = _everything()
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


def _everything() -> Subquery:
    looks = select(
        ACCESS.c.at_us,
        literal(LOOKED).label("kind"),
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
    return union_all(looks, exports, changes).subquery("audited")
