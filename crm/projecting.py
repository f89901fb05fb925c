"""The one writer of projections: makes the stored rows equal to the computed ones.

Every table says whose its rows are (a column of owners); for a set of owners the stored rows are
compared with the computed ones and only the difference is written. So a projection is a function
from facts to rows, and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, insert, select
from sqlalchemy import update as update_rows

from crm.database import in_pieces

Row = Mapping[str, Any]


def rewrite(
    connection: Connection,
    table: Table,
    owners: Iterable[Any],
    rows: Iterable[Row],
    *,
    owner: str = "home",
) -> int:
    """Make the rows of the owners equal to `rows`; returns how many rows were written.

    A row's key belongs to one owner among those given, or to none before.
    """
    keys = tuple(column.name for column in table.primary_key)
    names = tuple(column.name for column in table.columns)
    stored = {}
    for piece in in_pieces(list(owners)):
        for row in connection.execute(select(table).where(table.c[owner].in_(piece))):
            stored[tuple(row._mapping[key] for key in keys)] = tuple(row)
    wanted = {tuple(row[key] for key in keys): tuple(row[name] for name in names) for row in rows}
    gone = [key for key in stored if key not in wanted]
    fresh = [values for key, values in wanted.items() if key not in stored]
    changed = [values for key, values in wanted.items() if key in stored and stored[key] != values]
    _delete(connection, table, keys, gone)
    if changed:
        _update(connection, table, keys, names, changed)
    if fresh:
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in fresh])
    return len(gone) + len(changed) + len(fresh)


def _delete(
    connection: Connection, table: Table, keys: tuple[str, ...], gone: Sequence[tuple[Any, ...]]
) -> None:
    if gone:
        same = _same_key(table, keys)
        connection.execute(
            delete(table).where(same),
            [{f"key_{name}": value for name, value in zip(keys, key, strict=True)} for key in gone],
        )


def _update(
    connection: Connection,
    table: Table,
    keys: tuple[str, ...],
    names: tuple[str, ...],
    changed: Sequence[tuple[Any, ...]],
) -> None:
    free = [name for name in names if name not in keys]
    statement = (
        update_rows(table)
        .where(_same_key(table, keys))
        .values({name: bindparam(f"new_{name}") for name in free})
    )
    parameters = []
    for values in changed:
        row = dict(zip(names, values, strict=True))
        parameters.append(
            {f"key_{name}": row[name] for name in keys}
            | {f"new_{name}": row[name] for name in free}
        )
    connection.execute(statement, parameters)


def _same_key(table: Table, keys: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
