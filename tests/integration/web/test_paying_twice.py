"""No reward is paid twice and no debt set off twice, however many pay, and quickly looked up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as listened

from crm.reward_desk.queries import desk_rows
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.reward_sites import member, reach_every_day, reward_of, sale
from tests.integration.web.sites import RunningSite, running

SALES = 12


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Sales of one clerk, each worth ¥40.00."""
    folder: Path = tmp_path_factory.mktemp("twice")
    with running(folder) as site:
        events = member("M1")
        for n in range(SALES):
            events += sale(n, "M1", days_ago=45 + n)
        site.accept(*events)
        reach_every_day(site)
        yield site


def test_payments_on_their_way_are_found_without_reading_all_that_were_ever_ordered(
    desk: RunningSite,
) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(_1: Any, _2: Any, statement: str, values: Any, *_: Any) -> None:
        if "payment_order" in statement:
            asked.append((statement, values))

    with reading(desk.site.engine) as connection:
        listened.listen(connection, "before_cursor_execute", listen)
        assert desk_rows(HEADQUARTERS_SCOPE, connection, [reward_of(0, "M1")])
        listened.remove(connection, "before_cursor_execute", listen)
        plans = [
            row.detail
            for statement, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(asked) == 2
    assert not [each for each in plans if each.startswith("SCAN payment_order")], plans
