"""Caps of a member's rewards per Shanghai calendar month and year, whoever the dealer was.

Decided here, where the published rules are silent: rewards take from the cap in effective order of
their purchases, each what is due after returns; what is blocked, rejected, tracked or clawed back
takes nothing; a reward is cut to the room that its own rule's caps leave after all earlier ones.
"""

from collections.abc import Iterable

from crm.rewards.claims import Claim


def capped_fen(claims: Iterable[Claim]) -> list[int]:
    """What is due of each claim after caps, in fen, in the order in which the claims came."""
    listed = list(claims)
    due_fen = [claim.due_fen for claim in listed]
    if all(claim.cap_fen_month is None and claim.cap_fen_year is None for claim in listed):
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
