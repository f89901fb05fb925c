"""Tiers: what a member gets for a unit rises or falls with the units of a Shanghai calendar month.

Each unit is granted at the tier in which it lies: the eleventh unit of a month at that of the
eleventh, also when a later tier is reached afterwards. Units are counted in effective order of
their purchases, after returns, of the member's held and payable rewards whose own rule has tiers;
so a return makes later units earlier ones, and what they are granted is reckoned anew. A purchase
whose rule has none counts nothing and is left alone; a gift (NON_CASH) is never graded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.events.rewards import Tier
from crm.rewards.claims import Claim


def graded_fen(claims: Sequence[Claim]) -> list[int]:
    """What is due of each claim after tiers, in fen, before the caps of month and year."""
    due_fen = [claim.due_fen for claim in claims]
    counted: dict[tuple[str, int, int], int] = {}
    graded = [
        (claim.order, place)
        for place, claim in enumerate(claims)
        if claim.tiers and claim.order is not None
    ]
    for _, place in sorted(graded):
        claim = claims[place]
        if claim.standing not in ("held", "payable") or claim.bought_on is None:
            continue
        month = (claim.member, claim.bought_on.year, claim.bought_on.month)
        before = counted.get(month, 0)
        units = claim.quantity - claim.returned
        counted[month] = before + units
        granted = sum(share.fen for share in shares(claim, before))
        due_fen[place] = (
            granted if claim.cap_fen_event is None else min(granted, claim.cap_fen_event)
        )
    return due_fen


def units_before(claims: Sequence[Claim], claim: Claim) -> int:
    """How many units of a claim's month were counted before it."""
    assert claim.bought_on is not None
    month = claim.bought_on.replace(day=1)
    return sum(
        each.quantity - each.returned
        for each in claims
        if each.tiers
        and each.standing in ("held", "payable")
        and each.order is not None
        and claim.order is not None
        and each.order < claim.order
        and each.bought_on is not None
        and each.bought_on.replace(day=1) == month
    )


@dataclass(frozen=True, slots=True)
class Share:
    """Units of one claim that lie in one tier, and what they are granted together, in fen."""

    tier: Tier
    units: int
    fen: int


def shares(claim: Claim, before: int) -> list[Share]:
    """A claim's units by tier; `before`: units of the month that were counted already."""
    end = before + claim.quantity - claim.returned
    starts = [tier.from_units - 1 for tier in claim.tiers]
    found = []
    for tier, start, stop in zip(claim.tiers, starts, [*starts[1:], end], strict=True):
        units = min(end, stop) - max(before, start)
        if units > 0:
            found.append(Share(tier, units, _granted_fen(claim, tier, units)))
    return found


def _granted_fen(claim: Claim, tier: Tier, units: int) -> int:
    if tier.percent_bp is not None:
        return claim.unit_price_fen * units * tier.percent_bp // 10_000
    return (tier.amount_fen or 0) * units
