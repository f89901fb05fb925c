"""How it stands, as far as the database tells: what waits, what is behind, what failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, func, select

from crm.clock import now_us
from crm.journal.checkpoints import Partition, checkpoints, move_on, next_offset
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL, last_position
from crm.journal.outbox import OUTBOX
from crm.journal.progress import load_progress
from crm.journal.undecodable import UNDECODABLE
from crm.operations.clock import day_plan
from crm.outcomes.tables import OUTCOME, UNUSUAL

BACKUP = Partition("backup", "", 0)
"""The mark that the last backup leaves."""
MOVE, MOVED = "move", 2
"""Whose mark a move into another database leaves there, and its offset once all has arrived."""


@dataclass(frozen=True, slots=True)
class Status:
    """An installation at one moment; instants in µs since the epoch, None where there is none.

    recorded_position: how far the journal is recorded.
    lag_records: records of the events topic that are not recorded yet, by partition; None while
    the broker does not answer or has no such topic, empty where the journal itself carries.
    inbox_records: the same of the inboxes, by name.
    last_backup_us: of which moment the newest backup is that was made of this database.
    workers: who records now, and how many partitions each has; None where nobody can tell.
    clock_doubted: whether no new day begins until headquarters has confirmed the clock.
    """

    carrier: str
    journaled: int
    recorded_position: int
    not_recorded: int
    outbox: int
    outbox_oldest_us: int | None
    waiting: int
    dead_letters: int
    undecodable: int
    last_recorded_us: int | None = None
    last_backup_us: int | None = None
    lag_records: Mapping[int, int] | None = field(default_factory=dict)
    inbox_records: Mapping[str, int] | None = field(default_factory=dict)
    workers: Mapping[str, int] | None = None
    clock_doubted: bool = False

    @property
    def topic_missing(self) -> bool:
        """Whether the broker answers and has no topic of the events."""
        return self.lag_records is None and self.inbox_records is not None


def stored_status(connection: Connection) -> Status:
    """What the database knows by itself."""
    recorded = load_progress(connection, "embedded").position
    outbox, oldest_us = connection.execute(
        select(func.count(), func.min(OUTBOX.c.received_us))
    ).one()
    return Status(
        carrier="journal",
        journaled=_count(connection, JOURNAL),
        recorded_position=recorded,
        not_recorded=max(0, last_position(connection) - recorded),
        outbox=outbox,
        outbox_oldest_us=oldest_us,
        waiting=_count(connection, OUTCOME, UNUSUAL, OUTCOME.c.outcome == "waiting"),
        dead_letters=_count(connection, DEAD_LETTER),
        undecodable=_count(connection, UNDECODABLE),
        last_backup_us=last_backup_us(connection),
        clock_doubted=day_plan(connection, now_us()).doubted,
    )


def last_backup_us(connection: Connection) -> int | None:
    """When the data of the newest backup were read; None: none was ever made here."""
    found = checkpoints(connection, BACKUP.consumer)
    return found[0].recorded_us if found else None


def moved_without_backup_us(connection: Connection) -> int | None:
    """When everything was moved into this database, where no backup was made of it since: those
    of the place it came from hold what stood there."""
    moves = [each for each in checkpoints(connection, MOVE) if each.next_offset == MOVED]
    if not moves:
        return None
    moved_us = max(each.recorded_us for each in moves)
    last_us = last_backup_us(connection)
    return moved_us if last_us is None or last_us < moved_us else None


def keep_backup(connection: Connection, position: int, made_us: int) -> None:
    """There is a backup of that moment, with the journal up to that position."""
    next_offset(connection, BACKUP)
    move_on(connection, BACKUP, position, made_us)


def _count(connection: Connection, table: Table, *conditions: Any) -> int:
    query = select(func.count()).select_from(table).where(*conditions)
    return connection.execute(query).scalar_one()
