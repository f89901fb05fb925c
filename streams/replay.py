"""Rebuilds every projection from the journal, and proves that it comes out equal.

Verifying records the journal a second time into an empty database beside, and compares table by
table, row by row; of the ledger the balances, since entries tell of the order of arrival.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, Table, cast, delete, func, insert, select

from crm.database import open_engine, reading, writing
from crm.dealer_changes import FOR_EVER, be_quiet_until
from crm.journal import JOURNAL
from crm.keyring import Keyring
from crm.progress import load_progress
from crm.record import BATCH_EVENTS, Recorder
from crm.rewards.tables import LEDGER_ENTRY
from crm.schema import HISTORY, PROJECTED, prepare
from crm.settings import sqlite_file
from streams.scratch import scratch_folder

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TableComparison:
    """One table: its rows here and in the rebuild, and whether they are the same."""

    rows: int
    rebuilt_rows: int
    equal: bool


def rebuild(engine: Engine, keyring: Keyring, report: Report | None = None) -> int:
    """Empty every projection and record the journal again; returns the events recorded.

    Nothing leaves the house on a rebuild: what was sent is history and is left alone.
    """
    with writing(engine) as connection:
        up_to = load_progress(connection, "embedded").position
        for table in PROJECTED:
            connection.execute(delete(table))
        # Dealers hear nothing of the way there, and at its end only of what came out differently.
        be_quiet_until(connection, up_to)
    return _record_again(engine, keyring, up_to, report)


def verify(
    engine: Engine, keyring: Keyring, report: Report | None = None, folder: Path | None = None
) -> dict[str, TableComparison]:
    """Rebuild beside, in a file within the folder that is deleted afterwards, and compare.

    folder: where the data are; None: where a SQLite database is, else the system's temporary one.

    What a worker records in the meantime is rebuilt as well, until both are equally far.
    """
    here_file = sqlite_file(engine.url.render_as_string())
    with scratch_folder(folder or (here_file.parent if here_file else None)) as scratch:
        file = scratch / "replay.db"
        # SQLite gives its log and its index the mode of the file.
        file.touch(mode=0o600)
        beside = open_engine(f"sqlite:///{file}")
        try:
            prepare(beside)
            with writing(beside) as connection:
                be_quiet_until(connection, FOR_EVER)
            up_to = 0
            while True:
                with reading(engine) as here, writing(beside) as there:
                    before, up_to = up_to, load_progress(here, "embedded").position
                    _copy(here, there, before, up_to)
                _record_again(beside, keyring, up_to, report)
                with reading(engine) as here, reading(beside) as there:
                    if load_progress(here, "embedded").position == up_to:
                        return {table.name: _compare(table, here, there) for table in PROJECTED}
        finally:
            beside.dispose()


def _copy(here: Connection, there: Connection, after: int, up_to: int) -> None:
    for table in HISTORY:
        places = (table.c.position > after, table.c.position <= up_to)
        query = select(table).where(*places).order_by(table.c.position)
        rows = here.execution_options(yield_per=BATCH_EVENTS).execute(query)
        for piece in rows.mappings().partitions(BATCH_EVENTS):
            there.execute(insert(table), [dict(row) for row in piece])


def _record_again(engine: Engine, keyring: Keyring, up_to: int, report: Report | None) -> int:
    recorder = Recorder(engine, keyring)
    done = 0
    while done < up_to:
        with reading(engine) as connection:
            before = load_progress(connection, recorder.consumer).position
        left = _rows_between(engine, before, up_to)
        if not left or recorder.record_next(0, min(left, 4 * BATCH_EVENTS)) is None:
            break
        with reading(engine) as connection:
            done = load_progress(connection, recorder.consumer).position
        if report is not None:
            report(done, up_to)
    return done


def _rows_between(engine: Engine, after: int, up_to: int) -> int:
    query = select(func.count()).where(JOURNAL.c.position > after, JOURNAL.c.position <= up_to)
    with reading(engine) as connection:
        return connection.execute(query).scalar_one()


def _compare(table: Table, here: Connection, there: Connection) -> TableComparison:
    mine, rebuilt = _fingerprint(table, here), _fingerprint(table, there)
    return TableComparison(mine[0], rebuilt[0], mine[1] == rebuilt[1])


def _fingerprint(table: Table, connection: Connection) -> tuple[int, str]:
    """(number of rows, hash of all rows in the order of their key)."""
    count = connection.execute(select(func.count()).select_from(table)).scalar_one()
    digest = hashlib.sha256()
    for row in _rows(table, connection):
        digest.update(repr(tuple(row)).encode())
    return count, digest.hexdigest()


def _rows(table: Table, connection: Connection) -> Iterator[Any]:
    if table is LEDGER_ENTRY:
        columns = (table.c.account, table.c.reward_id)
        total = cast(func.sum(table.c.amount_fen), BigInteger)
        query = select(*columns, total).group_by(*columns).having(total != 0).order_by(*columns)
    else:
        query = select(table).order_by(*table.primary_key)
    yield from connection.execution_options(yield_per=BATCH_EVENTS).execute(query)
