"""The payment files as a table: who made each and when, its amount, what became of its lines."""

from collections.abc import Callable

from campaigns.wording.catalogues import N_
from crm.reward_desk.orders import FileRow
from crm.web.desk.cells import moment_cell, money_cell
from crm.web.desk.tables import Column, Table
from crm.web.guards.visit import Visit
from crm.web.view.reward_labels import ORDER_STATES

MOST_LISTED = 10_000
"""Files that are taken away at once."""
Named = tuple[FileRow, str]
"""A file, and what whoever made it is called."""


def _in_state(state: str) -> Callable[[Visit, Named], int]:
    """How many lines of a file are in a state."""
    return lambda _, row: row[0].states.get(state, 0)


FILES: Table[Named] = Table(
    "payment_files",
    (
        Column("made", N_("什么时候做的"), lambda visit, row: moment_cell(visit, row[0].made_us)),
        Column("by", N_("谁做的"), lambda _, row: row[1]),
        Column("lines", N_("几笔"), lambda _, row: row[0].lines, is_number=True),
        Column("amount", N_("金额"), lambda _, row: money_cell(row[0].amount_fen)),
        Column("ordered", ORDER_STATES["ordered"], _in_state("ordered"), is_number=True),
        Column("telling", ORDER_STATES["telling"], _in_state("telling"), is_number=True),
        Column("paid", ORDER_STATES["paid"], _in_state("paid"), is_number=True),
        Column("failed", ORDER_STATES["failed"], _in_state("failed"), is_number=True),
        Column("sha256", N_("文件的校验和（SHA-256）"), lambda _, row: row[0].sha256),
    ),
)
"""As they are taken away; of payees it names nobody."""
