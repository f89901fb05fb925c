"""A dealer without a system of its own says that it has deleted what was recalled.

It is said row by row in the dealer's page, by an account. What was said becomes a receipt of its
own kind, signed by the company: it proves that it was said, by whom and when, not that the copies
are equal; that an acknowledgement proves. It closes the recalls of just those rows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Engine, RowMapping, insert, select

from campaigns.canonical import canonical_json
from campaigns.times import rfc3339, shanghai_day
from crm.copies.recalls import Recall
from crm.copies.receipts import Signer
from crm.feed.recall_queries import own_recalls
from crm.feed.tables import COPY_DELETION, COPY_DELETION_RECEIPT
from crm.scope import OutOfScope, Scope
from crm.storage.database import insert_new, writing

_SHOWN = 50


class NothingToDelete(Exception):
    """None of the rows that were named is to be deleted."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """Who says it: an account of the dealer, by its opaque id and its name, and when."""

    actor: str
    name: str
    now_us: int


@dataclass(frozen=True, slots=True)
class DeletionReceipt:
    """What was said: so many rows of a dealer, signed by the company."""

    receipt_id: str
    dealer: str
    receipt: bytes
    rows: int
    at_us: int
    actor: str
    company_signature: str

    @property
    def by(self) -> str:
        """The name of the account as it was called then."""
        return str(orjson.loads(self.receipt)["by"])


def to_delete(scope: Scope, connection: Connection, dealer: str) -> list[Recall]:
    """What the dealer has not given back yet, the oldest first."""
    _may_confirm(scope, dealer)
    return own_recalls(connection, dealer)


def confirm_deletions(
    engine: Engine,
    scope: Scope,
    signer: Signer,
    dealer: str,
    sequences: Collection[int],
    by: Confirming,
) -> DeletionReceipt:
    """Keep that rows were deleted; NothingToDelete where none of them is to be."""
    _may_confirm(scope, dealer)
    with writing(engine) as connection:
        recalls = [r for r in own_recalls(connection, dealer) if r.sequence in sequences]
        receipt_id = str(uuid4())
        rows = [
            {"dealer": dealer, "sequence": recall.sequence, "receipt_id": receipt_id}
            for recall in recalls
        ]
        # What somebody else says at this moment stands on the other one's receipt.
        said = {
            row.sequence
            for row in insert_new(connection, COPY_DELETION, rows, [COPY_DELETION.c.sequence])
        }
        recalls = [recall for recall in recalls if recall.sequence in said]
        if not recalls:
            raise NothingToDelete
        told = {
            "kind": "deletion",
            "receipt_id": receipt_id,
            "dealer": dealer,
            "day": shanghai_day(by.now_us).isoformat(),
            "at": rfc3339(by.now_us),
            "actor": by.actor,
            "by": by.name,
            "rows": [{"sequence": recall.sequence, "key": recall.key} for recall in recalls],
        }
        signed = canonical_json(told)
        receipt = DeletionReceipt(
            receipt_id, dealer, signed, len(recalls), by.now_us, by.actor, signer.sign(signed)
        )
        values = {name: getattr(receipt, name) for name in DeletionReceipt.__slots__}
        connection.execute(insert(COPY_DELETION_RECEIPT), [values])
    return receipt


def deletion_receipts(scope: Scope, connection: Connection, dealer: str) -> list[DeletionReceipt]:
    """The last that the dealer said, the newest first."""
    if not scope.may_see_copy_of(dealer):
        raise OutOfScope("another dealer's copy")
    columns = COPY_DELETION_RECEIPT.c
    query = select(COPY_DELETION_RECEIPT).where(columns.dealer == dealer)
    query = query.order_by(columns.at_us.desc(), columns.receipt_id).limit(_SHOWN)
    found = (row._mapping for row in connection.execute(query))
    return list(map(receipt_of, found))


def deletion_receipt(
    scope: Scope, connection: Connection, receipt_id: str
) -> DeletionReceipt | None:
    """One of them; None where there is none of a copy that the viewer may see."""
    query = select(COPY_DELETION_RECEIPT).where(COPY_DELETION_RECEIPT.c.receipt_id == receipt_id)
    row = connection.execute(query).mappings().first()
    if row is None or not scope.may_see_copy_of(row["dealer"]):
        return None
    return receipt_of(row)


def receipt_of(row: RowMapping) -> DeletionReceipt:
    """A stored one."""
    return DeletionReceipt(**{**row, "receipt": bytes(row["receipt"])})


def _may_confirm(scope: Scope, dealer: str) -> None:
    if not scope.may("own_copy") or scope.dealer != dealer:
        raise OutOfScope("what a dealer holds only the dealer can say")
