"""A database file that is there is never opened beside SQLite: to close it drops its locks."""

import builtins
import os
from pathlib import Path

import pytest

from crm.storage.database import open_engine, reading, writing
from crm.storage.owner_alone import make_database_file
from streams.dealer.store import COPY_FILE, CopyStore


def test_what_is_written_stays_when_the_same_process_opens_the_database_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "jinxi.db"
    engine = open_engine(f"sqlite:///{file}")
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE kept (word TEXT)")
    opened: list[str] = []
    really = os.open

    def watched(path: str | Path, *flags: int) -> int:
        opened.append(str(path))
        return really(path, *flags)

    monkeypatch.setattr(os, "open", watched)
    monkeypatch.setattr(builtins, "open", watched)
    make_database_file(file)
    again = open_engine(f"sqlite:///{file}")
    assert str(file) not in opened
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO kept VALUES ('a')")
    with reading(again) as connection:
        assert connection.exec_driver_sql("SELECT word FROM kept").scalar() == "a"
    engine.dispose()
    again.dispose()


def test_a_dealers_copy_that_is_there_is_never_opened_beside_its_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = CopyStore.make(tmp_path)
    opened: list[str] = []
    really = os.open

    def watched(path: str | Path, *flags: int) -> int:
        opened.append(str(path))
        return really(path, *flags)

    monkeypatch.setattr(os, "open", watched)
    CopyStore.make(tmp_path).close()
    first.close()
    assert str(tmp_path / COPY_FILE) not in opened
