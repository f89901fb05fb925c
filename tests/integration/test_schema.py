"""The migrations lead to exactly the tables that the code declares."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, select, text

from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.feed.tables import COPY_SENT
from crm.schema.preparing import prepare
from crm.schema.revisions import DatabaseNewer, newest_revision
from crm.schema.tables import (
    CARRIED,
    HISTORY,
    KEPT_APART,
    PROJECTED,
    REGISTERED,
    TOLD,
)
from crm.schema.upgrading import downgrade
from crm.storage.database import METADATA, open_engine, reading, writing


def test_migrations_give_the_tables_that_the_code_declares(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == newest_revision()
    engine.dispose()


def test_preparing_a_prepared_database_changes_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    before = sorted(inspect(engine).get_table_names())
    prepare(engine)
    assert sorted(inspect(engine).get_table_names()) == before
    assert "journal" in before
    engine.dispose()


def test_a_database_that_a_newer_program_made_is_left_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewer) as refused:
        prepare(engine)
    assert (refused.value.theirs, refused.value.ours) == ("9999", newest_revision())
    engine.dispose()


def test_what_was_told_before_sends_were_kept_whole_counts_as_sent(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    with engine.begin() as connection:
        for number in (5, 9):
            row = {"sequence": number, "key": f"k{number}", "kind": "upsert", "changed_us": number}
            connection.execute(insert(DEALER_CHANGE), [{"dealer": "D1", **row}])
    _go_back(engine, "0007")
    prepare(engine)
    with engine.connect() as connection:
        columns = COPY_SENT.c
        kept = select(columns.dealer, columns.what, columns.up_to, columns.last)
        assert connection.execute(kept).all() == [("D1", "before", 9, 0)]
    engine.dispose()


def test_rows_of_the_copies_from_before_stand_under_the_number_of_their_last_change(
    tmp_path: Path,
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'jinxi.db'}")
    prepare(engine)
    rest = {"home": "card/c1", "cards": b"[]", "content": b"{}"}
    with writing(engine) as connection:
        rows = [{"dealer": "D1", "key": key, **rest} for key in ("k1", "k2")]
        connection.execute(insert(COPY_ROW), rows)
        for number, key in ((5, "k1"), (7, "k2"), (9, "k1")):
            change = {"sequence": number, "key": key, "kind": "upsert", "changed_us": number}
            told = {"dealer": "D1", "overtaken": number == 5, **change}
            connection.execute(insert(DEALER_CHANGE), [told])
    _go_back(engine, "0008")
    prepare(engine)
    with reading(engine) as connection:
        stands = select(COPY_ROW.c.key, COPY_ROW.c.told).order_by(COPY_ROW.c.told)
        assert connection.execute(stands).all() == [("k2", 7), ("k1", 9)]
    engine.dispose()


def test_of_every_table_it_is_said_whether_a_rebuild_writes_it() -> None:
    kinds = [*HISTORY, *CARRIED, *TOLD, *REGISTERED, *KEPT_APART, *PROJECTED]
    assert sorted(table.name for table in kinds) == sorted(METADATA.tables)


def _go_back(engine: Engine, revision: str) -> None:
    with writing(engine) as connection:
        downgrade(connection, revision)
