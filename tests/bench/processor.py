"""Processor time of whoever works for an installation: processes, and their PostgreSQL backends.

Beside a clock it says what the work cost when other work shares the machine.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
from sqlalchemy import bindparam, text
from sqlalchemy.engine import make_url

from crm.configuration.settings import Settings
from crm.storage.database import open_engine

_BACKENDS = text("SELECT pid FROM pg_stat_activity WHERE datname = :database").bindparams(
    bindparam("database")
)


@dataclass
class Spent:
    """Seconds of processor time, by process; backends that ended meanwhile are not among them."""

    before: dict[int, float]
    after: dict[int, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """All of them together."""
        return sum(seconds - self.before.get(pid, 0.0) for pid, seconds in self.after.items())


@contextmanager
def processor_time(settings: Settings, processes: Sequence[int]) -> Iterator[Spent]:
    """What is spent meanwhile, by these processes and by the backends of both databases."""
    spent = Spent(_now(settings, processes))
    yield spent
    spent.after = _now(settings, processes)


def _now(settings: Settings, processes: Sequence[int]) -> dict[int, float]:
    urls = settings.database_url, settings.keyring_url
    backends = [pid for url in urls for pid in _backends(url)]
    return {pid: _seconds(pid) for pid in (*processes, *backends)}


def _backends(url: str) -> list[int]:
    """Who works for a database of a PostgreSQL on this machine."""
    if not url.startswith("postgresql"):
        return []
    engine = open_engine(url)
    with engine.connect() as connection:
        mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        found = connection.execute(_BACKENDS, {"database": make_url(url).database}).scalars()
        pids = [pid for pid in found if pid != mine]
    engine.dispose()
    return pids


def _seconds(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
