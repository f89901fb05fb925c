"""Reads the dealers' copies."""

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, select

from crm.component import Evaluation
from crm.keyring import Keyring
from crm.past import effective_up_to, whole_past
from crm.scope import OutOfScope, Scope
from crm.sharing.copies import CopyRow
from crm.sharing.keys import row_keys
from crm.sharing.projection import rows_of_copies
from crm.sharing.tables import CONTRACT, COPY_ROW


def copy_now(scope: Scope, connection: Connection, dealer: str) -> Iterator[CopyRow]:
    """The dealer's copy, by key."""
    _may_see(scope, dealer)
    query = select(COPY_ROW).where(COPY_ROW.c.dealer == dealer).order_by(COPY_ROW.c.key)
    for row in connection.execute(query):
        content: dict[str, Any] = orjson.loads(row.content)
        yield CopyRow(row.dealer, row.key, tuple(orjson.loads(row.cards)), content)


def copy_then(
    scope: Scope, connection: Connection, keyring: Keyring, dealer: str, at_us: int
) -> Iterator[CopyRow]:
    """The dealer's copy as of an instant, by key."""
    _may_see(scope, dealer)
    past = whole_past(connection, keyring, at_us, effective_up_to(at_us))
    row_key = row_keys(keyring.secret("copies"))
    rows = (row for row in rows_of_copies(past, row_key) if row.dealer == dealer)
    yield from sorted(rows, key=lambda row: row.key)


def cards_in_copy(past: Evaluation, keyring: Keyring, dealer: str) -> set[str]:
    """The cards of an evaluation that contribute to the dealer's rows; never for its eyes."""
    rows = rows_of_copies(past, row_keys(keyring.secret("copies")))
    return {card_id for row in rows if row.dealer == dealer for card_id in row.cards}


def dealer_name(connection: Connection, dealer: str) -> str | None:
    """What the dealer is called in its latest contract; None when it has none."""
    query = select(CONTRACT.c.name).where(CONTRACT.c.dealer == dealer)
    latest = query.order_by(CONTRACT.c.starts_on.desc(), CONTRACT.c.contract_id).limit(1)
    return connection.execute(latest).scalar()


def _may_see(scope: Scope, dealer: str) -> None:
    if not scope.sees_copy_of(dealer):
        raise OutOfScope("another dealer's copy")
