"""The one writer of projections: makes the stored rows equal to the computed ones.

Every table says whose its rows are (a column of owners); for a set of owners the stored rows are
compared with the computed ones and only the difference is written. So a projection is a function
from facts to rows, and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table

from crm.storage.bulk import (
    delete_rows,
    driver_values,
    insert_rows,
    key_places,
    own_columns,
    update_rows,
)
from crm.storage.reads import stored_rows
from crm.storage.statements import Values

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be written: rows as the driver has them, by the place of their columns."""

    gone: Sequence[Values] = ()
    fresh: Sequence[Values] = ()
    changed: Sequence[Values] = ()

    @property
    def written(self) -> int:
        """How many rows were written."""
        return len(self.gone) + len(self.fresh) + len(self.changed)


def rewrite(
    connection: Connection,
    table: Table,
    owners: Iterable[Any],
    rows: Iterable[Row],
    *,
    owner: str = "subject",
) -> int:
    """Make the rows of the owners equal to `rows`; returns how many rows were written."""
    difference = find_difference(connection, table, owners, rows, owner=owner)
    write_difference(connection, table, difference)
    return difference.written


def find_difference(
    connection: Connection,
    table: Table,
    owners: Iterable[Any],
    rows: Iterable[Row],
    *,
    owner: str = "subject",
) -> Difference:
    """What makes the rows of the owners equal to `rows`.

    A row's key belongs to one owner among those given, or to none before.
    """
    owners, rows = list(owners), list(rows)
    if not owners and not rows:
        return Difference()
    stored = stored_rows(connection, own_columns(table), table.c[owner], owners)
    return _between(table, stored, driver_values(connection, table, rows))


def rewrite_between(
    connection: Connection, table: Table, before: Iterable[Row], after: Iterable[Row]
) -> int:
    """Make rows that are known to be stored equal to others; returns how many were written."""
    was, now = (driver_values(connection, table, rows) for rows in (before, after))
    difference = _between(table, was, now)
    write_difference(connection, table, difference)
    return difference.written


def _between(table: Table, before: Iterable[Values], after: Iterable[Values]) -> Difference:
    key_of = itemgetter(*key_places(table))
    stored = {key_of(row): row for row in before}
    wanted = {key_of(row): row for row in after}
    if stored == wanted:
        return Difference()
    gone = [row for key, row in stored.items() if key not in wanted]
    fresh = [row for key, row in wanted.items() if key not in stored]
    changed = [row for key, row in wanted.items() if key in stored and stored[key] != row]
    return Difference(gone, fresh, changed)


def write_difference(connection: Connection, table: Table, difference: Difference) -> None:
    """Write it; nobody has written the table since it was found."""
    delete_rows(connection, table, difference.gone)
    update_rows(connection, table, difference.changed)
    insert_rows(connection, table, difference.fresh)
