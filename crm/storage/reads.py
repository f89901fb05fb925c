"""Rows read by statements that are built once; the driver is asked without a detour.

To build a statement, and to wrap what it finds, costs more than the database needs to find it.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)

from crm.storage.statements import Values, by_place, compiled, database_of, fetched, is_in_json

_IN = "wanted"

Among = Callable[[Column[Any], str], ColumnElement[bool]]
"""(column, name of a list of values) → whether one of them stands in it."""
Builder = Callable[[Among], Select[Any]]
"""Builds a statement, for either database."""


def found_rows(connection: Connection, built: Builder, **values: Any) -> list[Values]:
    """What a statement finds, by the values of its parameters; a list is one parameter.

    The columns come as the driver gives them: SQLite knows neither dates nor truth.
    """
    query, places = _built(database_of(connection), built)
    given = (values.get(name, constant) for name, constant in places)
    return fetched(connection, query, tuple(_parameter(connection, each) for each in given))


def as_date(value: Any) -> date | None:
    """A day as the driver gives it: SQLite keeps it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def stored_rows(
    connection: Connection,
    columns: Sequence[Column[Any]],
    where: Column[Any] | tuple[Column[Any], ...],
    values: Iterable[Any],
) -> list[Values]:
    """The columns of every row in whose column `where` one of the values stands.

    Of several columns each value is a tuple. All are in one parameter, and in one statement whose
    text is the same for any number of them; each is found by an index.
    """
    wanted = list(values)
    if not wanted:
        return []
    query = _select_statement(database_of(connection), tuple(columns), where)
    parameters: tuple[Any, ...] = (_parameter(connection, wanted),)
    if isinstance(where, tuple) and database_of(connection) != "sqlite":
        parameters = tuple(map(list, zip(*wanted, strict=True)))
    return fetched(connection, query, parameters)


def counted_rows(
    connection: Connection, column: Column[Any], values: Iterable[str], more_than: int
) -> list[tuple[str, int]]:
    """How many rows have each of the values in the column, of those that more than so many have."""
    wanted = list(values)
    if not wanted:
        return []
    query = _count_statement(database_of(connection), column, more_than)
    return fetched(connection, query, (_parameter(connection, wanted),))


def is_among(
    connection: Connection, column: Column[Any], values: Iterable[str]
) -> ColumnElement[bool]:
    """Whether one of the values stands in the column: any number of them, in one parameter."""
    wanted = list(values)
    if database_of(connection) == "sqlite":
        return is_in_json(column, bindparam(None, orjson.dumps(wanted).decode(), type_=String))
    return column == func.any(wanted)


def _parameter(connection: Connection, value: Any) -> Any:
    if database_of(connection) != "sqlite":
        return value
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    return value.isoformat() if isinstance(value, date) else value


@functools.cache
def _built(database: str, built: Builder) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """The text of a statement, and its parameters in their order, with what the builder set."""
    found = built(functools.partial(_is_wanted, database)).compile(dialect=by_place(database))
    return str(found), tuple((name, found.params[name]) for name in found.positiontup or ())


@functools.cache
def _select_statement(
    database: str, columns: tuple[Column[Any], ...], where: Column[Any] | tuple[Column[Any], ...]
) -> str:
    if isinstance(where, tuple):
        return compiled(database, select(*columns).where(_are_among(database, where)))
    return compiled(database, select(*columns).where(_is_wanted(database, where)))


@functools.cache
def _count_statement(database: str, column: Column[Any], more_than: int) -> str:
    counted = select(column, func.count()).where(_is_wanted(database, column)).group_by(column)
    return compiled(database, counted.having(func.count() > literal_column(str(more_than))))


def _is_wanted(database: str, column: Column[Any], name: str = _IN) -> ColumnElement[bool]:
    if database == "sqlite":
        return is_in_json(column, bindparam(name, type_=String))
    return column == func.any(bindparam(name))


def _are_among(database: str, columns: tuple[Column[Any], ...]) -> ColumnElement[bool]:
    if database == "sqlite":
        each = func.json_each(bindparam(_IN, type_=String)).table_valued("value").c.value
        paths: list[ColumnElement[str]] = [
            literal_column(f"'$[{place}]'") for place in range(len(columns))
        ]
        parts = [func.json_extract(each, path) for path in paths]
        return tuple_(*columns).in_(select(*parts))
    arrays = [bindparam(f"{_IN}_{each.name}", type_=ARRAY(each.type)) for each in columns]
    asked = func.unnest(*arrays).table_valued(*(each.name for each in columns), name="asked")
    return tuple_(*columns).in_(select(*asked.render_derived().c))
