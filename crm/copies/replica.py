"""What a dealer's side does with what it is told: pages read, changes applied, differences found.

A row's version is the sequence of the change that told it. Whoever keeps for each key the highest
one, of withdrawn keys too, ends with the same copy whatever was lost, told twice or out of order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from campaigns.canonical import canonical_json
from crm.copies.digest import row_hash

LARGEST_SEQUENCE = 2**53 - 1
LONGEST_PREFIX = 8


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
    end: PageEnd | None = None
    for line in lines:
        if end is not None:
            raise LineInvalid("a line after the end of its page")
        wire = _read_line(line)
        if isinstance(wire, PageEnd):
            end = wire
        else:
            changes.append(wire)
    return Page(tuple(changes), end)


def _read_line(line: bytes) -> RowChange | PageEnd:
    try:
        wire = orjson.loads(line)
        if wire["kind"] == "page":
            return PageEnd(
                _number(wire["next_after"]),
                _number(wire["last"]),
                _number(wire["rows"]),
                str(wire["at"]),
            )
        return _change(wire)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise LineInvalid("a line is no change of a copy") from error


def _change(wire: Mapping[str, Any]) -> RowChange:
    sequence, key, kind = _number(wire["sequence"]), wire["key"], wire["kind"]
    if not isinstance(key, str) or kind not in ("upsert", "withdraw"):
        raise LineInvalid("a change has no key, or another kind than upsert and withdraw")
    if kind == "withdraw":
        return RowChange(sequence, key, None, str(wire["reason_class"]))
    row = wire["row"]
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


def fingerprints(rows: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Key → SHA-256 of the canonical row."""
    return {key: row_hash(content) for key, content in rows}


Bucket = tuple[int, str]
"""How many rows, and the SHA-256 of their lines `key SP sha256(row)` joined by newlines."""


def differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """The buckets, or keys, of which the two sides say different things."""
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
