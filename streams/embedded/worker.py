"""Carries events without a broker: straight from the journal to the recording.

The worker makes `day.reached` for every Shanghai day from the first event's to today: the only
thing by which time itself acts on what is stored.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import orjson
from sqlalchemy import Engine

from campaigns.catalogue import wire_name
from campaigns.intake import CLOCK_SOURCE, SYSTEM
from campaigns.times import day_start_us, rfc3339, shanghai_day
from crm.clock import now_us
from crm.intake.accept import EventIntake
from crm.journal.events import last_position
from crm.journal.progress import Progress, load_progress
from crm.keyring.keyring import Keyring
from crm.outcomes.queries import counts_between
from crm.recording.recorder import BATCH_EVENTS, Recorder
from crm.storage.database import reading
from streams.running.logs import Summary
from streams.running.retry import patiently
from streams.running.scrubbing import Scrubbing

LARGEST_BATCH = 16 * BATCH_EVENTS
_SCRUB_SECONDS = 10.0
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
    recorded_now: Summary = field(default_factory=lambda: Summary(_log, "recorded"))

    def __post_init__(self) -> None:
        """One recorder for the worker's life."""
        self.recorder = Recorder(self.engine, self.keyring)
        self.scrubbing = Scrubbing((self.engine, self.keyring.engine))
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
        recorded, last = patiently(self._positions)
        limit = min(max(last - recorded, BATCH_EVENTS), LARGEST_BATCH)
        batch = patiently(lambda: self.recorder.record_next(now_us(), limit))
        if batch is None:
            return False
        tally.first_position = tally.first_position or batch.first_position
        tally.last_position = batch.last_position
        tally.failed += batch.failed
        self.recorded_now.add(events=batch.events, failed=batch.failed)
        if batch.erased:
            self.scrubbing.erased()
        return True

    def _positions(self) -> tuple[int, int]:
        with reading(self.engine) as connection:
            progress = load_progress(connection, self.recorder.consumer)
            return progress.position, last_position(connection)

    def _reach_days(self) -> bool:
        """Journal the days that are not reached yet; True when there were any."""
        with reading(self.engine) as connection:
            progress = load_progress(connection, self.recorder.consumer)
        days = list(missing_days(progress, shanghai_day(now_us())))
        if not days:
            return False
        lines = list(map(day_reached, days))
        receipts = EventIntake(self.engine, self.keyring).accept(lines, SYSTEM)
        # A day that lies in the dead letters is journaled, and still not reached.
        return any(receipt.status == "accepted" for receipt in receipts)


def missing_days(progress: Progress, today: date) -> Iterator[date]:
    """The days from the first event's to today that were not reached, in order."""
    if progress.first_day is None:
        return
    known_from, known_to = progress.days_from or date.max, progress.days_to or date.min
    day = min(progress.first_day, today)
    while day <= today:
        if not known_from <= day <= known_to:
            yield day
        day += timedelta(days=1)


def day_reached(day: date) -> bytes:
    """The event that a Shanghai day began."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": day.isoformat(),
            "source": CLOCK_SOURCE,
            "type": wire_name("day.reached"),
            "time": rfc3339(day_start_us(day)),
            "subject": f"day/{day.isoformat()}",
            "data": {"day": day.isoformat()},
        }
    )
