"""Installations in folders of their own, made as alike as two of them can be.

All have the same keys of the installation, so that keyed hashes can be compared; the clock of the
door and of the worker stands where the test puts it.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from types import TracebackType
from typing import Any
from unittest import mock

from sqlalchemy import Connection, Engine, Table, func, select

from campaigns.cloudevents import CheckedEvent
from campaigns.intake import Credential, Receipt
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.journal.events import JOURNAL, NewEvent
from crm.journal.progress import PROGRESS
from crm.keyring.keyring import DATA_KEY, Keyring
from crm.ledger.tables import LEDGER_ENTRY
from crm.outcomes.tables import OUTCOME
from crm.people.tables import CARD, LINK
from crm.schema.preparing import prepare
from crm.schema.tables import PROJECTED
from crm.storage.bulk import own_columns
from crm.storage.database import insert_new, open_engine, reading, writing
from streams.embedded.worker import Worker
from tests.templates import new_installation
from tests.worlds import CLOCK_US, CREDENTIALS, Sent

Snapshot = Mapping[str, frozenset[tuple[Any, ...]]]
"""Table → rows, with identities of events instead of places in the journal."""


@contextmanager
def clock(door_us: int = CLOCK_US, worker_us: int | None = None) -> Iterator[None]:
    """The time at the door, and the time by which the worker makes days."""
    with (
        mock.patch("crm.intake.accept.now_us", lambda: door_us),
        mock.patch("streams.embedded.worker.now_us", lambda: worker_us or door_us),
    ):
        yield


@dataclass(frozen=True)
class ToldIntake(EventIntake):
    """A door that is told which words come by a row and which evidence lay in the store.

    Which rows there are hangs on the moment; the laws of any order are about words as journaled.
    """

    told: dict[tuple[str, str], Sent] = field(default_factory=dict)

    def _row(self, event: CheckedEvent, credential: Credential) -> NewEvent:
        row = super()._row(event, credential)
        sent = self.told.get((event.source, event.id))
        if sent is not None:
            row.by_row, row.evidenced = sent.by_row, sent.evidenced
        return row


class Installation:
    """One installation; a context manager that leaves nothing behind."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        database_url: str | None = None,
        keyring_url: str | None = None,
    ) -> None:
        """A new one, or that of a folder; data and keyring in files of it, or elsewhere."""
        if folder is None:
            folder = Path(mkdtemp(prefix="jinxi-installation-"))
            new_installation(folder)
        self.folder = folder
        files = Settings.in_folder(self.folder)
        self.settings = replace(
            files,
            database_url=database_url or files.database_url,
            keyring_url=keyring_url or files.keyring_url,
        )
        if keyring_url is not None:
            _copy_keys(files, self.settings)
        if database_url is not None:
            engine = open_engine(database_url)
            prepare(engine)
            engine.dispose()
        self.open()

    def open(self) -> None:
        """As a new process does it."""
        self.engine: Engine = open_engine(self.settings.database_url)
        self.keyring = Keyring.open(self.settings)
        self.intake = ToldIntake(self.engine, self.keyring)
        self.worker = Worker(self.engine, self.keyring)

    def close(self) -> None:
        self.engine.dispose()
        self.keyring.engine.dispose()

    def __enter__(self) -> "Installation":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        shutil.rmtree(self.folder)

    def accept(self, events: Iterable[Sent]) -> list[Receipt]:
        """Hand events over, neighbours of one credential in one call."""
        receipts: list[Receipt] = []
        together: list[Sent] = []
        for sent in [*events, None]:
            if together and (sent is None or sent.by != together[0].by):
                lines = [each.line for each in together]
                credential = CREDENTIALS[together[0].by]
                self.intake.told.update({each.key: each for each in together})
                receipts += self.intake.accept(lines, credential, history=True)
                together = []
            if sent is not None:
                together.append(sent)
        return receipts

    def work(self) -> None:
        """Record everything and reach every day."""
        self.worker.until_idle()

    def snapshot(self, leave_out: Sequence[Table] = (PROGRESS,)) -> Snapshot:
        """All that is projected, of the ledger the balances; second in the rows of outcomes, cards
        and links stands the subject that they are of."""
        with reading(self.engine) as connection:
            names = _names(connection)
            found = {
                table.name: frozenset(_rows(connection, table, names))
                for table in PROJECTED
                if table not in leave_out and table is not LEDGER_ENTRY
            }
            found["ledger balances"] = frozenset(_balances(connection))
            return found

    def ledger(self) -> list[tuple[Any, ...]]:
        """Every entry in its order, with its number."""
        with reading(self.engine) as connection:
            query = select(LEDGER_ENTRY).order_by(LEDGER_ENTRY.c.number)
            return [tuple(row) for row in connection.execute(query)]

    def ledger_sum(self) -> int:
        with reading(self.engine) as connection:
            query = select(func.coalesce(func.sum(LEDGER_ENTRY.c.amount_fen), 0))
            return int(connection.execute(query).scalar_one())


def _copy_keys(files: Settings, settings: Settings) -> None:
    """The keys of the template, in an empty keyring elsewhere."""
    source = Keyring.open(files)
    with reading(source.engine) as connection:
        rows = [dict(row) for row in connection.execute(select(DATA_KEY)).mappings()]
    source.engine.dispose()
    target = Keyring.open(settings)
    with writing(target.engine) as connection:
        insert_new(connection, DATA_KEY, rows)
    target.engine.dispose()


def _names(connection: Connection) -> dict[int, tuple[tuple[str, str], str]]:
    """Position → name and subject of an event."""
    columns = JOURNAL.c.position, JOURNAL.c.source, JOURNAL.c.id, JOURNAL.c.subject
    rows = connection.execute(select(*columns))
    return {position: ((source, event_id), subject) for position, source, event_id, subject in rows}


def _rows(
    connection: Connection, table: Table, names: Mapping[int, tuple[tuple[str, str], str]]
) -> Iterator[tuple[Any, ...]]:
    for row in connection.execute(select(*own_columns(table))):
        said = [
            names[value][0] if column == "position" else value
            for column, value in row._mapping.items()
        ]
        if table is OUTCOME:
            said.insert(1, names[row[0]][1])
        elif table in (CARD, LINK):
            said.insert(1, f"card/{row[0]}")
        yield tuple(said)


def _balances(connection: Connection) -> Iterator[tuple[Any, ...]]:
    columns = LEDGER_ENTRY.c.account, LEDGER_ENTRY.c.reward_id
    total = func.sum(LEDGER_ENTRY.c.amount_fen)
    query = select(*columns, total).group_by(*columns).having(total != 0)
    yield from (tuple(row) for row in connection.execute(query))


def differences(one: Snapshot, other: Snapshot) -> dict[str, tuple[Any, Any]]:
    """Table → (rows that only one has, rows that only the other has)."""
    return {
        name: (sorted(one[name] - other[name], key=repr), sorted(other[name] - one[name], key=repr))
        for name in one
        if one[name] != other[name]
    }


def assert_same(one: Snapshot, other: Snapshot) -> None:
    """Say which rows differ when they do."""
    assert not (found := differences(one, other)), found


def cut(events: Sequence[Sent], random: Random) -> Iterator[Sequence[Sent]]:
    """The events in pieces of random sizes."""
    start = 0
    while start < len(events):
        size = random.choice((1, 2, 3, 5, 8, 20, 60))
        yield events[start : start + size]
        start += size
