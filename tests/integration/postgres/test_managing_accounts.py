"""Whoever manages accounts, somebody who may always stays: also of two who act at one moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from crm.accounts.managing import Manager
from crm.accounts.people import accounts, add_user
from crm.accounts.roles import AccountInvalid
from crm.clock import now_us
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope
from crm.storage.database import reading
from tests.installations import Installation
from tests.servers.processes import PATIENCE_SECONDS

PASSWORD = "only-for-tests-1"
ROUNDS = 5


def closed_each_other(installation: Installation) -> int:
    """Two of headquarters close each other, each allowed to when it began: how many are left."""
    engine = installation.engine
    pair = [add_user(engine, f"{now_us()} {n}", PASSWORD, ("headquarters",)) for n in range(2)]
    managers = [Manager(engine, HEADQUARTERS_SCOPE, actor, now_us()) for actor in pair]
    together = Barrier(2)

    def close(n: int) -> None:
        together.wait(PATIENCE_SECONDS)
        try:
            managers[n].close(pair[1 - n])
        except (AccountInvalid, OutOfScope):
            return

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(close, range(2)))
    with reading(engine) as connection:
        return sum(each.is_open for each in accounts(connection) if each.actor in pair)


def test_of_two_who_close_each_other_at_one_moment_one_stays(in_postgres: Installation) -> None:
    assert [closed_each_other(in_postgres) for _ in range(ROUNDS)] == [1] * ROUNDS
    with Installation() as in_sqlite:
        assert [closed_each_other(in_sqlite) for _ in range(ROUNDS)] == [1] * ROUNDS
