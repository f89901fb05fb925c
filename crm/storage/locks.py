"""Locks of one transaction: PostgreSQL's advisory locks; SQLite has one writer anyway.

docs/decisions/0007-lock-order.md says which are taken, and in which order.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from zlib import crc32

from sqlalchemy import Connection, Engine, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from crm.storage.database import open_engine

_SPACE = 0x4A58
"""Keeps our numbers apart from those of others in the same database."""
SCHEMA = 2_001
APPENDING = 2_002
WORLD = 2_003
LEDGER = 2_004
PROGRESS = 2_005
WORKER = 2_006
RELAY = 2_007
DEALER_CHANGES = 2_008
BRIDGE = 2_009
WEBHOOKS = 2_010
ROTATION = 2_011
QUESTIONS = 2_020
FIRST_SLOT = 2_100
"""Of the workers' slots; slot 1 has the next number."""

_PAUSES_SECONDS = (0.1, 0.1, 0.0)
"""Whoever only looks whether somebody holds a lease lets it go again within these."""

BUCKETS = 1_024
"""Numbers from 0: PostgreSQL keeps a lock in shared memory, so there must not be one per card."""

_TAKE = text(
    "SELECT CASE WHEN exclusive THEN pg_advisory_xact_lock(:space, bucket)::text"
    " ELSE pg_advisory_xact_lock_shared(:space, bucket)::text END"
    " FROM unnest(CAST(:buckets AS integer[]), CAST(:modes AS boolean[]))"
    " AS wanted(bucket, exclusive)"
).bindparams(bindparam("space", _SPACE))


def hold(connection: Connection, number: int, *, shared: bool = False) -> None:
    """Wait for the lock and hold it until the transaction ends."""
    if connection.dialect.name == "sqlite":
        return
    take = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    connection.execute(select(take(_SPACE, number)))


def try_to_hold(connection: Connection, number: int) -> bool:
    """Hold the lock alone until the transaction ends, if that is possible at once."""
    query = select(func.pg_try_advisory_xact_lock(_SPACE, number))
    return bool(connection.execute(query).scalar_one())


@dataclass
class Wanted:
    """Names of homes and keys, to be held alone or together with others who only read them."""

    alone: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)

    def buckets(self) -> dict[int, bool]:
        """Bucket → whether it is to be held alone."""
        found = dict.fromkeys(map(bucket_of, self.shared), False)
        return found | dict.fromkeys(map(bucket_of, self.alone), True)


def bucket_of(name: str) -> int:
    """The bucket of a home or key; several share one."""
    return crc32(name.encode()) % BUCKETS


def hold_buckets(connection: Connection, wanted: Wanted) -> dict[int, bool]:
    """Wait for all of them in the order of their numbers, so that nobody waits in a circle."""
    buckets = dict(sorted(wanted.buckets().items()))
    numbers, modes = list(buckets), list(buckets.values())
    connection.execute(_TAKE, {"buckets": numbers, "modes": modes})
    return buckets


def lacking(held: dict[int, bool], alone: Iterable[str], shared: Iterable[str]) -> set[str]:
    """Names that are not held as they must be."""
    return {name for name in alone if not held.get(bucket_of(name), False)} | {
        name for name in shared if bucket_of(name) not in held
    }


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
