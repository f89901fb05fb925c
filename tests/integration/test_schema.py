"""The migrations lead to exactly the tables that the code declares."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from crm.database import METADATA, open_engine
from crm.schema import CARRIED, HISTORY, KEPT_APART, PROJECTED, REGISTERED, TOLD, prepare


def test_migrations_give_the_tables_that_the_code_declares(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_preparing_a_prepared_database_changes_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    before = sorted(inspect(engine).get_table_names())
    prepare(engine)
    assert sorted(inspect(engine).get_table_names()) == before
    assert "journal" in before
    engine.dispose()


def test_of_every_table_it_is_said_whether_a_rebuild_writes_it() -> None:
    kinds = [*HISTORY, *CARRIED, *TOLD, *REGISTERED, *KEPT_APART, *PROJECTED]
    assert sorted(table.name for table in kinds) == sorted(METADATA.tables)
