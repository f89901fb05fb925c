"""What was recorded of what was carried."""

from datetime import date

from sqlalchemy import func, select

from crm.journal.events import last_position
from crm.journal.outbox import OUTBOX
from crm.operations.checks import run_checks
from crm.storage.database import reading
from tests.installations import Snapshot, assert_same
from tests.integration.kafka.carriers import Carried

PEOPLE, SEED, STARTS_ON = 120, 13, date(2026, 3, 2)


def assert_all_recorded_once(carried: Carried, expected: Snapshot) -> None:
    installation = carried.installation
    assert_same(installation.snapshot(), expected)
    with reading(installation.engine) as connection:
        assert connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one() == 0
        assert [c.name for c in run_checks(connection, installation.keyring) if not c.ok] == []


def recorded(carried: Carried) -> int:
    """How many events the journal has."""
    with reading(carried.installation.engine) as connection:
        return last_position(connection)
