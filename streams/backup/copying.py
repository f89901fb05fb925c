"""Rows from one database to another, and files that last."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, func, insert, select

from crm.accounts.tables import INVITATION, WEB_SESSION
from crm.members.tables import MEMBER_LINK
from crm.schema.tables import PROJECTED
from crm.storage.database import METADATA, open_engine

ROWS_AT_ONCE = 2_000
Report = Callable[[int, int], None]

_LETS_IN = (WEB_SESSION, INVITATION, MEMBER_LINK)
KEPT = tuple(table for table in METADATA.sorted_tables if table not in (*PROJECTED, *_LETS_IN))
"""What cannot be computed anew. The views can, and they are what holds names in plain. Nobody stays
signed in over a restore, and no link is good: who has signed out since must not be in again, and a
link that was used or ended since must not open anything once more."""


def copy_rows(tables: Sequence[Table], here: Connection, there: Connection, report: Report) -> None:
    """Every row of the tables, as one state of `here` shows them."""
    counts = {t.name: _count(here, t) for t in tables}
    total, done = sum(counts.values()), 0
    for table in tables:
        rows = here.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table))
        for piece in rows.mappings().partitions(ROWS_AT_ONCE):
            there.execute(insert(table), [dict(row) for row in piece])
            done += len(piece)
            report(done, total)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def private_database(file: Path) -> Engine:
    """A new SQLite file that its owner alone can read; its log and index get the same mode."""
    file.touch(mode=0o600)
    return open_engine(f"sqlite:///{file}")


def close_whole(engine: Engine) -> None:
    """Bring all of SQLite's log into the file, and leave only that."""
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE"):
            raw.execute(statement).fetchall()
    engine.dispose()
