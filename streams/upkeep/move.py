"""Moves an installation from its SQLite files to PostgreSQL: history, keys and accounts.

In this order, so that it may be killed at any moment and simply be run again:

1. a mark in the target says whose move is under way; only an empty target gets one;
2. keys, then the journal with its positions, in pieces, each after what is there already;
3. what may still change at the source (accounts, dead letters …) is written anew each time;
4. the numbers that PostgreSQL gives next are set after the highest;
5. every projection is recorded again there, in one transaction;
6. both are compared, row for row; only when they are equal is the mark set to done.

The source is only read.
"""

import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Table,
    delete,
    exists,
    func,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from crm.accounts.tables import ACCESS, ACCOUNT, API_TOKEN
from crm.clock import now_us
from crm.configuration.settings import Settings, keyring_beside, sqlite_file, with_password
from crm.journal.checkpoints import CHECKPOINT, Partition, checkpoints, move_on, next_offset
from crm.journal.events import JOURNAL, last_position
from crm.journal.progress import load_progress
from crm.keyring.keyring import DATA_KEY, FENCE, OF_SUBJECTS, Keyring
from crm.operations.status import MOVE, MOVED
from crm.schema.tables import CARRIED, HISTORY, KEPT_APART, PROJECTED, REGISTERED, TOLD
from crm.storage import locks
from crm.storage.bulk import set_numbers
from crm.storage.database import METADATA, insert_new, open_engine, reading, writing
from streams.running.installation import Installation, open_installation
from streams.running.lease import lease
from streams.upkeep.comparison import TableComparison, compare
from streams.upkeep.replay import rebuild

ROWS_AT_ONCE = 2_000
_UNDER_WAY = 1

GROWING = (JOURNAL, ACCESS)
"""Rows are only ever added, each with the next number."""
REPLACED = tuple(
    table
    for table in (*HISTORY, *CARRIED, *TOLD, *REGISTERED, *KEPT_APART)
    if table not in (*GROWING, CHECKPOINT)
)

Report = Callable[[int, int], None]


