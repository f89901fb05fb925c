"""One installation in a folder of its own, with a season waiting to be taken in or recorded."""

import shutil
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from campaigns.intake import HEADQUARTERS, SYSTEM
from campaigns.season import SEASON_DAYS
from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.journal.day_events import day_reached
from crm.journal.events import last_position
from crm.journal.progress import load_progress
from crm.keyring.keyring import Keyring
from crm.recording.recorder import BATCH_EVENTS, LARGEST_BATCH, Recorder
from crm.schema.preparing import prepare
from crm.storage.database import open_engine, reading

ACCEPTED_TOGETHER = 1000
STARTS_ON = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: how long it took, for how many events or rows, in how many transactions.

    cpu_seconds: the processor time of the process, which a busy machine changes less.
    """

    seconds: float
    count: int
    transactions: int
    cpu_seconds: float


class Timer:
    """Started when it is made."""

    def __init__(self) -> None:
        self._started = time.perf_counter(), time.process_time()

    def measured(self, count: int, transactions: int) -> Measured:
        """What has gone by since then."""
        seconds = time.perf_counter() - self._started[0]
        return Measured(seconds, count, transactions, time.process_time() - self._started[1])


@dataclass
class Stand:
    """An installation that is thrown away afterwards."""

    folder: Path
    engine: Engine
    keyring: Keyring

    @classmethod
    def at(cls, folder: Path) -> "Stand":
        """The installation in a folder, made when there is none."""
        settings = Settings.in_folder(folder)
        engine = open_engine(settings.database_url)
        prepare(engine)
        return cls(folder, engine, Keyring.open(settings))

    def copy(self, folder: Path) -> "Stand":
        """The same installation once more, in another folder."""
        self.close()
        shutil.copytree(self.folder, folder)
        return Stand.at(folder)

    def close(self) -> None:
        """Close every file; the folder stays."""
        self.engine.dispose()
        self.keyring.engine.dispose()

    def remove(self) -> None:
        """Close every file and delete the folder."""
        self.close()
        shutil.rmtree(self.folder)

    def raw(self) -> sqlite3.Connection:
        """The driver's own connection to the same file, prepared in the same way."""
        pooled = self.engine.raw_connection()
        raw = pooled.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        pooled.detach()
        return raw

    def accept(self, lines: Iterable[bytes]) -> Measured:
        """Take the lines in through the door, no more at a time than it is handed at once."""
        intake = EventIntake(self.engine, self.keyring)
        waiting = iter(lines)
        events = transactions = 0
        timer = Timer()
        while piece := list(islice(waiting, ACCEPTED_TOGETHER)):
            intake.accept(piece, HEADQUARTERS, history=True)
            events += len(piece)
            transactions += 1
        return timer.measured(events, transactions)

    def reach_days(self) -> None:
        """Journal every day of the season, as the worker does when time has come so far."""
        days = [STARTS_ON + timedelta(days=number) for number in range(SEASON_DAYS)]
        EventIntake(self.engine, self.keyring).accept([day_reached(day) for day in days], SYSTEM)

    def record(self, at_once: int | None = None) -> Measured:
        """Record what is journaled, in the batches of the embedded worker, or so many at once."""
        recorder = Recorder(self.engine, self.keyring)
        events = transactions = 0
        timer = Timer()
        with reading(self.engine) as connection:
            up_to = None if at_once else last_position(connection)
        while batch := recorder.record_next(now_us(), at_once or self._next_batch(), up_to):
            events += batch.events
            transactions += 1
        return timer.measured(events, transactions)

    def _next_batch(self) -> int:
        with reading(self.engine) as connection:
            left = last_position(connection) - load_progress(connection, "embedded").position
        return min(max(left, BATCH_EVENTS), LARGEST_BATCH)
