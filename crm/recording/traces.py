"""The mark that bytes of what was erased may still lie in the database's files.

It is set with the erasure, and outlives a process that is killed before they are removed.
"""

from sqlalchemy import Connection

from crm.journal.checkpoints import Partition, glance, move_all_on

_TRACES = Partition("traces", "", 0)


def mark_traces(connection: Connection, position: int, now_us: int) -> None:
    """The event at a position has erased something."""
    move_all_on(connection, {_TRACES: position}, now_us)


def traces(connection: Connection) -> int:
    """The mark that was set last, to be given back once the files are cleared; 0: there is none."""
    return glance(connection, _TRACES)


def forget_traces(connection: Connection, mark: int, now_us: int) -> None:
    """The files hold nothing any more of what was erased up to this mark; a newer one stays."""
    if traces(connection) == mark:
        move_all_on(connection, {_TRACES: 0}, now_us)
