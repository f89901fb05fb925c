"""What a dealer's side does with what it is told: pages read, changes applied, differences found.

A row's version is the sequence of the change that told it. Whoever keeps for each key the highest
one, of withdrawn keys too, ends with the same copy whatever was lost, told twice or out of order.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

import orjson

from campaigns.canonical import canonical_json

LARGEST_SEQUENCE = 2**62
LONGEST_PREFIX = 8
_BUCKET_DIGITS = 2


class LineInvalid(ValueError):
    """A line that is no change and no end of a page; the message quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row as it is to be from now on.

    `content` is its canonical JSON, None when it is withdrawn, with `reason_class` saying why.
    """

    sequence: int
    key: str
    content: bytes | None
    reason_class: str | None = None


@dataclass(frozen=True, slots=True)
class PageEnd:
    """The last line of a whole page: what to ask for next, the newest number, the copy's rows.

    `at` is the company's clock, RFC 3339.
    """

    next_after: int
    last: int
    rows: int
    at: str


@dataclass(frozen=True, slots=True)
class Page:
    """Changes in rising order; without `end` the page was cut off on the way."""

    changes: tuple[RowChange, ...]
    end: PageEnd | None


def read_page(lines: Iterable[bytes]) -> Page:
    """The page that lines of JSON make; raises LineInvalid for what is no page at all."""
    changes: list[RowChange] = []
    for line in lines:
        told = _read_line(line)
        if isinstance(told, PageEnd):
            return Page(tuple(changes), told)
        changes.append(told)
    return Page(tuple(changes), None)


def _read_line(line: bytes) -> RowChange | PageEnd:
    try:
        told = orjson.loads(line)
        if told["kind"] == "page":
            return PageEnd(
                _number(told["next_after"]),
                _number(told["last"]),
                _number(told["rows"]),
                str(told["at"]),
            )
        return _change(told)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise LineInvalid("a line is no change of a copy") from error


def _change(told: Mapping[str, Any]) -> RowChange:
    sequence, key, kind = _number(told["sequence"]), told["key"], told["kind"]
    if not isinstance(key, str) or kind not in ("upsert", "withdraw"):
        raise LineInvalid("a change has no key, or another kind than upsert and withdraw")
    if kind == "withdraw":
        return RowChange(sequence, key, None, str(told["reason_class"]))
    row = told["row"]
    if row["key"] != key:
        raise LineInvalid("a row has another key than its change")
    return RowChange(sequence, key, canonical_json(row))


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_SEQUENCE:
        raise LineInvalid("a number is missing or out of range")
    return value


def newer(changes: Iterable[RowChange], held: Mapping[str, int]) -> list[RowChange]:
    """The changes to apply, one of a key: those above the sequence that is held of their key."""
    best: dict[str, RowChange] = {}
    for change in changes:
        known = best[change.key].sequence if change.key in best else held.get(change.key, -1)
        if change.sequence > known:
            best[change.key] = change
    return list(best.values())


def next_after(asked: int, page: Page) -> int:
    """What to ask for after a page that began after `asked`.

    Changes stand in rising order: of a page that was cut off, what came is complete up to its
    last line. In any other order nothing can be known of what is missing.
    """
    if page.end is not None:
        return max(asked, page.end.next_after)
    reached = asked
    for change in page.changes:
        if change.sequence <= reached:
            return asked
        reached = change.sequence
    return reached


def tells_less(before: bytes, after: bytes) -> bool:
    """Whether a whole category that a row told is in it no more."""
    return not orjson.loads(before).keys() <= orjson.loads(after).keys()


def digest_of_lines(contents: Iterable[bytes]) -> str:
    """The digest (crm/sharing/digest.py) of canonical rows that come sorted by key."""
    hashed = sha256()
    for number, content in enumerate(contents):
        hashed.update(b"\n" + content if number else content)
    return hashed.hexdigest()


def fingerprints(rows: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Key → SHA-256 of the canonical row."""
    return {key: sha256(content).hexdigest() for key, content in rows}


Bucket = tuple[int, str]
"""How many rows, and the SHA-256 of their lines `key SP sha256(row)` joined by newlines."""


def buckets(prefix: str, rows: Iterable[tuple[str, bytes]]) -> dict[str, Bucket]:
    """By the two digits after the prefix: the rows (key, canonical row), which come by key."""
    return dict(_buckets(rows, len(prefix)))


def _buckets(rows: Iterable[tuple[str, bytes]], start: int) -> Iterator[tuple[str, Bucket]]:
    for digits, members in groupby(rows, lambda row: row[0][start : start + _BUCKET_DIGITS]):
        hashed, count = sha256(), 0
        for key, content in members:
            line = f"{key} {sha256(content).hexdigest()}".encode()
            hashed.update(b"\n" + line if count else line)
            count += 1
        yield digits, (count, hashed.hexdigest())


def differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """The buckets, or keys, of which the two sides say different things."""
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
