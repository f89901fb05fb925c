"""Compares two databases table by table, row by row.

Of the ledger the balances are compared: its entries tell of the order of arrival as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, Table, cast, func, literal_column, select

from crm.ledger.tables import LEDGER_ENTRY
from crm.storage.bulk import own_columns
from crm.storage.statements import Values, compiled, database_of, fetched_in_pages

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
    """The table in both databases, walked along once; keys are opaque: nothing personal is told."""
    same = database_of(here) == database_of(there)
    ours, theirs = _pages(table, here, same), _pages(table, there, same)
    equal_rows, ended = 0, list[Values]()
    # Page by page as long as nothing differs, which costs a fraction of row by row.
    for mine, other in zip_longest(ours, theirs, fillvalue=ended):
        if mine != other:
            left = chain(mine, chain.from_iterable(ours)), chain(other, chain.from_iterable(theirs))
            return _row_by_row(table, *left, equal_rows)
        equal_rows += len(mine)
    return TableComparison(equal_rows, equal_rows, True)


def _row_by_row(
    table: Table, ours: Iterator[Values], theirs: Iterator[Values], equal_rows: int
) -> TableComparison:
    _, places = _ordered(table)
    differing = []
    unequal, rows, rebuilt_rows = 0, equal_rows, equal_rows
    mine, other = next(ours, None), next(theirs, None)
    while mine is not None or other is not None:
        first = None
        if mine != other:
            unequal += 1
            first = min(_key(row, places) for row in (mine, other) if row is not None)
            if unequal <= _SHOWN_KEYS:
                differing.append(tuple(map(str, first)))
        if mine is not None and (first is None or _key(mine, places) == first):
            rows += 1
            mine = next(ours, None)
        if other is not None and (first is None or _key(other, places) == first):
            rebuilt_rows += 1
            other = next(theirs, None)
    return TableComparison(rows, rebuilt_rows, unequal == 0, tuple(differing))


def _key(row: Values, places: tuple[int, ...]) -> tuple[Any, ...]:
    return tuple(row[place] for place in places)


def _pages(table: Table, connection: Connection, as_stored: bool) -> Iterator[list[Values]]:
    """as_stored: as the driver has them; else with the types of the columns, which two databases
    have in common."""
    query, _ = _ordered(table)
    if as_stored and database_of(connection) == "sqlite":
        yield from fetched_in_pages(connection, compiled("sqlite", query), _ROWS_AT_ONCE)
        return
    rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
    for page in rows.partitions():
        yield [tuple(row) for row in page]


def _ordered(table: Table) -> tuple[Select[Any], tuple[int, ...]]:
    """(the rows in the order of their key, where the key stands in a row)."""
    if table is LEDGER_ENTRY:
        columns = (table.c.account, table.c.reward_id)
        total = cast(func.sum(table.c.amount_fen), BigInteger)
        query = (
            select(*columns, total)
            .group_by(*columns)
            .having(total != literal_column("0"))
            .order_by(*columns)
        )
        return query, (0, 1)
    names = [column.name for column in own_columns(table)]
    places = tuple(names.index(column.name) for column in table.primary_key)
    return select(*own_columns(table)).order_by(*table.primary_key), places
