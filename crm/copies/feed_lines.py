"""Changes of a dealer's copy as lines of NDJSON, put together from bytes that are stored already.

The row of an upsert is the canonical JSON that the copy holds: it is neither read nor written
anew, so a first copy costs little more than reading it.
"""

from collections.abc import Iterable

from campaigns.canonical import canonical_json

NumberedRow = tuple[int, str, bytes]
"""(sequence, key, canonical JSON) of a row that stands."""

UNKNOWN = "unknown"
"""The reason class of a key that the dealer's copy never had."""


_UPSERT = b'{"sequence":%d,"key":"%b","kind":"upsert","row":%b}\n'


def upsert_lines(rows: Iterable[NumberedRow]) -> list[bytes]:
    """A line for each row that is to be replaced."""
    # A call for each of a million rows would cost as much as reading them.
    return [_UPSERT % (sequence, key.encode(), content) for sequence, key, content in rows]


def upsert_line(sequence: int, key: str, content: bytes) -> bytes:
    """A row that is to be replaced; `content` is its canonical JSON."""
    return _UPSERT % (sequence, key.encode(), content)


def withdraw_line(sequence: int, key: str, reason_class: str) -> bytes:
    """A row that is to be deleted."""
    return b'{"sequence":%d,"key":"%b","kind":"withdraw","reason_class":"%b"}\n' % (
        sequence,
        key.encode(),
        reason_class.encode(),
    )


def page_line(next_after: int, last: int, rows: int, at: str) -> bytes:
    """The end of a whole page.

    next_after: what to ask for next; last: the newest number of the dealer; rows: how many its
    copy holds; at: RFC 3339.
    """
    end = {"kind": "page", "next_after": next_after, "last": last, "rows": rows, "at": at}
    return canonical_json(end) + b"\n"
