"""Reads what a dealer is to be sent: pages of changes, named rows, digests, buckets.

Every function reads in the caller's transaction, so that numbers, rows and digests of one answer
are of one moment; whether that moment may be sent is for crm/feed/settling.py to say.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, func, select

from crm.copies.digest import buckets, digest_of_lines, row_hash
from crm.copies.feed_lines import UNKNOWN, NumberedRow, upsert_line, upsert_lines, withdraw_line
from crm.copies.tables import COPY_ROW, DEALER_CHANGE, STANDS_WITHDRAWN
from crm.scope import OutOfScope, Scope
from crm.storage.reads import is_among

LARGEST_PAGE_BYTES = 16 * 1024 * 1024
"""A page ends with the line that goes beyond this, however many were asked for."""

MOST_ROW_HASHES = 5_000
_ROWS_AT_ONCE = 1_000
_SEQUENCE: Callable[[Sequence[Any]], int] = itemgetter(0)


class PrefixTooShort(Exception):
    """More rows begin with the prefix than are told at once."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a dealer's next changes as lines, and the last one's number."""

    lines: Sequence[bytes]
    next_after: int


def last_sequence(scope: Scope, connection: Connection, dealer: str) -> int:
    """The number of the dealer's newest change, 0 when there is none."""
    _may_see(scope, dealer)
    query = select(func.max(DEALER_CHANGE.c.sequence)).where(DEALER_CHANGE.c.dealer == dealer)
    return connection.execute(query).scalar() or 0


def count_rows(scope: Scope, connection: Connection, dealer: str) -> int:
    """How many rows the dealer's copy holds."""
    _may_see(scope, dealer)
    query = select(func.count()).select_from(COPY_ROW).where(COPY_ROW.c.dealer == dealer)
    return connection.execute(query).scalar_one()


def changes_page(scope: Scope, connection: Connection, dealer: str, after: int, limit: int) -> Page:
    """The changes after a number, in order, without those that a later one has overtaken."""
    _may_see(scope, dealer)
    standing = _standing(connection, dealer, after, limit)
    withdrawn = _withdrawn(connection, dealer, after, standing.up_to, limit)
    found = standing.among(withdrawn, limit) if withdrawn else standing
    next_after = found.numbers[len(found.lines) - 1] if found.lines else after
    return Page(found.lines, next_after)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Changes by their numbers, in order; `up_to` is None when there are no more rows after them.

    The lines end with the one that brings the page beyond its bound, the numbers may go on.
    """

    numbers: Sequence[int]
    lines: Sequence[bytes]
    up_to: int | None = None

    def among(self, others: Iterable[tuple[int, bytes]], limit: int) -> "_Lines":
        merged = sorted([*zip(self.numbers, self.lines, strict=False), *others], key=_SEQUENCE)
        numbers, lines = zip(*merged[:limit], strict=True)
        return _Lines(numbers, _bounded(lines))


def _standing(connection: Connection, dealer: str, after: int, limit: int) -> _Lines:
    """The rows of the copy whose last change has a later number.

    They are read from the copy alone, in the order of its index: to look up the row of each change
    by its key would take most of the time.
    """
    row = COPY_ROW.c
    query = (
        select(row.last_change, row.key, row.content)
        .where(row.dealer == dealer, row.last_change > after)
        .order_by(row.last_change)
        .limit(limit)
    )
    numbers: list[int] = []
    lines: list[bytes] = []
    room = LARGEST_PAGE_BYTES
    for piece in _as_driven(connection, query):
        made = upsert_lines(piece)
        numbers += map(_SEQUENCE, piece)
        lines += made
        room -= sum(map(len, made))
        if room < 0:
            lines = list(_bounded(lines))
            return _Lines(numbers, lines, numbers[len(lines) - 1])
    # Beyond the last row of a page that is full, withdrawals are for the next one.
    return _Lines(numbers, lines, numbers[-1] if len(lines) == limit else None)


def _withdrawn(
    connection: Connection, dealer: str, after: int, up_to: int | None, limit: int
) -> list[tuple[int, bytes]]:
    """(number, line) of the withdrawals between two numbers."""
    column = DEALER_CHANGE.c
    query = select(column.sequence, column.key, column.reason_class).where(
        column.dealer == dealer,
        column.sequence > after,
        STANDS_WITHDRAWN,
    )
    if up_to is not None:
        query = query.where(column.sequence <= up_to)
    rows = connection.execute(query.order_by(column.sequence).limit(limit))
    return [(sequence, withdraw_line(sequence, key, reason)) for sequence, key, reason in rows]


def _bounded(lines: Sequence[bytes]) -> Sequence[bytes]:
    """The line that brings the page beyond its bound is its last."""
    sizes = accumulate(map(len, lines))
    beyond = next((n for n, size in enumerate(sizes, 1) if size > LARGEST_PAGE_BYTES), None)
    return lines[:beyond]


def named_rows(
    scope: Scope, connection: Connection, dealer: str, keys: Sequence[str], sequence: int
) -> Page:
    """Rows by key, as the dealer's copy has them at its newest number; others as withdrawn.

    A key that was never told to this dealer is unknown, whoever else's row it may name.
    """
    _may_see(scope, dealer)
    held = select(COPY_ROW.c.key, COPY_ROW.c.content).where(
        COPY_ROW.c.dealer == dealer, is_among(connection, COPY_ROW.c.key, keys)
    )
    found = {key: bytes(content) for key, content in connection.execute(held)}
    reasons = _reasons(connection, dealer, [key for key in keys if key not in found])
    lines = [
        upsert_line(sequence, key, found[key])
        if key in found
        else withdraw_line(sequence, key, reasons.get(key, UNKNOWN))
        for key in keys
    ]
    return Page(lines, sequence)


def copy_digest(scope: Scope, connection: Connection, dealer: str) -> str:
    """SHA-256 of the dealer's copy, from the stored bytes."""
    return digest_of_lines(row for _, row in _rows(scope, connection, dealer, ""))


