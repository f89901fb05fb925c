"""Reads a dealer's copy for a person at a browser: who is in it, what changed, whom to call.

Nothing is read but the rows of the dealer's own copy. The cards behind a row are told to the access
log alone. As everything that leaves the house, it is for settled copies (crm/feed/settling.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, case, func, select

from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.feed.queries import count_rows
from crm.follow_ups.schedule import has_lapsed, open_by_row
from crm.scope import OutOfScope, Scope
from crm.storage.reads import is_among

PAGE_ROWS = 50
_MOST_CHANGES = 200
_MOST_CALLS = 5_000
_TRIAL = b'"trial.started"'
"""Rows without it ask for no call: they are not read."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A person as the copy has it; `cards` are for the access log and are never shown."""

    key: str
    content: dict[str, Any]
    cards: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Every name that is shared."""
        return list(self.content.get("identity", {}).get("names", []))

    @property
    def phones(self) -> list[str]:
        """Every phone that is shared."""
        return list(self.content.get("contact", {}).get("phones", []))


@dataclass(frozen=True, slots=True)
class Changed:
    """The last word on a row since some number: the person, or why the row is gone.

    is_new: whether the dealer was told of the row for the first time since then.
    """

    key: str
    sequence: int
    changed_us: int
    reason_class: str | None
    shared: Shared | None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class DueCall:
    """A follow-up that is due, of somebody whose trial the dealer knows of."""

    shared: Shared
    number: int
    due_on: date


@dataclass(frozen=True, slots=True)
class KnownCalls:
    """The calls of a day, and apart from them those that nobody saw to for so long that they are
    none of that day any more; the longest due first."""

    due: list[DueCall]
    lapsed: list[DueCall]


def shared_people(
    scope: Scope, connection: Connection, dealer: str, page: int
) -> tuple[list[Shared], int]:
    """(one page of the copy, how many rows it has)."""
    _may_see(scope, dealer)
    query = _rows(dealer).order_by(COPY_ROW.c.key).limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS)
    found = [_shared(*row) for row in connection.execute(query)]
    return found, count_rows(scope, connection, dealer)


def shared_person(scope: Scope, connection: Connection, dealer: str, key: str) -> Shared | None:
    """One row; None when the copy has none of this key."""
    _may_see(scope, dealer)
    row = connection.execute(_rows(dealer).where(COPY_ROW.c.key == key)).first()
    return None if row is None else _shared(*row)


def shared_named(
    scope: Scope, connection: Connection, dealer: str, keys: Sequence[str], page: int
) -> list[Shared]:
    """One page of the rows of some keys, by key; what stands in the copy no more is left out."""
    _may_see(scope, dealer)
    wanted = sorted(keys)[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    return sorted(_named(connection, dealer, wanted), key=lambda row: row.key)


def changed_since(
    scope: Scope,
    connection: Connection,
    dealer: str,
    sequence: int,
    most: int = _MOST_CHANGES,
    skipped: int = 0,
) -> tuple[list[Changed], int]:
    """(the last word on each row that changed after a number, how many there are).

    Of whoever is in the copy first, for of the others most ask for nothing; the newest first.
    """
    _may_see(scope, dealer)
    last = func.max(DEALER_CHANGE.c.sequence)
    after = (DEALER_CHANGE.c.dealer == dealer, DEALER_CHANGE.c.sequence > sequence)
    newest = select(last).where(*after).group_by(DEALER_CHANGE.c.key)
    total = connection.execute(select(func.count()).select_from(newest.subquery())).scalar_one()
    is_here = (
        select(COPY_ROW.c.key)
        .where(COPY_ROW.c.dealer == dealer, COPY_ROW.c.key == DEALER_CHANGE.c.key)
        .exists()
    )
    query = (
        select(
            DEALER_CHANGE.c.key,
            DEALER_CHANGE.c.sequence,
            DEALER_CHANGE.c.changed_us,
            DEALER_CHANGE.c.reason_class,
        )
        .where(DEALER_CHANGE.c.dealer == dealer, DEALER_CHANGE.c.sequence.in_(newest))
        .order_by(case((is_here, 0), else_=1), DEALER_CHANGE.c.sequence.desc())
        .limit(most)
        .offset(skipped)
    )
    changes = list(connection.execute(query))
    keys = [change.key for change in changes]
    rows = {row.key: row for row in _named(connection, dealer, keys)}
    known = _told_before(connection, dealer, keys, sequence)
    found = [
        Changed(key, number, changed_us, reason, rows.get(key), key not in known)
        for key, number, changed_us, reason in changes
    ]
    return found, total


def _told_before(
    connection: Connection, dealer: str, keys: Sequence[str], sequence: int
) -> set[str]:
    """Those of some rows of which the dealer was told up to a number."""
    if not keys:
        return set()
    columns = DEALER_CHANGE.c
    query = select(columns.key).where(columns.dealer == dealer, columns.sequence <= sequence)
    query = query.where(is_among(connection, columns.key, keys))
    return set(connection.execute(query).scalars())


def due_calls(scope: Scope, connection: Connection, dealer: str, day: date) -> list[DueCall]:
    """Whom to call on a day, the longest due first."""
    return known_calls(scope, connection, dealer, day).due


def known_calls(scope: Scope, connection: Connection, dealer: str, day: date) -> KnownCalls:
    """The calls that trials of the copy ask for; of each person the one that became due last.

    A dealer to whom no history is shared does not know that there is a trial.
    """
    _may_see(scope, dealer)
    found = KnownCalls([], [])
    for key, content, cards in connection.execute(_rows(dealer)):
        if _TRIAL not in bytes(content):
            continue
        shared = _shared(key, content, cards)
        if not shared.content["deceased"]:
            call = open_by_row(shared.content.get("history", ()), day)
            if call is not None:
                part = found.lapsed if has_lapsed(call[1], day) else found.due
                part.append(DueCall(shared, *call))
    return KnownCalls(_longest_due(found.due), _longest_due(found.lapsed))


def _longest_due(calls: list[DueCall]) -> list[DueCall]:
    return sorted(calls, key=lambda call: (call.due_on, call.shared.key))[:_MOST_CALLS]


def rows_of(connection: Connection, dealer: str, key: str | None = None) -> Iterator[Shared]:
    """The rows of a copy, or the one of a key; for readers that have asked who may."""
    query = _rows(dealer)
    if key is not None:
        query = query.where(COPY_ROW.c.key == key)
    for row in connection.execute(query):
        yield _shared(*row)


def _named(connection: Connection, dealer: str, keys: Sequence[str]) -> list[Shared]:
    query = _rows(dealer).where(is_among(connection, COPY_ROW.c.key, keys))
    return [_shared(*row) for row in connection.execute(query)] if keys else []


def _rows(dealer: str) -> Any:
    columns = (COPY_ROW.c.key, COPY_ROW.c.content, COPY_ROW.c.cards)
    return select(*columns).where(COPY_ROW.c.dealer == dealer)


def _shared(key: str, content: bytes, cards: bytes) -> Shared:
    return Shared(key, orjson.loads(content), tuple(orjson.loads(cards)))


def _may_see(scope: Scope, dealer: str) -> None:
    if not scope.may_see_copy_of(dealer):
        raise OutOfScope("another dealer's copy")
