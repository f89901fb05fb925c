"""Two SQLite files in one statement: rows go from one to the other without passing through here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from crm.storage.statements import driver_connection

_ELSEWHERE = "elsewhere"


@contextmanager
def attached(engine: Engine, file: Path) -> Iterator[tuple[Connection, str]]:
    """One transaction that writes to the engine's file and may read another beside it.

    Yields the connection, and the schema in which the other file's tables stand. The other is never
    locked: whoever writes there need not wait.
    """
    with engine.connect() as connection:
        # SQLite attaches nothing within a transaction, and SQLAlchemy begins one by itself.
        raw = driver_connection(connection)
        raw.execute(f"ATTACH DATABASE ? AS {_ELSEWHERE}", (str(file),))
        try:
            with connection.begin():
                yield connection, _ELSEWHERE
        finally:
            raw.execute(f"DETACH DATABASE {_ELSEWHERE}")
