"""Locks of one transaction, by number: PostgreSQL's advisory locks; SQLite has one writer anyway.

docs/decisions/0002-lock-order.md says which are taken, and in which order.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from crm.database import open_engine

_SPACE = 0x4A58
"""Keeps our numbers apart from those of others in the same database."""
SCHEMA = 2_001
APPENDING = 2_002
RECORDING = 2_003
LEDGER = 2_004
WORKER = 2_005


def hold(connection: Connection, number: int, *, shared: bool = False) -> None:
    """Wait for the lock and hold it until the transaction ends."""
    if connection.dialect.name == "sqlite":
        return
    take = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    connection.execute(select(take(_SPACE, number)))


@contextmanager
def lease(url: str, number: int) -> Iterator[bool]:
    """Hold the lock for as long as this lasts or the connection lives; False: somebody has it.

    PostgreSQL gives it back the moment the process is gone, however it ended.
    """
    engine: Engine = open_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        taken = connection.execute(select(func.pg_try_advisory_lock(_SPACE, number))).scalar_one()
        # The session keeps the lock; no transaction stays open behind it.
        connection.commit()
        try:
            yield taken
        finally:
            _let_go(connection)


def _let_go(connection: Connection) -> None:
    try:
        connection.execute(select(func.pg_advisory_unlock_all()))
        connection.commit()
    except DBAPIError:
        # The server is away, and the lock with it.
        connection.invalidate()
