"""A contract on its way: regions found by name, and who has them already.

What the recording would refuse is said before anything is sent (crm/outcomes/shared.py judges).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.regions import covers, regions_named
from crm.copies.queries import KnownContract

MOST_FOUND = 30
KINDS = ("exclusive", "province_buyout", "sub")


@dataclass(frozen=True, slots=True)
class Overlap:
    """A contract that stands in the way, and the regions in which it does."""

    contract: KnownContract
    regions: tuple[str, ...]


def found_regions(text: str) -> list[tuple[str, str]]:
    """(code, name) of the regions of today whose name or code the text fits, wide ones first."""
    return regions_named(text, MOST_FOUND) if text else []


def overlaps(
    dealer: str,
    kind: str,
    regions: Sequence[str],
    period: tuple[date, date | None],
    known: Sequence[KnownContract],
) -> Iterator[Overlap]:
    """Contracts of other dealers that exclude this one: exclusive ones and buy-outs exclude each
    other where one of two codes covers the other on a day on which both run."""
    if kind == "sub":
        return
    for contract in known:
        if contract.dealer == dealer or contract.kind == "sub":
            continue
        starts_on = max(period[0], contract.starts_on)
        if starts_on > min(period[1] or date.max, contract.ends_on or date.max):
            continue
        both = tuple(
            code
            for code in regions
            if any(covers(code, held) or covers(held, code) for held in contract.regions)
        )
        if both:
            yield Overlap(contract, both)
