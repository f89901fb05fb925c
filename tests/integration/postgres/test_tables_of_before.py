"""Tables of an earlier version are brought forward where they stand, in either database."""

from collections.abc import Iterator
from datetime import date

import orjson
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.operations.checks import run_checks
from crm.schema.preparing import prepare
from crm.schema.upgrading import downgrade
from crm.storage.database import METADATA, reading, writing
from streams.upkeep.replay import verify
from tests.installations import Installation, assert_same


@pytest.fixture(params=["postgresql", "sqlite"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    if request.param == "postgresql":
        yield request.getfixturevalue("in_postgres")
        return
    with Installation() as in_file:
        yield in_file


def test_what_was_recorded_in_tables_of_older_names_stands_as_it_was_and_goes_on(
    installation: Installation,
) -> None:
    lines = [orjson.dumps(event) for event in generate(40, 7, date(2026, 3, 2))]
    half = len(lines) // 2
    installation.intake.accept(lines[:half], HEADQUARTERS, history=True)
    installation.work()
    before = installation.snapshot()
    with writing(installation.engine) as connection:
        downgrade(connection, "0046")
    prepare(installation.engine)
    assert_same(installation.snapshot(), before)
    with installation.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    installation.intake.accept(lines[half:], HEADQUARTERS, history=True)
    installation.work()
    assert [
        name
        for name, table in verify(installation.engine, installation.keyring).items()
        if not table.equal
    ] == []
    with reading(installation.engine) as connection:
        assert [c.name for c in run_checks(connection, installation.keyring) if not c.ok] == []
