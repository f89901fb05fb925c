"""Rebuilds every projection from the journal, and proves that it comes out equal.

Verifying records the journal a second time into an empty database beside, and compares table by
table, row by row; of the ledger the balances, since entries tell of the order of arrival.

On PostgreSQL a rebuild is one transaction that holds RECORDING: workers wait until it is done,
pages show the old rows until then, and one that is killed has changed nothing. SQLite has one
writer, whom the doors need between two batches: there it is many, and whoever works next goes on
with it.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    bindparam,
    func,
    insert,
    select,
)

from crm.clock import now_us
from crm.configuration.settings import sqlite_file
from crm.copies.change_log import FOR_EVER, be_quiet_until
from crm.journal.checkpoints import count_transaction
from crm.journal.events import JOURNAL, last_position
from crm.journal.progress import load_progress
from crm.keyring.keyring import Keyring
from crm.recording.recorder import BATCH_EVENTS, LARGEST_BATCH, Recorder
from crm.recording.unfinished import refuse_unfinished
from crm.schema.preparing import prepare
from crm.schema.tables import HISTORY, PROJECTED
from crm.storage.attached import attached
from crm.storage.bulk import insert_rows, own_columns
from crm.storage.database import open_engine, reading, writing
from crm.storage.locks import RECORDING, hold
from crm.storage.reads import Among, Builder, found_rows
from streams.running.scratch import scratch_folder
from streams.upkeep.comparison import TableComparison, compare

Report = Callable[[int, int], None]


def rebuild(
    engine: Engine, keyring: Keyring, report: Report | None = None, up_to: int | None = None
) -> int:
    """Empty every projection and record the journal again; returns the last position recorded.

    `up_to`: how far, the position that is recorded now unless something else is said. Nothing
    leaves the house on a rebuild: what was sent is history and is left alone.
    """
    recorder = Recorder(engine, keyring)
    if engine.dialect.name == "sqlite":
        with writing(engine) as connection:
            up_to = _empty(connection, recorder, up_to)
        return _record_again(recorder, up_to, report)
    with writing(engine) as connection:
        hold(connection, RECORDING)
        up_to = _empty(connection, recorder, up_to)
        recorder.transaction = lambda: _part_of(connection)
        recorder.can_begin = True
        done = _record_again(recorder, up_to, report)
        # Workers at scale must not believe what they had read before this.
        count_transaction(connection, now_us())
    return done


def _empty(connection: Connection, recorder: Recorder, up_to: int | None) -> int:
    """Delete what is projected; returns how far to record."""
    recorded = load_progress(connection, recorder.consumer).position
    recorder.begin_anew(connection)
    up_to = recorded if up_to is None else up_to
    # Dealers hear nothing of the way there, and at its end only of what came out differently.
    be_quiet_until(connection, up_to)
    return up_to


@contextmanager
def _part_of(connection: Connection) -> Iterator[Connection]:
    """A batch that can be undone alone, within a transaction that goes on."""
    with connection.begin_nested():
        yield connection


def verify(
    engine: Engine, keyring: Keyring, report: Report | None = None, folder: Path | None = None
) -> dict[str, TableComparison]:
    """Rebuild beside, in a file within the folder that is deleted afterwards, and compare.

    folder: where the data are; None: where a SQLite database is, else the system's temporary one.

    What a worker records in the meantime is rebuilt as well, until both are equally far. Raises
    RecordingUnfinished.
    """
    here_file = sqlite_file(engine.url.render_as_string())
    with scratch_folder(folder or (here_file.parent if here_file else None)) as scratch:
        file = scratch / "replay.db"
        beside = open_engine(f"sqlite:///{file}", passing=True)
        try:
            prepare(beside)
            with writing(beside) as connection:
                be_quiet_until(connection, FOR_EVER)
            up_to = 0
            while True:
                with settled(engine) as here:
                    refuse_unfinished(here)
                    before, up_to = up_to, load_progress(here, "embedded").position
                    _copy(here, beside, before, up_to)
                _record_again(Recorder(beside, keyring), up_to, report)
                with settled(engine) as here, reading(beside) as there:
                    if load_progress(here, "embedded").position == up_to:
                        return {table.name: compare(table, here, there) for table in PROJECTED}
        finally:
            beside.dispose()


@contextmanager
def settled(engine: Engine) -> Iterator[Connection]:
    """A single state of the data, at a moment at which nobody is in the midst of recording.

    Otherwise a lower position could still come to light, from a worker that commits later.
    """
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            yield connection
        return
    with reading(engine) as connection:
        with writing(engine) as gate:
            hold(gate, RECORDING)
            # The first query is what chooses the state.
            last_position(connection)
        yield connection


def _copy(here: Connection, beside: Engine, after: int, up_to: int) -> None:
    file = sqlite_file(here.engine.url.render_as_string())
    if file is not None:
        with attached(beside, file) as (there, elsewhere):
            for table in HISTORY:
                there.execute(_copied(table, elsewhere, after, up_to))
        return
    # History has no days: what one driver gives, the other takes as it is.
    with writing(beside) as there:
        for table in HISTORY:
            copied = after
            asked = _next_of(table)
            while rows := found_rows(here, asked, after=copied, up_to=up_to, most=BATCH_EVENTS):
                insert_rows(there, table, rows)
                copied = rows[-1][own_columns(table).index(table.c.position)]


def _copied(table: Table, elsewhere: str, after: int, up_to: int) -> Insert:
    place = table.to_metadata(MetaData(), schema=elsewhere)
    query = select(*own_columns(place)).where(place.c.position > after, place.c.position <= up_to)
    names = [column.name for column in own_columns(table)]
    return insert(table).from_select(names, query.order_by(place.c.position))


@functools.cache
def _next_of(table: Table) -> Builder:
    place = table.c.position

    def built(_: Among) -> Select[Any]:
        query = select(*own_columns(table)).where(place > bindparam("after"))
        query = query.where(place <= bindparam("up_to"))
        return query.order_by(place).limit(bindparam("most", type_=Integer))

    return built


def _record_again(recorder: Recorder, up_to: int, report: Report | None) -> int:
    done = 0
    while done < up_to:
        with recorder.transaction() as connection:
            before = load_progress(connection, recorder.consumer).position
            left = _rows_between(connection, before, up_to)
        if not left or recorder.record_next(0, min(left, LARGEST_BATCH), up_to) is None:
            break
        with recorder.transaction() as connection:
            done = load_progress(connection, recorder.consumer).position
        if report is not None:
            report(max(done, recorder.begun), up_to)
    return done


def _rows_between(connection: Connection, after: int, up_to: int) -> int:
    query = select(func.count()).where(JOURNAL.c.position > after, JOURNAL.c.position <= up_to)
    return connection.execute(query).scalar_one()
