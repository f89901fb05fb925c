"""What could not be recorded: which event, why, since when; left out until it is fixed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Select, String, Table, delete, insert, select
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from crm.journal.events import JOURNAL
from crm.keyring.keyring import KeyLost
from crm.keyring.master_key import MasterKeyWrong
from crm.storage.database import METADATA
from crm.storage.reads import Among, found_rows

DEAD_LETTER = Table(
    "dead_letter",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", String(100), nullable=False),
    Column("error", String(200), nullable=False),
    Column("failed_us", BigInteger, nullable=False),
    Column("announced_on", String(64)),
)
"""History, not a projection: a rebuild leaves it alone. `error` names the class, never the data;
`announced_on` is the id of the topic on which it was made known."""

_NOT_OF_ONE_EVENT = (InterfaceError, OperationalError, KeyLost, MasterKeyWrong, MemoryError)


def may_be_one_event(error: Exception) -> bool:
    """Whether one event may be to blame: not for a database, a key or memory that is not there.

    A damaged database speaks as DatabaseError itself; its heirs are about what was written.
    """
    if type(error) is DatabaseError:
        return False
    return not isinstance(error, _NOT_OF_ONE_EVENT)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One event that could not be recorded."""

    position: int
    source: str
    id: str
    type: str
    error: str
    failed_us: int


def add_dead_letter(
    connection: Connection, position: int, subject: str, error: Exception, failed_us: int
) -> None:
    """Put an event aside. Only the kind of error and its place in the code are kept."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    connection.execute(
        insert(DEAD_LETTER),
        [
            {
                "position": position,
                "subject": subject,
                "error": f"{type(error).__name__}{place}"[:200],
                "failed_us": failed_us,
            }
        ],
    )


def dead_positions(connection: Connection) -> frozenset[int]:
    """The events that are left out."""
    return frozenset(position for (position,) in found_rows(connection, _positions))


def _positions(_: Among) -> Select[Any]:
    return select(DEAD_LETTER.c.position)


def dead_letters(connection: Connection) -> list[DeadLetter]:
    """All of them, oldest first."""
    query = (
        select(
            DEAD_LETTER.c.position,
            JOURNAL.c.source,
            JOURNAL.c.id,
            JOURNAL.c.type,
            DEAD_LETTER.c.error,
            DEAD_LETTER.c.failed_us,
        )
        .join(JOURNAL, JOURNAL.c.position == DEAD_LETTER.c.position)
        .order_by(DEAD_LETTER.c.position)
    )
    return [DeadLetter(*row) for row in connection.execute(query)]


def take_back(connection: Connection, positions: list[int]) -> list[Any]:
    """Let the events count again; returns their (position, subject)."""
    condition = DEAD_LETTER.c.position.in_(positions)
    query = select(DEAD_LETTER.c.position, DEAD_LETTER.c.subject).where(condition)
    found = connection.execute(query).all()
    connection.execute(delete(DEAD_LETTER).where(condition))
    return list(found)
