"""Many rows at once, as the driver takes them: statements compiled once, values by place.

SQLAlchemy writes each statement for the database at hand; the values go past it, since preparing
them one by one would cost more than SQLite needs to store them. What a driver does not take as it
is (SQLite knows no dates) is converted by the column's own type.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
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

from crm.storage.statements import (
    Values,
    by_driver,
    by_place,
    compiled,
    database_of,
    run_for_each,
)

ADDED_LATER: dict[Any, Any] = {"added_later": True}
"""`info` of a nullable column that is filled in by another hand than its row."""

_VALUES_REMEMBERED = 10_000
"""Converted values of a column: there are few days, and many rows of each."""


@functools.cache
def own_columns(table: Table) -> tuple[Column[Any], ...]:
    """The columns of a row itself, without those that are added later."""
    return tuple(each for each in table.columns if each.info != ADDED_LATER)


def insert_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Values],
    columns: tuple[Column[Any], ...] = (),
) -> None:
    """Add rows of which none is there, each with a value for every column of its own.

    columns: those for which the rows have values, where the database fills in the others.
    """
    columns = columns or own_columns(table)
    if rows and database_of(connection) == "postgresql":
        _copy_rows(connection, _copy_statement(table, columns), rows)
    elif rows:
        statement = _insert_statement(database_of(connection), table, columns)
        run_for_each(connection, statement, rows)


def set_numbers(connection: Connection, tables: Iterable[Table]) -> None:
    """What PostgreSQL counts goes on after the highest that is there, once rows came with their
    numbers; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        number = table.autoincrement_column
        if number is None:
            continue
        sequence = func.pg_get_serial_sequence(table.name, number.name)
        if connection.execute(select(sequence)).scalar() is None:
            continue
        last = connection.execute(select(func.max(number))).scalar()
        connection.execute(select(func.setval(sequence, last or 1, last is not None)))


def add_missing_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Add those rows whose keys are not there yet."""
    if rows:
        inserted = _insert_statement(database_of(connection), table, own_columns(table))
        statement = f"{inserted} ON CONFLICT DO NOTHING"
        run_for_each(connection, statement, rows)


def replace_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Add the rows; those whose keys are there already get all their other own values."""
    if rows:
        statement = _replace_statement(database_of(connection), table)
        run_for_each(connection, statement, rows)


def _copy_rows(connection: Connection, statement: str, rows: Sequence[Values]) -> None:
    """PostgreSQL takes a stream of rows in a fraction of the time of as many statements."""

    def stream_all(raw: Any) -> None:
        with raw.cursor() as cursor, cursor.copy(statement) as stream:
            for row in rows:
                stream.write_row(row)

    by_driver(connection, statement, stream_all)


def delete_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Delete the rows that have the same primary keys as these."""
    if rows:
        keys = key_places(table)
        run_for_each(
            connection,
            _delete_statement(database_of(connection), table),
            [tuple(row[place] for place in keys) for row in rows],
        )


def update_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Give the rows with the same primary keys all their other own values."""
    if rows:
        order = (*_free_places(table), *key_places(table))
        run_for_each(
            connection,
            _update_statement(database_of(connection), table),
            [tuple(row[place] for place in order) for row in rows],
        )


@functools.cache
def key_places(table: Table) -> tuple[int, ...]:
    """Where the columns of the primary key stand among a row's own."""
    names = [each.name for each in own_columns(table)]
    return tuple(names.index(each.name) for each in table.primary_key)


def driver_values(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]
) -> list[Values]:
    """The rows as the driver has them."""
    in_order = _in_order(table)
    conversions = _conversions(database_of(connection), table)
    if not conversions:
        return list(map(in_order, rows))
    return [_converted(in_order(row), conversions) for row in rows]


@functools.cache
def _in_order(table: Table) -> "itemgetter[Any]":
    return itemgetter(*(column.name for column in own_columns(table)))


def _converted(row: Values, conversions: Iterable[tuple[int, Callable[[Any], Any]]]) -> Values:
    values = list(row)
    for place, convert in conversions:
        values[place] = convert(values[place])
    return tuple(values)


@functools.cache
def _conversions(database: str, table: Table) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """(place, conversion) of each column whose values the driver does not take as they are."""
    dialect = by_place(database)
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for place, each in enumerate(own_columns(table)):
        if isinstance(each.type, String) and database != "sqlite":
            found.append((place, _without_nul))
            continue
        convert = each.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None and each.type.python_type not in (bool, bytes):
            found.append((place, functools.lru_cache(_VALUES_REMEMBERED)(convert)))
    return tuple(found)


def _without_nul(text: str | None) -> str | None:
    """PostgreSQL keeps any character but this one."""
    return text.replace("\x00", "\ufffd") if text and "\x00" in text else text


@functools.cache
def _insert_statement(database: str, table: Table, columns: tuple[Column[Any], ...]) -> str:
    values: dict[str, Any] = {each.name: bindparam(each.name) for each in columns}
    return compiled(database, insert(table).inline().values(values))


@functools.cache
def _replace_statement(database: str, table: Table) -> str:
    preparer = by_place(database).identifier_preparer
    keys = ", ".join(preparer.quote(each.name) for each in table.primary_key)
    names = [preparer.quote(own_columns(table)[place].name) for place in _free_places(table)]
    new = ", ".join(f"{name} = excluded.{name}" for name in names)
    inserted = _insert_statement(database, table, own_columns(table))
    return f"{inserted} ON CONFLICT ({keys}) DO UPDATE SET {new}"


@functools.cache
def _copy_statement(table: Table, columns: tuple[Column[Any], ...]) -> str:
    preparer = by_place("postgresql").identifier_preparer
    names = ", ".join(preparer.quote(column.name) for column in columns)
    return f"COPY {preparer.format_table(table)} ({names}) FROM STDIN"


@functools.cache
def _delete_statement(database: str, table: Table) -> str:
    same = (each == bindparam(f"key_{each.name}") for each in table.primary_key)
    return compiled(database, delete(table).where(and_(*same)))


@functools.cache
def _update_statement(database: str, table: Table) -> str:
    names = [own_columns(table)[place].name for place in _free_places(table)]
    same = (each == bindparam(f"key_{each.name}") for each in table.primary_key)
    statement = update_table(table).where(and_(*same))
    return compiled(database, statement.values({name: bindparam(f"new_{name}") for name in names}))


@functools.cache
def _free_places(table: Table) -> tuple[int, ...]:
    keys = key_places(table)
    return tuple(place for place in range(len(own_columns(table))) if place not in keys)
