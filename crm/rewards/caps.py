"""Caps of a member's rewards per Shanghai calendar month and year, whoever the dealer was.

Decided here, where the published rules are silent: rewards take from the cap in effective order of
their purchases, each what is due after returns; what is blocked, rejected, tracked or clawed back
takes nothing; a reward is cut to the room that its own rule's caps leave after all earlier ones.
"""

from collections.abc import Iterable, Sequence

from crm.rewards.claims import Claim


def capped_fen(claims: Iterable[Claim], graded_fen: Sequence[int]) -> list[int]:
    """What is due of each claim after caps, in fen, in the order in which the claims came.

    graded_fen: what is due of each before.
    """
    listed = list(claims)
    due_fen = list(graded_fen)
    caps = [(claim.cap_fen_month, claim.cap_fen_year) for claim in listed]
    if caps.count((None, None)) == len(caps):
        return due_fen
    used_fen: dict[tuple[str, int, int], int] = {}
    ordered = sorted(
        (claim.order, place) for place, claim in enumerate(listed) if claim.order is not None
    )
    for _, place in ordered:
        claim = listed[place]
        if claim.bought_on is None:
            continue
        month = (claim.member, claim.bought_on.year, claim.bought_on.month)
        year = (claim.member, claim.bought_on.year, 0)
        for period, cap_fen in ((month, claim.cap_fen_month), (year, claim.cap_fen_year)):
            if cap_fen is not None:
                room_fen = max(cap_fen - used_fen.get(period, 0), 0)
                due_fen[place] = min(due_fen[place], room_fen)
        for period in (month, year):
            used_fen[period] = used_fen.get(period, 0) + due_fen[place]
    return due_fen


def used_before(
    claims: Sequence[Claim], graded_fen: Sequence[int], claim: Claim
) -> tuple[int, int]:
    """What a member's earlier claims take of the caps of a claim's month and of its year, fen."""
    bought_on, order = claim.bought_on, claim.order
    if bought_on is None or order is None:
        return 0, 0
    earlier = [
        place for place, each in enumerate(claims) if each.order is not None and each.order < order
    ]
    due_fen = capped_fen([claims[n] for n in earlier], [graded_fen[n] for n in earlier])
    days = [claims[place].bought_on or bought_on for place in earlier]
    of_year = [
        (day.month, fen)
        for day, fen in zip(days, due_fen, strict=True)
        if day.year == bought_on.year
    ]
    of_month = sum(fen for month, fen in of_year if month == bought_on.month)
    return of_month, sum(fen for _, fen in of_year)
