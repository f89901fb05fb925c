"""Disputes in PostgreSQL: who says several at once waits for no more answers than anybody."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

from sqlalchemy import func, select

from crm.clock import now_us
from crm.disputes.dispute import MOST_OPEN
from crm.disputes.register import Said, TooMany, say_dispute
from crm.disputes.tables import MEMBER_DISPUTE
from crm.storage.database import reading
from tests.installations import Installation
from tests.servers.processes import PATIENCE_SECONDS

AT_ONCE = 2 * MOST_OPEN


def said_at_once(installation: Installation) -> tuple[list[str], int]:
    """What several disputes of one member came to, and how many are kept."""
    engine, keyring = installation.engine, installation.keyring
    together = Barrier(AT_ONCE)

    def say(n: int) -> str:
        together.wait(PATIENCE_SECONDS)
        try:
            say_dispute(engine, keyring, Said(str(uuid4()), "M1", None, f"不对 {n}"), now_us())
        except TooMany:
            return "too many"
        return "kept"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = sorted(pool.map(say, range(AT_ONCE)))
    with reading(engine) as connection:
        kept = connection.execute(select(func.count()).select_from(MEMBER_DISPUTE)).scalar_one()
    return answers, kept


def test_of_many_disputes_that_a_member_says_at_one_moment_no_more_are_kept_than_may_wait(
    in_postgres: Installation,
) -> None:
    expected = ["kept"] * MOST_OPEN + ["too many"] * (AT_ONCE - MOST_OPEN), MOST_OPEN
    assert said_at_once(in_postgres) == expected
    with Installation() as in_sqlite:
        assert said_at_once(in_sqlite) == expected