def copy_buckets(
    scope: Scope, connection: Connection, dealer: str, prefix: str
) -> dict[str, tuple[int, str]]:
    """Two further digits of keys → (number of rows, digest)."""
    return buckets(prefix, _rows(scope, connection, dealer, prefix))


def row_hashes(scope: Scope, connection: Connection, dealer: str, prefix: str) -> dict[str, str]:
    """Key → SHA-256 of its row; PrefixTooShort when too many begin with the prefix."""
    found: dict[str, str] = {}
    for key, row in _rows(scope, connection, dealer, prefix):
        if len(found) == MOST_ROW_HASHES:
            raise PrefixTooShort(f"more than {MOST_ROW_HASHES:,} rows")
        found[key] = row_hash(row)
    return found


def _rows(
    scope: Scope, connection: Connection, dealer: str, prefix: str
) -> Iterator[tuple[str, bytes]]:
    """(key, canonical JSON) of the rows whose keys begin with the prefix, by key."""
    _may_see(scope, dealer)
    query = select(COPY_ROW.c.key, COPY_ROW.c.content).where(
        COPY_ROW.c.dealer == dealer, COPY_ROW.c.key >= prefix, COPY_ROW.c.key < prefix + "g"
    )
    return _in_pieces(connection, query.order_by(COPY_ROW.c.key))


def _as_driven(connection: Connection, query: Select[Any]) -> Iterator[Sequence[NumberedRow]]:
    """The rows as the driver has them, in pieces: making SQLAlchemy's own of each would cost as
    much as reading it. The cursor is closed with the iteration, however it ends."""
    compiled = query.compile(dialect=connection.dialect)
    is_postgresql = connection.dialect.name == "postgresql"
    # As text, every byte of a row would come as two.
    cursor_options = {"binary": True} if is_postgresql else {}
    # A prepared statement would be planned for no page in particular, and so for the whole copy.
    how = {"prepare": False} if is_postgresql else {}
    with closing(connection.connection.cursor(**cursor_options)) as cursor:
        cursor.execute(compiled.string, _parameters(compiled), **how)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield rows


def _parameters(compiled: Any) -> Any:
    values = compiled.params
    return [values[name] for name in compiled.positiontup] if compiled.positional else values


def _in_pieces(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """The rows of a large result, of which no more than a piece is held at once."""
    with connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}) as rows:
        yield from rows


def _reasons(connection: Connection, dealer: str, keys: Sequence[str]) -> dict[str, str]:
    """Key → why its row was last withdrawn."""
    if not keys:
        return {}
    query = (
        select(DEALER_CHANGE.c.key, DEALER_CHANGE.c.reason_class)
        .where(DEALER_CHANGE.c.dealer == dealer, is_among(connection, DEALER_CHANGE.c.key, keys))
        .order_by(DEALER_CHANGE.c.sequence)
    )
    return {key: reason for key, reason in connection.execute(query) if reason is not None}


def _may_see(scope: Scope, dealer: str) -> None:
    if not scope.may_see_copy_of(dealer):
        raise OutOfScope("another dealer's copy")
