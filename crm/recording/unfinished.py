"""The mark of a recording from the beginning that is under way: its rows are not all there yet."""

from sqlalchemy import Connection

from crm.journal.checkpoints import Partition, glance, move_all_on

_FROM_THE_BEGINNING = Partition("from-the-beginning", "", 0)


def mark_unfinished(connection: Connection, now_us: int) -> None:
    """From now on: whoever finds the mark and did not set it has to begin anew."""
    move_all_on(connection, {_FROM_THE_BEGINNING: 1}, now_us)


def mark_finished(connection: Connection, now_us: int) -> None:
    """All that follows from the journal is there again, or nothing."""
    move_all_on(connection, {_FROM_THE_BEGINNING: 0}, now_us)


def is_unfinished(connection: Connection) -> bool:
    """Whether a recording from the beginning is under way, or was broken off."""
    return glance(connection, _FROM_THE_BEGINNING) > 0
