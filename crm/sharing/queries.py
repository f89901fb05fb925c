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
from crm.sharing.tables import COPY_ROW


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


def copies_of(scope: Scope, keyring: Keyring, known: Evaluation) -> list[CopyRow]:
    """Every dealer's rows of the people in an evaluation, at its instant."""
    if scope.viewer not in ("headquarters", "compliance"):
        raise OutOfScope("who else has a copy")
    return list(rows_of_copies(known, row_keys(keyring.secret("copies"))))


def _may_see(scope: Scope, dealer: str) -> None:
    if not scope.sees_copy_of(dealer):
        raise OutOfScope("another dealer's copy")
