"""Proves a copy anew from its rows, and both signatures of its last receipt, offline."""

from dataclasses import dataclass
from typing import Any

import orjson

from campaigns.canonical import canonical_json
from crm.copies.receipts import is_signed
from streams.dealer.store import CopyStore, StoredReceipt


@dataclass(frozen=True, slots=True)
class ReceiptProof:
    """The last receipt: whether each side's signature holds, and the company has ours."""

    day: str
    at: str
    rows: int
    up_to: int
    digest: str
    company_signature: bool
    own_signature: bool
    given: bool

    @property
    def holds(self) -> bool:
        """Whether both signatures are genuine."""
        return self.company_signature and self.own_signature


@dataclass(frozen=True, slots=True)
class Proof:
    """What the rows themselves say.

    broken: keys of rows that are no canonical JSON of their key; digest: recomputed;
    acknowledged_digest: what was last acknowledged, None when nothing was.
    """

    dealer: str | None
    up_to: int
    rows: int
    digest: str
    broken: int
    acknowledged_up_to: int
    acknowledged_digest: str | None
    acknowledged_at: str | None
    receipt: ReceiptProof | None

    @property
    def as_acknowledged(self) -> bool:
        """Whether the copy is what was acknowledged; one with newer changes cannot be."""
        newer = self.up_to > self.acknowledged_up_to
        return newer or self.acknowledged_digest in (None, self.digest)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong: rows whole, digest as acknowledged, signatures genuine."""
        genuine = self.receipt is None or self.receipt.holds
        return self.broken == 0 and self.as_acknowledged and genuine


def proof_of(store: CopyStore) -> Proof:
    """Read every row and recompute everything that can be."""
    with store.reading():
        receipts = store.receipts()
        keys = store.get("company_key") or "", store.get("own_key") or ""
        return Proof(
            dealer=store.get("dealer"),
            up_to=store.cursor,
            rows=store.count(),
            digest=store.digest(),
            broken=sum(not _is_whole(key, content) for key, content in store.rows()),
            acknowledged_up_to=int(store.get("acknowledged_up_to") or 0),
            acknowledged_digest=store.get("acknowledged_digest"),
            acknowledged_at=store.get("acknowledged_at"),
            receipt=_receipt_proof(receipts[0], *keys) if receipts else None,
        )


def _is_whole(key: str, content: bytes) -> bool:
    try:
        row: dict[str, Any] = orjson.loads(content)
        return row["key"] == key and canonical_json(row) == content
    except (ValueError, KeyError, TypeError):
        return False


def _receipt_proof(kept: StoredReceipt, company_key: str, own_key: str) -> ReceiptProof:
    told: dict[str, Any] = orjson.loads(kept.receipt)
    return ReceiptProof(
        day=kept.day,
        at=str(told["at"]),
        rows=int(told["rows"]),
        up_to=int(told["up_to"]),
        digest=str(told["digest"]),
        company_signature=is_signed(kept.receipt, kept.company_signature, company_key),
        own_signature=is_signed(kept.receipt, kept.signature, own_key),
        given=kept.given,
    )
