"""What is due by days: the homes at which something ends by itself, or is back."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select

from crm.copies.tables import WAKE_DAY
from crm.ledger.tables import CLAIM, REWARD


def due_between(
    connection: Connection, after: date, up_to: date, *, back: bool
) -> Iterator[tuple[str, date]]:
    """(home, day) of what ends on the days after one, up to another.

    back: the days are taken back. A hold that ended is kept as an end no longer, but the reward
    tells when that was.
    """
    query = select(WAKE_DAY.c.home, WAKE_DAY.c.day)
    for home, day in connection.execute(
        query.where(WAKE_DAY.c.day > after, WAKE_DAY.c.day <= up_to)
    ):
        yield home, day
    if back:
        released = select(CLAIM.c.home, REWARD.c.releases_on).join(
            REWARD, (REWARD.c.reward_id == CLAIM.c.reward_id) & (REWARD.c.member == CLAIM.c.member)
        )
        between = REWARD.c.releases_on > after, REWARD.c.releases_on <= up_to
        for home, day in connection.execute(released.where(*between).distinct()):
            yield home, day