class MoveRefused(Exception):
    """The move cannot begin; `reason` says why, `place` where."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


@dataclass(frozen=True, slots=True)
class Moved:
    """What stands at the target now, and how it compares with the source."""

    events: int
    keys: int
    accounts: int
    tables: Mapping[str, TableComparison]

    @property
    def equal(self) -> bool:
        """Whether the target holds what the source holds, row for row."""
        return all(table.equal for table in self.tables.values())


def target_settings(source: Settings, url: str, keyring_url: str | None) -> Settings:
    """Where it goes: the same master key, other databases."""
    if sqlite_file(source.database_url) is None:
        raise MoveRefused("source is no SQLite file")
    for each in (url, keyring_url or url):
        if make_url(each).get_backend_name() != "postgresql":
            raise MoveRefused("target is not PostgreSQL")
    file = source.database_password_file
    return replace(
        source,
        database_url=with_password(url, file),
        keyring_url=with_password(
            keyring_url or keyring_beside(url, source.data_folder),
            file,
        ),
    )


def move(source: Settings, target: Settings, report: Report | None = None) -> Moved:
    """Move, or go on with a move that was interrupted.

    Raises MoveRefused when the target holds anything else, WorkerRunning when somebody records.
    """
    with ExitStack() as held:
        held.enter_context(lease(source))
        _must_answer(target)
        held.enter_context(lease(target))
        held.enter_context(lease(target, locks.RELAY))
        here = open_installation(source)
        there = _open_target(here, target)
        try:
            return _move(here, there, report or _silent)
        finally:
            for each in (here, there):
                each.engine.dispose()
                each.keyring.engine.dispose()


def _move(here: Installation, there: Installation, report: Report) -> Moved:
    mark = _mark(here.keyring)
    while True:
        _copy_keyring(here.keyring.engine, there.keyring.engine)
        for table in GROWING:
            _copy_growing(table, here.engine, there.engine, report)
        for table in REPLACED:
            _replace(table, here.engine, there.engine)
        _copy_checkpoints(here.engine, there.engine)
        with writing(there.engine) as connection:
            set_numbers(connection, METADATA.sorted_tables)
        with reading(here.engine) as connection:
            recorded = load_progress(connection, "embedded").position
        rebuild(there.engine, there.keyring, report, up_to=recorded)
        with reading(here.engine) as ours, reading(there.engine) as theirs:
            # Somebody may have handed in more meanwhile: then that, too.
            if last_position(ours) == last_position(theirs):
                moved = _compared(here, there, ours, theirs)
                break
    if moved.equal:
        with writing(there.engine) as connection:
            move_on(connection, mark, MOVED, now_us())
    return moved


def _silent(_done: int, _of: int) -> None:
    """Nobody watches."""


def _open_target(here: Installation, target: Settings) -> Installation:
    """The target with its tables and our mark; refused, and left alone, when it is not empty."""
    there = open_installation(target)
    mark = _mark(here.keyring)
    with writing(there.engine) as connection:
        state = next_offset(connection, mark)
        if state == MOVED:
            raise MoveRefused("moved already", place(target.database_url))
        if state != _UNDER_WAY:
            # Events say most plainly that somebody lives there.
            tables = (JOURNAL, *METADATA.sorted_tables)
            _must_be_empty(connection, tables, target.database_url)
            with reading(there.keyring.engine) as keys:
                _must_be_empty(keys, OF_SUBJECTS, target.keyring_url)
            move_on(connection, mark, _UNDER_WAY, now_us())
    return there


def _must_be_empty(connection: Connection, tables: Sequence[Table], url: str) -> None:
    for table in tables:
        rows = select(table)
        if table is CHECKPOINT:
            # Our own mark is being written in this very transaction.
            rows = rows.where(CHECKPOINT.c.consumer != MOVE)
        if connection.execute(select(exists(rows))).scalar():
            raise MoveRefused("target is not empty", f"{place(url)}, {table.name}")


def _mark(keyring: Keyring) -> Partition:
    """The mark of this installation's move: nobody else's looks like it."""
    name = hmac.new(keyring.secret("content"), b"move", "sha256").hexdigest()[:32]
    return Partition(MOVE, name, 0)


def place(url: str) -> str:
    """A database as it may be shown: without the password."""
    return make_url(url).render_as_string(hide_password=True)


def _copy_keyring(here: Engine, there: Engine) -> None:
    """Every key that is missing there; what was erased here meanwhile goes there, too."""
    for table in OF_SUBJECTS:
        for rows in _pieces(table, table.c.subject, here, ""):
            with writing(there) as connection:
                insert_new(connection, table, rows)
    with writing(there) as connection:
        fenced = exists().where(FENCE.c.subject == DATA_KEY.c.subject)
        connection.execute(delete(DATA_KEY).where(fenced))


def _copy_growing(table: Table, here: Engine, there: Engine, report: Report) -> None:
    (number,) = table.primary_key
    with reading(here) as ours, reading(there) as theirs:
        last = ours.execute(select(func.max(number))).scalar() or 0
        done = theirs.execute(select(func.max(number))).scalar() or 0
    for rows in _pieces(table, number, here, done):
        with writing(there) as connection:
            connection.execute(insert(table), rows)
        if table is JOURNAL:
            report(rows[-1][number.name], last)


def _pieces(
    table: Table, key: Column[Any], engine: Engine, after: Any
) -> Iterator[list[dict[str, Any]]]:
    """The rows after a key, in its order, a short transaction for each piece."""
    while True:
        query = select(table).where(key > after).order_by(key).limit(ROWS_AT_ONCE)
        with reading(engine) as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        if not rows:
            return
        yield rows
        after = rows[-1][key.name]


def _replace(table: Table, here: Engine, there: Engine) -> None:
    with reading(here) as ours, writing(there) as theirs:
        theirs.execute(delete(table))
        rows = ours.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table))
        for piece in rows.mappings().partitions(ROWS_AT_ONCE):
            theirs.execute(insert(table), [dict(row) for row in piece])


def _copy_checkpoints(here: Engine, there: Engine) -> None:
    """How far Kafka's partitions were recorded; each database counts its own transactions."""
    with reading(here) as ours, writing(there) as theirs:
        consumers = select(CHECKPOINT.c.consumer).where(CHECKPOINT.c.topic_id != "").distinct()
        for consumer in ours.execute(consumers).scalars().all():
            for each in checkpoints(ours, consumer):
                next_offset(theirs, each.partition)
                move_on(theirs, each.partition, each.next_offset, each.recorded_us)


def _compared(
    here: Installation, there: Installation, ours: Connection, theirs: Connection
) -> Moved:
    tables = {
        str(table.name): compare(table, ours, theirs) for table in (*GROWING, *REPLACED, *PROJECTED)
    }
    with reading(here.keyring.engine) as our_keys, reading(there.keyring.engine) as their_keys:
        for table in OF_SUBJECTS:
            tables[str(table.name)] = compare(table, our_keys, their_keys)
    return Moved(
        events=tables[JOURNAL.name].rebuilt_rows,
        keys=tables[DATA_KEY.name].rebuilt_rows,
        accounts=sum(tables[table.name].rebuilt_rows for table in (ACCOUNT, API_TOKEN)),
        tables=tables,
    )


def _must_answer(target: Settings) -> None:
    """A target that does not answer is refused by name; its password is told to nobody."""
    for url in (target.database_url, target.keyring_url):
        engine = open_engine(url)
        try:
            engine.connect().close()
        except DBAPIError as error:
            raise MoveRefused("target does not answer", f"{place(url)}: {error.orig}") from error
        finally:
            engine.dispose()
