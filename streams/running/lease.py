"""The lease: one worker at a time on one database of the embedded run.

Beside a SQLite file it is a lock on another file; in PostgreSQL a lock of the session. Either is
given back the moment the process ends, however it ends: a worker that was killed can be started
again at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from crm.configuration.settings import Settings, sqlite_file
from crm.storage import locks

_LOOKED_AT_SECONDS = 0.2
"""Whoever only looks whether somebody works (streams/upkeep/status.py) is gone by then."""
_FILES = {
    locks.WORKER: "worker.lock",
    locks.RELAY: "relay.lock",
    locks.BRIDGE: "bridge.lock",
    locks.WEBHOOKS: "webhooks.lock",
}


class WorkerRunning(Exception):
    """Another worker records this database already."""


@contextmanager
def lease(settings: Settings, number: int = locks.WORKER) -> Iterator[None]:
    """Hold the lease; WorkerRunning, at once, when somebody else holds it."""
    if sqlite_file(settings.database_url) is None:
        with locks.lease(settings.database_url, number) as taken:
            if not taken:
                raise WorkerRunning(f"PostgreSQL, {number}")
            yield
        return
    file = settings.data_folder / _FILES.get(number, f"slot-{number - locks.FIRST_SLOT}.lock")
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=_LOOKED_AT_SECONDS)
    except Timeout as error:
        raise WorkerRunning(str(file)) from error
    try:
        yield
    finally:
        lock.release()
