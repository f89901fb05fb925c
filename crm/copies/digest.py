"""The digest of a copy: one hash by which company and dealer prove that their copies are equal.

Each row, exactly as the dealer has it (so without card ids), becomes canonical JSON (RFC 8785) in
UTF-8. The rows are sorted by `key`, joined by single newlines with none at the end, and hashed
with SHA-256. A copy without rows is the hash of nothing. Buckets hash, in the same way, the lines
`key SP sha256(row)` of the keys that begin alike, so that a difference is found in a few steps.
tests/unit/crm/copies/digest_vectors.json and bucket_vectors.json hold examples for those who
compute it elsewhere.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from campaigns.canonical import canonical_json

FURTHER_DIGITS = 2
"""How many hexadecimal digits a bucket's name has beyond the prefix."""


def digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 in lower-case hex of a dealer's rows (`CopyRow.content`), given in any order."""
    lines = sorted((row["key"], canonical_json(dict(row))) for row in rows)
    return digest_of_lines(line for _, line in lines)


def digest_of_lines(lines: Iterable[bytes]) -> str:
    """The same of lines that are in order already: rows as canonical JSON, sorted by key."""
    hashed = sha256()
    between = b""
    for line in lines:
        hashed.update(between + line)
        between = b"\n"
    return hashed.hexdigest()


def row_hash(row: bytes) -> str:
    """SHA-256 in lower-case hex of one row's canonical JSON."""
    return sha256(row).hexdigest()


def buckets(prefix: str, rows: Iterable[tuple[str, bytes]]) -> dict[str, tuple[int, str]]:
    """Two further digits → (number of rows, digest of their lines); empty buckets are left out.

    rows: (key, canonical JSON) of all keys that begin with the prefix, sorted by key.
    """
    length = len(prefix) + FURTHER_DIGITS
    lines: dict[str, list[bytes]] = {}
    for key, row in rows:
        line = f"{key} {row_hash(row)}".encode()
        lines.setdefault(key[len(prefix) : length], []).append(line)
    return {name: (len(found), digest_of_lines(found)) for name, found in lines.items()}
