"""What is due by days: the subjects at which something ends by itself, or is back."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from crm.copies.tables import WAKE_DAY
from crm.ledger.tables import CLAIM, REWARD
from crm.storage.reads import Among, as_date, found_rows


def due_between(
    connection: Connection, after: date, up_to: date, *, back: bool
) -> Iterator[tuple[str, date]]:
    """(subject, day) of what ends on the days after one, up to another.

    back: the days are taken back. A hold that ended is kept as an end no longer, but the reward
    tells when that was.
    """
    between = {"after": after, "up_to": up_to}
    rows = found_rows(connection, _ending, **between)
    if back:
        rows += found_rows(connection, _released, **between)
    for subject, written in rows:
        day = as_date(written)
        assert day is not None
        yield subject, day


def _ending(_: Among) -> Select[Any]:
    return select(WAKE_DAY.c.subject, WAKE_DAY.c.day).where(
        WAKE_DAY.c.day > bindparam("after"), WAKE_DAY.c.day <= bindparam("up_to")
    )


def _released(_: Among) -> Select[Any]:
    same = (REWARD.c.reward_id == CLAIM.c.reward_id) & (REWARD.c.member == CLAIM.c.member)
    released = select(CLAIM.c.subject, REWARD.c.releases_on).join(REWARD, same).distinct()
    return released.where(
        REWARD.c.releases_on > bindparam("after"), REWARD.c.releases_on <= bindparam("up_to")
    )
