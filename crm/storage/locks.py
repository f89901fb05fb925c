"""Locks of one transaction: PostgreSQL's advisory locks; SQLite has one writer anyway.

docs/decisions/0017-one-recording-lock.md says which are taken, and in which order.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from crm.storage.database import open_engine

_SPACE = 0x4A58
"""Keeps our numbers apart from those of others in the same database."""
SCHEMA = 2_001
APPENDING = 2_002
RECORDING = 2_003
WORKER = 2_006
RELAY = 2_007
BRIDGE = 2_009
WEBHOOKS = 2_010
ROTATION = 2_011
QUESTIONS = 2_020
DISPUTES = 2_021
PAYING = 2_022
SENDING = 2_023
CALLING = 2_024
SAVING = 2_025
FIRST_SLOT = 2_100
"""Of the workers' slots; slot 1 has the next number."""

_PAUSES_SECONDS = (0.1, 0.1, 0.0)
"""Whoever only looks whether somebody holds a lease lets it go again within these."""


_LONG_SECONDS = 0.5
_GAP_SECONDS = 0.12


def give_way(engine: Engine, held_seconds: float) -> None:
    """Between two transactions that write, where the first held SQLite's one lock for so long.

    Whoever waits for that lock looks for it every tenth of a second, and would never find it free.
    """
    if engine.dialect.name == "sqlite" and held_seconds > _LONG_SECONDS:
        time.sleep(_GAP_SECONDS)


def hold(connection: Connection, number: int) -> None:
    """Wait for the lock and hold it until the transaction ends."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_SPACE, number)))


@contextmanager
def lease(url: str, number: int) -> Iterator[bool]:
    """Hold the lock for as long as this lasts or the connection lives; False: somebody has it.

    PostgreSQL gives it back the moment the process is gone, however it ended.
    """
    engine: Engine = open_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        for pause_seconds in _PAUSES_SECONDS:
            query = select(func.pg_try_advisory_lock(_SPACE, number))
            taken = connection.execute(query).scalar_one()
            if taken:
                break
            time.sleep(pause_seconds)
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
