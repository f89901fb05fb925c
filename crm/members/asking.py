"""Reads what one member earned, month after month."""

from datetime import date

from sqlalchemy import Connection, func, select

from crm.ledger.asking import WITH_OPEN, WITHOUT_MONEY, amount_sums, state_counts
from crm.ledger.tables import BALANCE, PAYMENT, REWARD
from crm.members.earned import Earned, months_between, together
from crm.members.queries import member_of
from crm.scope import Scope


def earned_by_month(
    scope: Scope, connection: Connection, member: str, first: date, after: date
) -> list[Earned]:
    """Every month from a first day of one up to that of another, in their order; of a dealer's own
    member, as of every other it may see. Nothing of whom the viewer does not see."""
    scope.require("money", "what members earned")
    if member_of(scope, connection, member) is None:
        return []
    months: dict[date, list[Earned]] = {
        each: [Earned(each)] for each in months_between(first, after)
    }
    by_day = (
        select(REWARD.c.bought_on, func.count(), *amount_sums(), *state_counts(*WITHOUT_MONEY))
        .select_from(WITH_OPEN)
        .where(REWARD.c.member == member, REWARD.c.bought_on >= first, REWARD.c.bought_on < after)
        .group_by(REWARD.c.bought_on)
    )
    for day, *sums in connection.execute(by_day):
        # Sums come as decimals from one database and as whole numbers from the other.
        count, held, payable, settled, *states = map(int, sums)
        found = Earned(day.replace(day=1), count, held, payable, settled, 0, *states)
        months[day.replace(day=1)].append(found)
    paid = (
        select(PAYMENT.c.paid_on, func.sum(PAYMENT.c.amount_fen))
        .where(PAYMENT.c.member == member, PAYMENT.c.paid_on >= first, PAYMENT.c.paid_on < after)
        .group_by(PAYMENT.c.paid_on)
    )
    for day, amount in connection.execute(paid):
        month = day.replace(day=1)
        months[month].append(Earned(month, paid_fen=int(amount)))
    return [together(month, found) for month, found in months.items()]


def owed_back_fen(scope: Scope, connection: Connection, member: str) -> int:
    """What the member has to pay back today, over all its rewards."""
    scope.require("money", "what members earned")
    if member_of(scope, connection, member) is None:
        return 0
    owed = select(func.sum(BALANCE.c.amount_fen))
    owed = owed.where(BALANCE.c.account == f"member:{member}:receivable")
    return int(connection.execute(owed).scalar() or 0)
