"""Sums of rewards by how they stand, as columns of a query over them."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal

from crm.ledger.tables import BALANCE, REWARD

WITHOUT_MONEY = ("blocked", "rejected", "tracked", "clawed_back")
"""Of these there is nothing left to be paid: they are counted."""
_PAYABLE = literal("member:").concat(REWARD.c.member).concat(":payable")
WITH_OPEN = REWARD.outerjoin(
    BALANCE,
    and_(
        BALANCE.c.reward_id == REWARD.c.reward_id,
        BALANCE.c.member == REWARD.c.member,
        BALANCE.c.account == _PAYABLE,
    ),
)
"""Rewards, each with what may be paid of it now, by the ledger."""


def amount_sums() -> tuple[ColumnElement[Any], ...]:
    """held, payable, settled: what is left of rewards, over WITH_OPEN. Of one that was paid in part
    the part that was paid, or set off, is settled, and the rest payable."""
    payable = case((BALANCE.c.amount_fen < 0, -BALANCE.c.amount_fen), else_=0)
    held = case((REWARD.c.state == "held", REWARD.c.amount_fen), else_=0)
    settled = case((REWARD.c.state == "paid", REWARD.c.amount_fen - payable), else_=0)
    named = {"held": held, "payable": payable, "settled": settled}
    return tuple(func.sum(amount).label(name) for name, amount in named.items())


def state_counts(*states: str) -> tuple[ColumnElement[Any], ...]:
    """How many rewards stand in each of some states."""
    return tuple(
        func.sum(case((REWARD.c.state == state, 1), else_=0)).label(state) for state in states
    )
