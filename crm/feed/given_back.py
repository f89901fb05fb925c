"""Reads which dealers had a person's rows and gave them back, and by what that is known.

Whoever asks who has a copy asks as well who had one: a copy that is nowhere any more leaves a
receipt, and that is found from the person, not from the dealer alone.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm.copies.changes import ReasonClass
from crm.feed.deletions import DeletionReceipt, receipt_of
from crm.feed.recall_queries import (
    RowKey,
    dealers_ever_told,
    first_number,
    own_recalls,
    withdrawals,
)
from crm.feed.tables import COPY_DELETION, COPY_DELETION_RECEIPT
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A row that a dealer may have held, was told to delete, and holds no more.

    first: its first change; receipt: what the dealer said by hand, None where its system proved
    that it holds just what it should.
    """

    dealer: str
    first: int
    since_us: int
    receipt: DeletionReceipt | None


def given_back(
    scope: Scope, connection: Connection, row_key: RowKey, cards: Collection[str]
) -> list[GivenBack]:
    """Of one person's cards the rows that were given back, the oldest first."""
    found = []
    for dealer in dealers_ever_told(scope, connection):
        keys = {row_key(dealer, card_id) for card_id in cards}
        still = {recall.sequence for recall in own_recalls(connection, dealer, keys)}
        for each in withdrawals(connection, dealer, 0, keys=keys):
            # A row that another took the place of is the same person's, told of there.
            if each.sequence not in still and each.reason_class != ReasonClass.ROW_REPLACED:
                first = first_number(connection, dealer, each.key)
                said = _said(connection, dealer, each.sequence)
                found.append(GivenBack(dealer, first, each.since_us, said))
    return sorted(found, key=lambda row: (row.since_us, row.dealer))


def _said(connection: Connection, dealer: str, sequence: int) -> DeletionReceipt | None:
    one = COPY_DELETION.c
    query = (
        select(COPY_DELETION_RECEIPT)
        .join(COPY_DELETION, one.receipt_id == COPY_DELETION_RECEIPT.c.receipt_id)
        .where(one.dealer == dealer, one.sequence == sequence)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else receipt_of(row)
