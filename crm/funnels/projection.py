"""Writes the notes by which the columns of the funnels are kept fresh."""

from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, Table, delete, func, select

from crm.activities.tables import ACTIVITY
from crm.funnels.notes import Note, ranges
from crm.funnels.tables import FUNNEL_NOTE
from crm.members.tables import MEMBER
from crm.outcomes.tables import OUTCOME
from crm.people.tables import CARD, LINK
from crm.storage.bulk import insert_rows
from crm.storage.difference import Difference

NOTES_KEPT = 20_000
_SWEEP_EVERY = 1_000


@dataclass(slots=True)
class Moved:
    """The keys of the rows that a transaction wrote, by table."""

    row_keys: dict[Table, set[object]] = field(default_factory=dict)
    written: int = 0
    """How many notes."""

    def add(self, table: Table, difference: Difference) -> None:
        """What was written of a table; its key is its first column."""
        if table in _NOTED and difference.written:
            rows = (*difference.fresh, *difference.changed, *difference.gone)
            self.row_keys.setdefault(table, set()).update(row[0] for row in rows)

    def write(self, connection: Connection, now_us: int) -> None:
        """The note of the transaction, where there is anything to note."""
        row_keys, self.row_keys = self.row_keys, {}
        cards, members, activities = (
            sorted(map(str, row_keys.get(table, ()))) for table in (LINK, MEMBER, ACTIVITY)
        )
        note = Note(
            positions=ranges(int(str(position)) for position in row_keys.get(OUTCOME, ())),
            cards=cards,
            members=members,
            activities=activities,
            details=CARD in row_keys,
        )
        if note:
            _write(connection, note, now_us)
            if self.written % _SWEEP_EVERY == 0:
                _sweep(connection)
            self.written += 1

    def forget(self) -> None:
        """The transaction came to nothing."""
        self.row_keys = {}


_NOTED = frozenset((OUTCOME, LINK, MEMBER, ACTIVITY, CARD))


def note_everything(connection: Connection) -> None:
    """The views were emptied: all has to be read again."""
    _write(connection, Note(everything=True), 0)


def _write(connection: Connection, note: Note, now_us: int) -> None:
    said = msgspec.json.encode(note)
    columns = (FUNNEL_NOTE.c.made_us, FUNNEL_NOTE.c.said)
    insert_rows(connection, FUNNEL_NOTE, [(now_us, said)], columns)


def _sweep(connection: Connection) -> None:
    newest = select(func.max(FUNNEL_NOTE.c.number)).scalar_subquery()
    connection.execute(delete(FUNNEL_NOTE).where(FUNNEL_NOTE.c.number <= newest - NOTES_KEPT))
