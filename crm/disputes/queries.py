"""Reads disputes: a member's own, with their words; the desk's list; one of them."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, func, select

from crm.disputes.dispute import Dispute
from crm.disputes.tables import MEMBER_DISPUTE
from crm.keyring.keyring import Keyring, unseal
from crm.scope import Scope

_SHOWN = tuple(
    MEMBER_DISPUTE.c[name]
    for name in Dispute.__dataclass_fields__
    if name not in ("text", "answer", "entered_by")
)
MOST_LISTED = 10_000
"""Lines without their words: a table shows fifty of them at once, and takes all of them away."""


def disputes(scope: Scope, connection: Connection) -> list[Dispute]:
    """Those that are open by their day, then the latest answered; without their words."""
    scope.require("books", "what members dispute")
    query = select(*_SHOWN).order_by(
        MEMBER_DISPUTE.c.outcome.is_not(None),
        func.coalesce(-MEMBER_DISPUTE.c.answered_us, 0),
        MEMBER_DISPUTE.c.due_on,
        MEMBER_DISPUTE.c.dispute_id,
    )
    return [Dispute(*row) for row in connection.execute(query.limit(MOST_LISTED))]


def open_disputes(scope: Scope, connection: Connection) -> int:
    """How many wait for an answer."""
    scope.require("books", "what members dispute")
    query = select(func.count()).where(MEMBER_DISPUTE.c.outcome.is_(None))
    return int(connection.execute(query).scalar_one())


def disputes_of(
    scope: Scope, connection: Connection, keyring: Keyring, member: str
) -> list[Dispute]:
    """A member's, with their words, the latest first."""
    scope.require("members", "what a member disputes")
    return _read(connection, keyring, MEMBER_DISPUTE.c.member == member)


def dispute_of(
    scope: Scope, connection: Connection, keyring: Keyring, dispute_id: str
) -> Dispute | None:
    """One, with its words; None when there is none."""
    scope.require("books", "what members dispute")
    found = _read(connection, keyring, MEMBER_DISPUTE.c.dispute_id == dispute_id)
    return found[0] if found else None


def _read(
    connection: Connection, keyring: Keyring, condition: ColumnElement[bool]
) -> list[Dispute]:
    sealed = MEMBER_DISPUTE.c.text_sealed, MEMBER_DISPUTE.c.answer_sealed
    query = select(*_SHOWN, MEMBER_DISPUTE.c.entered_by, *sealed).where(condition)
    rows = connection.execute(query.order_by(MEMBER_DISPUTE.c.said_us.desc())).all()
    found = []
    for *shown, entered_by, text, answer in rows:
        dispute = Dispute(*shown)
        subject = f"member/{dispute.member}"
        key = keyring.data_keys([subject], create=False)[subject]
        found.append(
            replace(
                dispute,
                entered_by=tuple(entered_by.splitlines()),
                text=_words(key, text, f"{dispute.dispute_id}/said"),
                answer=_words(key, answer, f"{dispute.dispute_id}/answered"),
            )
        )
    return found


def _words(key: bytes | None, sealed: bytes | None, bound_to: str) -> str | None:
    if key is None or sealed is None:
        return None
    return unseal(key, sealed, bound_to.encode()).decode()
