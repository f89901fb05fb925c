"""The lease: one worker at a time on one database of the embedded run.

A lock on a file beside the database, given back by the operating system the moment the process
ends, however it ends: a worker that was killed can be started again at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from crm.settings import Settings


class WorkerRunning(Exception):
    """Another worker records this database already."""


@contextmanager
def lease(settings: Settings) -> Iterator[None]:
    """Hold the lease; WorkerRunning, at once, when somebody else holds it."""
    file = settings.data_folder / "worker.lock"
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise WorkerRunning(str(file)) from error
    try:
        yield
    finally:
        lock.release()
