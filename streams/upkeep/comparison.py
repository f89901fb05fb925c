"""Compares two databases table by table, row by row.

Of the ledger the balances are compared: its entries tell of the order of arrival as well.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, Table, cast, func, select

from crm.ledger.tables import LEDGER_ENTRY
from crm.storage.bulk import own_columns

_ROWS_AT_ONCE = 1000
_SHOWN_KEYS = 5


@dataclass(frozen=True, slots=True)
class TableComparison:
    """One table: its rows here and in the other database, and whether they are the same.

    differing: the keys of the first rows that are not, or stand on one side alone.
    """

    rows: int
    rebuilt_rows: int
    equal: bool
    differing: tuple[tuple[str, ...], ...] = ()


def compare(table: Table, here: Connection, there: Connection) -> TableComparison:
    """The table in both databases; keys are opaque, so nothing personal is told."""
    mine, other = _fingerprint(table, here), _fingerprint(table, there)
    equal = mine[1] == other[1]
    keys = () if equal else tuple(islice(_differing(table, here, there), _SHOWN_KEYS))
    return TableComparison(mine[0], other[0], equal, keys)


def _fingerprint(table: Table, connection: Connection) -> tuple[int, str]:
    """(number of rows, hash of all rows in the order of their key)."""
    count = connection.execute(select(func.count()).select_from(table)).scalar_one()
    digest = hashlib.sha256()
    for row in _rows(table, connection):
        digest.update(repr(row).encode())
    return count, digest.hexdigest()


def _rows(table: Table, connection: Connection) -> Iterator[tuple[Any, ...]]:
    query, _ = _ordered(table)
    for row in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query):
        yield tuple(row)


def _ordered(table: Table) -> tuple[Select[Any], tuple[int, ...]]:
    """(the rows in the order of their key, where the key stands in a row)."""
    if table is LEDGER_ENTRY:
        columns = (table.c.account, table.c.reward_id)
        total = cast(func.sum(table.c.amount_fen), BigInteger)
        query = select(*columns, total).group_by(*columns).having(total != 0).order_by(*columns)
        return query, (0, 1)
    names = [column.name for column in own_columns(table)]
    places = tuple(names.index(column.name) for column in table.primary_key)
    return select(*own_columns(table)).order_by(*table.primary_key), places


def _differing(table: Table, here: Connection, there: Connection) -> Iterator[tuple[str, ...]]:
    """Keys of rows that are not the same, walking along both in the order of keys."""
    _, places = _ordered(table)

    def key(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(row[place] for place in places)

    ours, theirs = _rows(table, here), _rows(table, there)
    mine, other = next(ours, None), next(theirs, None)
    while mine is not None or other is not None:
        first = min(key(row) for row in (mine, other) if row is not None)
        if mine != other:
            yield tuple(map(str, first))
        here_too = mine is not None and key(mine) == first
        there_too = other is not None and key(other) == first
        mine = next(ours, None) if here_too else mine
        other = next(theirs, None) if there_too else other
