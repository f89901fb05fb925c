"""What members owe back is set off against what is paid to them next; pure.

The ledger takes a payment that falls short by at most what the member owes back as a set-off. A
payment is never of nothing: where a member owes back as much as is open, nothing is paid yet.
"""

from collections.abc import Iterable, Sequence

from crm.reward_desk.desk import DeskRow


def shares(open_fen: Sequence[int], owed_back_fen: int) -> list[int] | None:
    """What to pay of each open amount, in fen, so that all together fall short by what is owed.

    Each is paid at least one fen, at most what is open, and alike in proportion. None: too little
    would be left to pay.
    """
    rest_fen, least = sum(open_fen) - owed_back_fen, len(open_fen)
    if rest_fen < least:
        return None
    room = sum(open_fen) - least
    paid = [1 + (each - 1) * (rest_fen - least) // max(room, 1) for each in open_fen]
    for place, each in enumerate(open_fen):
        more = min(each - paid[place], rest_fen - sum(paid))
        paid[place] += more
    return paid


def amounts_after(rows: Iterable[DeskRow]) -> dict[str, int]:
    """What to pay of each reward, in fen, by id; whatever is wholly owed back is left out."""
    of_member: dict[str, list[DeskRow]] = {}
    for row in rows:
        of_member.setdefault(row.member, []).append(row)
    found: dict[str, int] = {}
    for theirs in of_member.values():
        paid = shares([row.open_fen for row in theirs], theirs[0].member_owes_fen)
        for row, amount_fen in zip(theirs, paid or (), strict=False):
            found[row.reward_id] = amount_fen
    return found


def set_off_by(row: DeskRow, amount_fen: int) -> int:
    """How much of what the member owes back a payment of so much sets off, in fen."""
    short_fen = row.open_fen - amount_fen
    return short_fen if 0 < short_fen <= row.member_owes_fen else 0
