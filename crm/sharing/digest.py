"""The digest of a copy: one hash by which company and dealer prove that their copies are equal.

Each row, exactly as the dealer has it (so without card ids), becomes canonical JSON (RFC 8785) in
UTF-8. The rows are sorted by `key`, joined by single newlines with none at the end, and hashed
with SHA-256. A copy without rows is the hash of nothing. tests/unit/crm/sharing/digest_vectors.json
holds examples for those who compute it elsewhere.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from campaigns.canonical import canonical_json


def digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 in lower-case hex of a dealer's rows (`CopyRow.content`), given in any order."""
    lines = sorted((row["key"], canonical_json(dict(row))) for row in rows)
    return sha256(b"\n".join(line for _, line in lines)).hexdigest()
