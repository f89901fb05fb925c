"""How far the journal has been recorded, and which days were reached."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Select,
    String,
    Table,
    bindparam,
    select,
)

from crm.storage.bulk import driver_values, replace_rows
from crm.storage.database import METADATA
from crm.storage.reads import Among, as_date, found_rows

PROGRESS = Table(
    "progress",
    METADATA,
    Column("consumer", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("first_day", Date),
    Column("days_from", Date),
    Column("days_to", Date),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the recording has come.

    position: of the last journaled event that is recorded.
    first_day: the Shanghai day of the earliest event recorded.
    days_from, days_to: the days that were reached, without a gap; None before the first.
    """

    position: int = 0
    first_day: date | None = None
    days_from: date | None = None
    days_to: date | None = None

    def with_event_on(self, day: date) -> "Progress":
        """After an event of that day."""
        return replace(self, first_day=min(self.first_day or day, day))

    def with_day(self, day: date) -> "Progress":
        """After the day was reached."""
        return replace(
            self,
            days_from=min(self.days_from or day, day),
            days_to=max(self.days_to or day, day),
        )

    def without_day(self, day: date) -> "Progress":
        """After the day was taken back, and with it all that lie after it."""
        if self.days_to is None or self.days_from is None or day > self.days_to:
            return self
        before = day - timedelta(days=1)
        if before < self.days_from:
            return replace(self, days_from=None, days_to=None)
        return replace(self, days_to=before)


def load_progress(connection: Connection, consumer: str) -> Progress:
    """How far the consumer has come."""
    for _, position, *days in found_rows(connection, _of_consumer, consumer=consumer):
        return Progress(position, *map(as_date, days))
    return Progress()


def save_progress(connection: Connection, consumer: str, progress: Progress) -> None:
    """Replace what is stored."""
    row = {
        "consumer": consumer,
        "position": progress.position,
        "first_day": progress.first_day,
        "days_from": progress.days_from,
        "days_to": progress.days_to,
    }
    replace_rows(connection, PROGRESS, driver_values(connection, PROGRESS, [row]))


def _of_consumer(_: Among) -> Select[Any]:
    return select(PROGRESS).where(PROGRESS.c.consumer == bindparam("consumer"))
