"""PostgreSQL and SQLite, one code: the same events give the same rows in both."""

from datetime import date

import orjson
import pytest
from sqlalchemy import text

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.configuration.settings import Settings
from crm.operations.checks import run_checks
from crm.schema.tables import prepare
from crm.storage.database import DatabaseUnusable, open_engine, reading
from streams.running.lease import WorkerRunning, lease
from streams.upkeep.replay import rebuild, verify
from tests.installations import Installation, assert_same
from tests.servers.postgres import new_database

PEOPLE, SEED, STARTS_ON = 300, 7, date(2026, 3, 2)


def take_in(installation: Installation, together: int) -> None:
    """A season, some events at a time, recorded up to today."""
    lines = [orjson.dumps(event) for event in generate(PEOPLE, SEED, STARTS_ON)]
    for start in range(0, len(lines), together):
        receipts = installation.intake.accept(
            lines[start : start + together], HEADQUARTERS, history=True
        )
        assert {receipt.status for receipt in receipts} <= {"accepted", "duplicate"}
    installation.work()


def test_a_season_gives_the_same_rows_in_both_databases(in_postgres: Installation) -> None:
    take_in(in_postgres, together=700)
    with Installation() as in_file:
        take_in(in_file, together=1000)
        assert_same(in_postgres.snapshot(), in_file.snapshot())
        assert in_postgres.ledger() == in_file.ledger()
    with reading(in_postgres.engine) as connection:
        assert [c.name for c in run_checks(connection, in_postgres.keyring) if not c.ok] == []
    assert all(table.equal for table in verify(in_postgres.engine, in_postgres.keyring).values())
    before = in_postgres.snapshot()
    rebuild(in_postgres.engine, in_postgres.keyring)
    assert_same(in_postgres.snapshot(), before)


def test_a_database_that_sorts_otherwise_is_refused_with_the_way_to_make_it(
    postgres_server: str,
) -> None:
    with new_database(postgres_server, "LOCALE_PROVIDER icu ICU_LOCALE 'en'") as url:
        engine = open_engine(url)
        with pytest.raises(DatabaseUnusable, match="LC_COLLATE 'C'"):
            prepare(engine)
        engine.dispose()


def test_one_worker_at_a_time_has_the_lease(in_postgres: Installation) -> None:
    with lease(in_postgres.settings), pytest.raises(WorkerRunning), lease(in_postgres.settings):
        pytest.fail("two workers have the lease")
    with lease(in_postgres.settings), in_postgres.engine.connect() as connection:
        held = text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert connection.execute(held).scalar() == 1


def test_the_keyring_of_a_database_has_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINXI_DATABASE_URL", "postgresql+psycopg://crm:word@db:5432/jinxi")
    settings = Settings.from_environment()
    assert settings.keyring_url == "postgresql+psycopg://crm:word@db:5432/jinxi_keys"
