"""Many rows at once, as the driver takes them: statements compiled once, values by place.

SQLAlchemy writes each statement for the database at hand; the values go past it, since preparing
them one by one would cost more than SQLite needs to store them. What a driver does not take as it
is (SQLite knows no dates) is converted by the column's own type.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy import update as update_table
from sqlalchemy.sql import ClauseElement

Values = tuple[Any, ...]
"""One row as the driver has it, in the order of the table's columns."""

_IN = "wanted"


def stored_rows(
    connection: Connection,
    columns: Sequence[Column[Any]],
    where: Column[Any],
    values: Iterable[str],
) -> list[Values]:
    """The columns of every row in whose column `where` one of the values stands."""
    wanted = list(values)
    if not wanted:
        return []
    query = _select_statement(connection.dialect, tuple(columns), where)
    parameter = orjson.dumps(wanted).decode() if _is_sqlite(connection.dialect) else wanted
    result = connection.exec_driver_sql(query, (parameter,))
    rows: list[Values] = result.cursor.fetchall()  # type: ignore[union-attr]
    return rows


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Add rows, each with a value for every column."""
    if rows:
        connection.exec_driver_sql(_insert_statement(connection.dialect, table), list(rows))


def delete_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Delete the rows that have the same primary keys as these."""
    if rows:
        keys = key_places(table)
        connection.exec_driver_sql(
            _delete_statement(connection.dialect, table),
            [tuple(row[place] for place in keys) for row in rows],
        )


def update_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Give the rows with the same primary keys all their other values."""
    if rows:
        order = (*_free_places(table), *key_places(table))
        connection.exec_driver_sql(
            _update_statement(connection.dialect, table),
            [tuple(row[place] for place in order) for row in rows],
        )


@functools.cache
def key_places(table: Table) -> tuple[int, ...]:
    """Where the columns of the primary key stand among all."""
    names = [each.name for each in table.columns]
    return tuple(names.index(each.name) for each in table.primary_key)


@functools.cache
def converters(dialect: Dialect, table: Table) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """(place, conversion) of each column whose values the driver does not take as they are."""
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for place, each in enumerate(table.columns):
        if isinstance(each.type, String) and not _is_sqlite(dialect):
            found.append((place, _without_nul))
            continue
        convert = each.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None and each.type.python_type not in (bool, bytes):
            found.append((place, convert))
    return tuple(found)


def _without_nul(text: str | None) -> str | None:
    """PostgreSQL keeps any character but this one."""
    return text.replace("\x00", "\ufffd") if text and "\x00" in text else text


def _is_sqlite(dialect: Dialect) -> bool:
    return dialect.name == "sqlite"


def _compiled(dialect: Dialect, statement: ClauseElement) -> str:
    style = "qmark" if _is_sqlite(dialect) else "format"
    by_place = type(dialect)(paramstyle=style)  # type: ignore[call-arg]
    return str(statement.compile(dialect=by_place))


@functools.cache
def _select_statement(
    dialect: Dialect, columns: tuple[Column[Any], ...], where: Column[Any]
) -> str:
    if _is_sqlite(dialect):
        each = func.json_each(bindparam(_IN, type_=String)).table_valued("value")
        return _compiled(dialect, select(*columns).where(where.in_(select(each.c.value))))
    return _compiled(dialect, select(*columns).where(where == func.any(bindparam(_IN))))


@functools.cache
def _insert_statement(dialect: Dialect, table: Table) -> str:
    return _compiled(dialect, insert(table))


@functools.cache
def _delete_statement(dialect: Dialect, table: Table) -> str:
    same = (each == bindparam(f"key_{each.name}") for each in table.primary_key)
    return _compiled(dialect, delete(table).where(and_(*same)))


@functools.cache
def _update_statement(dialect: Dialect, table: Table) -> str:
    names = [list(table.columns)[place].name for place in _free_places(table)]
    same = (each == bindparam(f"key_{each.name}") for each in table.primary_key)
    statement = update_table(table).where(and_(*same))
    return _compiled(dialect, statement.values({name: bindparam(f"new_{name}") for name in names}))


@functools.cache
def _free_places(table: Table) -> tuple[int, ...]:
    keys = key_places(table)
    return tuple(place for place in range(len(table.columns)) if place not in keys)
