"""Carries events without a broker: straight from the journal to the recording.

When nothing is left to record, the worker lets the days come that are due.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from crm.clock import now_us
from crm.intake.accept import EventIntake
from crm.journal.events import last_position
from crm.journal.progress import load_progress
from crm.keyring.keyring import Keyring
from crm.outcomes.queries import counts_between
from crm.recording.recorder import Recorder
from crm.storage.database import reading
from crm.storage.locks import give_way
from streams.running.days import hand_over_days
from streams.running.logs import Summary
from streams.running.retry import patiently
from streams.running.scrubbing import Scrubbing
from streams.running.takes import FIRST_TAKE, PATIENCE, next_take

_SCRUB_SECONDS = 10.0
_TAKE_SECONDS = 2.0
"""So long may a transaction last: under SQLite's one lock whoever comes to a door waits for it."""
_log = logging.getLogger(__name__)

Report = Callable[[int, int], None]
"""(events recorded so far, events that the journal holds)."""


@dataclass
class Tally:
    """What a run recorded of what came from outside, by the outcome at its end."""

    first_position: int = 0
    last_position: int = 0
    failed: int = 0
    seconds: float = 0.0


@dataclass
class Worker:
    """Records whatever the journal holds."""

    engine: Engine
    keyring: Keyring
    recorder: Recorder = field(init=False)
    scrubbing: Scrubbing = field(init=False)
    take_events: int = FIRST_TAKE
    """How many events are recorded together, when so many wait."""
    recorded_now: Summary = field(default_factory=lambda: Summary(_log, "recorded"))

    def __post_init__(self) -> None:
        """One recorder for the worker's life."""
        self.recorder = Recorder(self.engine, self.keyring)
        self.recorder.patience_seconds = PATIENCE * _TAKE_SECONDS
        self.scrubbing = Scrubbing(self.engine, self.keyring)
        self.scrubbing.attempt()

    def until_idle(self, report: Report | None = None) -> Tally:
        """Record until nothing is left, every day up to today included."""
        started = time.monotonic()
        tally = Tally()
        while self._drain(tally, report) or patiently(self._reach_days):
            pass
        self.scrubbing.finish(_SCRUB_SECONDS)
        tally.seconds = time.monotonic() - started
        return tally

    def outcomes(self, tally: Tally) -> dict[str, int]:
        """How many of a run's events have each outcome now."""
        with reading(self.engine) as connection:
            counts = counts_between(connection, tally.first_position, tally.last_position)
        return {
            "recorded": counts.get("recorded", 0) + counts.get("voided", 0),
            "waiting": counts.get("waiting", 0),
            "rejected": counts.get("rejected", 0),
            "failed": tally.failed,
        }

    def step(self) -> bool:
        """One batch, or the days that are due; False when there was nothing to do."""
        tally = Tally()
        worked = self._next(tally) or patiently(self._reach_days)
        if not worked:
            self.scrubbing.attempt_if_time()
        return worked

    def _drain(self, tally: Tally, report: Report | None) -> bool:
        worked = False
        while self._next(tally):
            worked = True
            if report is not None:
                report(*patiently(self._positions))
        return worked

    def _next(self, tally: Tally) -> bool:
        _, last = patiently(self._positions)
        started = time.monotonic()
        take = self.take_events
        batch = patiently(lambda: self.recorder.record_next(now_us(), take, last))
        if batch is None:
            return False
        seconds = time.monotonic() - started
        self.take_events = next_take(take, batch.events, seconds, _TAKE_SECONDS)
        give_way(self.engine, seconds)
        tally.first_position = tally.first_position or batch.first_position
        tally.last_position = batch.last_position
        tally.failed += batch.failed
        self.recorded_now.add(events=batch.events, failed=batch.failed)
        if batch.erased:
            self.scrubbing.erased()
        self.scrubbing.attempt_if_time()
        return True

    def _positions(self) -> tuple[int, int]:
        with reading(self.engine) as connection:
            progress = load_progress(connection, self.recorder.consumer)
            return max(progress.position, self.recorder.begun), last_position(connection)

    def _reach_days(self) -> bool:
        """Journal the days that are due; True when there were any."""
        intake = EventIntake(self.engine, self.keyring)
        return hand_over_days(self.engine, intake, now_us())
