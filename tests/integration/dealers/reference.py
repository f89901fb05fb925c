"""The company's side as docs/dealer-feed.md has it, in memory: for tests of the dealer's side."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

AT = "2026-05-03T10:05:00Z"
DAY = "2026-05-03"


class Refused(Exception):
    """An answer other than 200: its status and what it says."""

    def __init__(self, status: int, reason: str = "", retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.retry_after = status, reason, retry_after


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def key_of(number: int) -> str:
    """A key as keyed hashes are: 64 hexadecimal digits."""
    return sha(f"row {number}".encode())


def person(key: str, name: str = "王秀英", **more: Any) -> dict[str, Any]:
    return {"key": key, "deceased": False, "identity": {"names": [name]}, **more}


@dataclass
class Copy:
    """One dealer's copy and its sequence of changes, oldest first."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[tuple[int, str, str | None]] = field(default_factory=list)
    public_key: str | None = None
    receipts: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return self.changes[-1][0] if self.changes else 0

    def put(self, row: dict[str, Any]) -> None:
        self.rows[row["key"]] = row
        self.changes.append((self.last + 3, row["key"], None))

    def withdraw(self, key: str, reason_class: str = "consent_ended") -> None:
        del self.rows[key]
        self.changes.append((self.last + 3, key, reason_class))

    def canonical(self) -> dict[str, bytes]:
        return {key: rfc8785.dumps(self.rows[key]) for key in sorted(self.rows)}

    def digest(self) -> str:
        return sha(b"\n".join(self.canonical().values()))


@dataclass
class Company:
    """Tokens → dealers, dealers → copies; answers as the protocol says."""

    tokens: dict[str, str] = field(default_factory=lambda: {"token-of-d1": "D1"})
    copies: dict[str, Copy] = field(default_factory=lambda: {"D1": Copy()})
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    secret: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public_key(self) -> str:
        return b64encode(self.secret.public_key().public_bytes_raw()).decode()

    def dealer_of(self, authorization: str) -> str:
        dealer = self.tokens.get(authorization.removeprefix("Bearer "))
        if dealer is None:
            raise Refused(401, "who are you")
        return dealer

    def changes(self, dealer: str, after: int, limit: int) -> Iterator[bytes]:
        copy = self.copies[dealer]
        newest = {key: sequence for sequence, key, _ in copy.changes}
        told = [each for each in copy.changes if each[0] > after and newest[each[1]] == each[0]]
        for sequence, key, reason in told[:limit]:
            yield line_of(copy, sequence, key, reason)
        reached = told[limit - 1][0] if len(told) > limit else copy.last
        end = {"next_after": reached, "last": copy.last, "rows": len(copy.rows), "at": AT}
        yield _line({"kind": "page", **end})

    def rows(self, dealer: str, keys: list[str]) -> Iterator[bytes]:
        if not 1 <= len(keys) <= 500:
            raise Refused(400, "1 to 500 keys")
        copy = self.copies[dealer]
        reasons = {key: reason for _, key, reason in copy.changes}
        for key in keys:
            gone = None if key in copy.rows else reasons.get(key) or "unknown"
            yield line_of(copy, copy.last, key, gone)

    def acknowledge(self, dealer: str, told: dict[str, Any]) -> dict[str, Any]:
        copy = self.copies[dealer]
        if told["up_to"] > copy.last:
            raise Refused(400, "never sent")
        self.acknowledged.append({**told, "dealer": dealer})
        answer = {"last": copy.last, "rows": len(copy.rows)}
        if told["up_to"] < copy.last:
            return {**answer, "state": "behind"}
        if (told["rows"], told["digest"]) != (len(copy.rows), copy.digest()):
            return {**answer, "state": "different"}
        receipt = {
            "dealer": dealer,
            "day": DAY,
            "up_to": told["up_to"],
            "rows": told["rows"],
            "digest": told["digest"],
            "at": AT,
        }
        signature = b64encode(self.secret.sign(rfc8785.dumps(receipt))).decode()
        return {
            **answer,
            "state": "equal",
            "receipt": receipt,
            "company_signature": signature,
            "company_key": self.public_key,
        }

    def buckets(self, dealer: str, prefix: str) -> dict[str, Any]:
        found: dict[str, list[bytes]] = {}
        for key, row in self.copies[dealer].canonical().items():
            if key.startswith(prefix):
                digits = key[len(prefix) : len(prefix) + 2]
                found.setdefault(digits, []).append(f"{key} {sha(row)}".encode())
        return {digits: [len(lines), sha(b"\n".join(lines))] for digits, lines in found.items()}

    def fingerprints(self, dealer: str, prefix: str) -> dict[str, str]:
        canonical = self.copies[dealer].canonical().items()
        return {key: sha(row) for key, row in canonical if key.startswith(prefix)}

    def take_key(self, dealer: str, public_key: str) -> None:
        copy = self.copies[dealer]
        if copy.public_key not in (None, public_key):
            raise Refused(409, "another key is known")
        copy.public_key = public_key

    def take_receipt(self, dealer: str, receipt: dict[str, Any], signature: str) -> None:
        public_key = self.copies[dealer].public_key
        if public_key is None:
            raise Refused(409, "no key is known")
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key))
        try:
            key.verify(b64decode(signature), rfc8785.dumps(receipt))
        except InvalidSignature as error:
            raise Refused(400, "not signed with the key that is known") from error
        self.copies[dealer].receipts[receipt["day"], receipt["up_to"]] = receipt


def line_of(copy: Copy, sequence: int, key: str, reason_class: str | None) -> bytes:
    told: dict[str, Any] = {"sequence": sequence, "key": key}
    if reason_class is None:
        return _line({**told, "kind": "upsert", "row": copy.rows[key]})
    return _line({**told, "kind": "withdraw", "reason_class": reason_class})


def _line(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value) + b"\n"
