"""Rows go from one SQLite file to another in one statement, and nobody waits for it."""

from pathlib import Path

from sqlalchemy import text

from crm.storage.attached import attached
from crm.storage.database import open_engine, writing


def test_rows_are_copied_from_a_file_that_others_go_on_writing(tmp_path: Path) -> None:
    from_file = tmp_path / "from.db"
    source, target = open_engine(f"sqlite:///{from_file}"), open_engine(f"sqlite:///{tmp_path}/to")
    for engine in (source, target):
        with writing(engine) as connection:
            connection.execute(text("CREATE TABLE thing (name TEXT)"))
    with writing(source) as connection:
        connection.execute(text("INSERT INTO thing VALUES ('first')"))
    with attached(target, from_file) as (connection, elsewhere):
        copied = f"INSERT INTO thing SELECT name FROM {elsewhere}.thing"
        connection.execute(text(copied))
        with writing(source) as other:
            other.execute(text("INSERT INTO thing VALUES ('second')"))
        connection.execute(text(copied))
    with target.connect() as connection:
        names = connection.execute(text("SELECT name FROM thing")).scalars().all()
        files = connection.execute(text("PRAGMA database_list")).all()
    # One state throughout, and nothing is left attached.
    assert names == ["first", "first"]
    assert [name for _, name, _ in files] == ["main"]
    source.dispose()
    target.dispose()
