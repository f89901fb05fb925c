"""Statements as text for the driver at hand, and the driver's errors as SQLAlchemy names them."""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Dialect, func, select
from sqlalchemy.dialects import registry, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

Values = tuple[Any, ...]
"""One row as the driver has it."""


def database_of(connection: Connection) -> str:
    """`sqlite` or `postgresql`."""
    return connection.dialect.name


@functools.cache
def by_place(database: str) -> Dialect:
    """The dialect that takes values by their place."""
    if database == "sqlite":
        return sqlite.dialect(paramstyle="qmark")
    # Loaded where it is used: a command on SQLite starts the sooner.
    dialect: Dialect = registry.load("postgresql.psycopg")(paramstyle="format")
    return dialect


def compiled(database: str, statement: ClauseElement) -> str:
    """The statement's text; its values are taken in the order in which they stand in it."""
    return str(statement.compile(dialect=by_place(database)))


def is_in_json(column: Column[Any], written: BindParameter[str]) -> ColumnElement[bool]:
    """Whether one value of a JSON array stands in the column, for SQLite."""
    each = func.json_each(written).table_valued("value")
    return column.in_(select(each.c.value))


def run(connection: Connection, statement: str, values: Values = ()) -> None:
    """Run a statement by the driver alone, whether or not a transaction has begun.

    SQLAlchemy's own way costs many times what the database needs for a row.
    """
    by_driver(connection, statement, lambda raw: raw.execute(statement, values))


def fetched(connection: Connection, statement: str, values: Values = ()) -> list[Any]:
    """All rows that a statement finds, by the driver alone, within a transaction."""
    _begin(connection)
    rows: list[Any] = by_driver(
        connection, statement, lambda raw: raw.execute(statement, values).fetchall()
    )
    return rows


def fetched_in_pages(connection: Connection, statement: str, rows: int) -> Iterator[list[Values]]:
    """What a statement finds, so many rows at a time, by the driver alone; for SQLite, which hands
    over no more than is asked for."""
    _begin(connection)
    cursor = by_driver(connection, statement, lambda raw: raw.execute(statement))
    with closing(cursor):
        while page := by_driver(connection, statement, lambda _: cursor.fetchmany(rows)):
            yield page


def run_for_each(connection: Connection, statement: str, rows: Sequence[Values]) -> None:
    """Run a statement for each row of values."""
    _begin(connection)
    if len(rows) == 1:
        run(connection, statement, rows[0])
        return

    def run_all(raw: Any) -> None:
        with closing(raw.cursor()) as cursor:
            cursor.executemany(statement, rows)

    by_driver(connection, statement, run_all)


def by_driver(connection: Connection, statement: str, act: Callable[[Any], Any]) -> Any:
    """What is done with the driver's own connection; its errors are said as SQLAlchemy's."""
    raw = driver_connection(connection)
    driver: Any = connection.dialect.loaded_dbapi
    try:
        return act(raw)
    except driver.Error as error:
        raise error_of(connection, statement, error) from error


def _begin(connection: Connection) -> None:
    if not connection.in_transaction():
        connection.begin()


def driver_connection(connection: Connection) -> Any:
    """The driver's own, asked for before each statement that goes past SQLAlchemy."""
    return connection.connection.driver_connection


def error_of(connection: Connection, statement: str, error: Exception) -> Exception:
    """The driver's error as SQLAlchemy has it: what passes by itself is known by that."""
    driver: Any = connection.dialect.loaded_dbapi
    raw: Any = connection.connection.dbapi_connection
    driver_error: Any = error
    is_gone = connection.dialect.is_disconnect(driver_error, raw, None)
    if is_gone:
        connection.invalidate(error)
    return DBAPIError.instance(
        statement,
        None,
        error,
        driver.Error,
        connection_invalidated=is_gone,
        dialect=connection.dialect,
    )
