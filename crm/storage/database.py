"""The database: one code path for SQLite and PostgreSQL, and what differs between them."""

import pkgutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    cast,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import Pool

from crm.configuration.settings import sqlite_file
from crm.storage.owner_alone import make_database_file, make_folder
from crm.storage.statements import run

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the CRM's database; each feature's `tables.py` adds its own."""

PARAMETERS_PER_QUERY = 500
"""How many values an IN list takes at once: below the bound of every database in use."""

_BUSY_TIMEOUT_SECONDS = 60
_BRIEF_TIMEOUT_SECONDS = 2
_WRITES = "jinxi_writes"
_GIVEN_UP = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 40_000,
}
"""A server's machine that is gone without a word is noticed within a minute; the system would wait
for a quarter of an hour, or for ever where an answer is awaited. The URL may say otherwise."""


class DatabaseUnusable(Exception):
    """The database cannot be opened or written; says what and where."""


@compiles(String, "postgresql")
def _any_length(*_: object, **__: object) -> str:
    """A length tells the reader what to expect, and SQLite heeds none: neither does PostgreSQL."""
    return "TEXT"


def open_engine(url: str, poolclass: type[Pool] | None = None, *, passing: bool = False) -> Engine:
    """An engine for the URL; the folder of a SQLite file is made when it is missing.

    passing: the file is thrown away when its process ends, so no crash must be survived.
    """
    file = sqlite_file(url)
    if file is None:
        # A server that was restarted has cut the connections that are kept: look before use.
        return create_engine(
            url,
            poolclass=poolclass,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={k: v for k, v in _GIVEN_UP.items() if k not in make_url(url).query},
        )
    try:
        make_folder(file.parent)
    except OSError as error:
        raise DatabaseUnusable(f"{file.parent}: {error.strerror}") from error
    make_database_file(file)
    # Messages of errors would otherwise carry names and phones into logs.
    engine = create_engine(
        url, connect_args={"timeout": _BUSY_TIMEOUT_SECONDS}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    if passing:
        event.listen(engine, "connect", _write_without_waiting)
    return engine


@contextmanager
def closed_on_failure(engine: Engine) -> Iterator[None]:
    """Its connections are closed where what is to stand on it cannot be opened."""
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


def limit_waiting(engine: Engine) -> None:
    """Whoever answers people waits for a lock of PostgreSQL no longer than SQLite does anyway.

    A worker may wait: a rebuild that holds the world takes its time.
    """
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _limit_waiting)


def _limit_waiting(connection: Any, _record: object) -> None:
    connection.execute(f"SET lock_timeout = '{_BUSY_TIMEOUT_SECONDS}s'")
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN comes too late for IMMEDIATE: transactions are begun by the listener.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "cache_size=-32768",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _write_without_waiting(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "secure_delete=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    run(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: it takes SQLite's write lock at its start, not half-way.

    On PostgreSQL it is READ COMMITTED: what it reads after it got a lock is what the lock's last
    holder left.
    """
    # Of a connection: an engine with options of its own would be made anew for each transaction.
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads: a single state of the data throughout."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def is_passing(error: DBAPIError) -> bool:
    """Whether a trouble may pass by itself: locked, in conflict with others, or not reachable."""
    if isinstance(error.orig, sqlite3.Error):
        return "locked" in str(error.orig) or "busy" in str(error.orig)
    # With PostgreSQL, these two are about the server and the connection, never about a row.
    return isinstance(error, OperationalError | InterfaceError)


def require_code_point_order(engine: Engine) -> None:
    """Ranges of keys, and the same order everywhere, want text sorted by code points.

    Raises DatabaseUnusable when PostgreSQL's database was made with another collation.
    """
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        by_code_points = select(text("'B' < 'a' AND 'a/z' < 'a0' AND 'a' < 'é'"))
        if connection.execute(by_code_points).scalar() is not True:
            name = engine.url.database
            message = f"{name}: CREATE DATABASE … TEMPLATE template0 LC_COLLATE 'C' ENCODING 'UTF8'"
            raise DatabaseUnusable(message)


def insert_new(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    returning: Sequence[Column[Any]] = (),
) -> list[Any]:
    """Insert the rows that are new; those whose key is there already are left as they are.

    returning: the columns that are wanted of the new ones; the database may have filled them in.
    """
    if not rows:
        return []
    insert_into = _insert_of(connection)
    if connection.dialect.name == "sqlite" or not returning:
        new = insert_into(table).on_conflict_do_nothing()
        if returning:
            new = new.returning(*returning)
        result = connection.execute(new, [dict(row) for row in rows])
        return list(result) if returning else []
    # One array for each column: the driver would take a query of many VALUES to pieces, slowly.
    given = [table.c[name] for name in rows[0]]
    arrays = [cast([row[each.name] for row in rows], ARRAY(each.type)) for each in given]
    source = func.unnest(*arrays).table_valued(*(each.name for each in given)).render_derived()
    statement = insert_into(table).from_select([each.name for each in given], select(source))
    return list(connection.execute(statement.on_conflict_do_nothing().returning(*returning)))


def _insert_of(connection: Connection) -> Any:
    """Each database has an insert of its own; that of the other one need not be loaded."""
    return pkgutil.resolve_name(f"sqlalchemy.dialects.{connection.dialect.name}:insert")


def in_pieces(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values cut into pieces that fit an IN list."""
    for start in range(0, len(values), PARAMETERS_PER_QUERY):
        yield values[start : start + PARAMETERS_PER_QUERY]


def rewrite(engine: Engine) -> None:
    """Write SQLite's file anew, so that no deleted byte stays in it; OperationalError if it cannot.

    PostgreSQL does this on its own time (vacuum, recycling of its log): nothing is done here.
    """
    with _outside_transactions(engine) as run:
        # It makes a copy of all that is left, which would fill the memory.
        run("PRAGMA temp_store=FILE")
        try:
            run("VACUUM")
        finally:
            run("PRAGMA temp_store=MEMORY")


def empty_log(engine: Engine) -> bool:
    """Bring SQLite's write-ahead log into the database file and empty it; False: somebody reads it.

    A worker that was killed may have left there what was erased.
    """
    with _outside_transactions(engine) as run:
        return all(busy == 0 for busy, _, _ in run("PRAGMA wal_checkpoint(TRUNCATE)"))


@contextmanager
def _outside_transactions(engine: Engine) -> Iterator[Callable[[str], list[Any]]]:
    """Runs statements on SQLite that no transaction takes, with little patience; else nothing."""
    if engine.dialect.name != "sqlite":
        yield lambda _: []
        return
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None

        def run(statement: str) -> list[Any]:
            try:
                return list(raw.execute(statement))
            except sqlite3.OperationalError as error:
                raise OperationalError(statement, {}, error) from error

        run(f"PRAGMA busy_timeout={_BRIEF_TIMEOUT_SECONDS * 1000}")
        try:
            yield run
        finally:
            run(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_SECONDS * 1000}")


def is_ready(engine: Engine) -> bool:
    """Whether the database answers."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT 1")).scalar() == 1
