"""The access log: who opened which hidden field, and when."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from crm.accounts.tables import ACCESS
from crm.scope import Scope

COMMAND = "headquarters"
"""The actor of what the command opens: whoever may run it reads for headquarters."""
PAYEES, OPEN_PAYMENTS, EFPIA = "payees", "open_payments", "efpia"
TAKEN_AWAY = (PAYEES, OPEN_PAYMENTS, EFPIA)
"""Files that name members in full: a look at what is in them is to take them away."""
LETTER_SENT = "letter_sent"
"""Somebody's name left the house in a letter."""
GATEWAY_KEY = "gateway_key"
"""By it a gateway knows that letters come from here: no card is looked at, and yet it is a look."""


@dataclass(frozen=True, slots=True)
class Access:
    """One look at a hidden field."""

    at_us: int
    actor: str
    card_id: str
    field: str


def log_accesses(connection: Connection, accesses: Sequence[Access]) -> None:
    """Keep looks; they are durable before the values are shown."""
    if accesses:
        connection.execute(insert(ACCESS), [asdict(access) for access in accesses])


def accesses_of_cards(
    scope: Scope, connection: Connection, card_ids: Sequence[str]
) -> list[Access]:
    """Who looked at a person's cards, the latest first."""
    scope.require("looks", "who looked at what")
    query = select(ACCESS.c.at_us, ACCESS.c.actor, ACCESS.c.card_id, ACCESS.c.field)
    query = query.where(ACCESS.c.card_id.in_(card_ids)).order_by(ACCESS.c.number.desc())
    return [Access(*row) for row in connection.execute(query)]
