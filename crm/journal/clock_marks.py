"""What is known of the clock: when the door last took something, what headquarters confirmed."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, String, Table, select, update

from crm.storage.database import METADATA, insert_new

CLOCK = Table(
    "clock",
    METADATA,
    Column("name", String(16), primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String(256), nullable=False),
)
"""Kept apart from events. `door`: the newest moment at which it took something from outside, by
its own clock, whatever an import of history says of its receipts; `confirmed`: up to which moment
headquarters has confirmed the clock, and who did."""

_DOOR, _CONFIRMED = "door", "confirmed"
_OFTEN_ENOUGH_US = 3_600_000_000
"""A day is what it is about: not every event need move the mark."""


@dataclass(frozen=True, slots=True)
class ClockMarks:
    """Both marks, in µs; None where there is none."""

    door_us: int | None = None
    confirmed_us: int | None = None


def clock_marks(connection: Connection) -> ClockMarks:
    """As they stand."""
    rows = connection.execute(select(CLOCK.c.name, CLOCK.c.at_us))
    found: dict[str, int] = {name: at_us for name, at_us in rows}
    return ClockMarks(found.get(_DOOR), found.get(_CONFIRMED))


def mark_door(connection: Connection, at_us: int) -> None:
    """The door took something at this moment."""
    is_door = CLOCK.c.name == _DOOR
    marked = connection.execute(select(CLOCK.c.at_us).where(is_door)).scalar()
    if marked is None:
        insert_new(connection, CLOCK, [{"name": _DOOR, "at_us": at_us, "actor": ""}])
    elif marked <= at_us - _OFTEN_ENOUGH_US:
        connection.execute(update(CLOCK).where(is_door).values(at_us=at_us))


def set_back(connection: Connection, at_us: int) -> None:
    """The clock was ahead and is right again: no mark lies after this moment."""
    later = update(CLOCK).where(CLOCK.c.at_us > at_us)
    connection.execute(later.values(at_us=at_us))


def confirm(connection: Connection, at_us: int, actor: str) -> None:
    """Headquarters says that the clock is right at this moment."""
    said = {"at_us": at_us, "actor": actor}
    insert_new(connection, CLOCK, [{"name": _CONFIRMED, **said}])
    connection.execute(update(CLOCK).where(CLOCK.c.name == _CONFIRMED).values(**said))
