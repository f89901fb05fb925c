"""Which territories two dealers cannot both have.

Exclusive contracts and buy-outs exclude each other where one of two codes covers the other, on a
day on which both run; a sub-dealer has none to itself. Source: docs/events.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.regions import covers


@dataclass(frozen=True, slots=True)
class Grant:
    """What a contract grants, and when; ends_on: None while no end is known."""

    dealer: str
    kind: str
    regions: Sequence[str]
    starts_on: date
    ends_on: date | None


def shared_regions(one: Grant, other: Grant) -> tuple[str, ...]:
    """Those of the first that the second excludes; none where both may stand."""
    if one.dealer == other.dealer or "sub" in (one.kind, other.kind):
        return ()
    last = min(one.ends_on or date.max, other.ends_on or date.max)
    if max(one.starts_on, other.starts_on) > last:
        return ()
    return tuple(
        code
        for code in one.regions
        if any(covers(code, held) or covers(held, code) for held in other.regions)
    )
