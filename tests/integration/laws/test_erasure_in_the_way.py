"""What was erased leaves the files though somebody reads them, or the disk is full for a while."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from crm.recording.traces import forget_traces, mark_traces, traces
from crm.storage.database import empty_log, reading, rewrite, writing
from streams.running.installation import open_installation
from streams.running.scratch import remove_leftovers, scratch_folder
from streams.running.scrubbing import Scrubbing
from streams.upkeep.replay import verify
from tests.functional.command.running import environment
from tests.installations import Installation, clock
from tests.integration.laws.erased_life import SECRETS, found_in, life
from tests.source_tree import ROOT
from tests.worlds import Maker


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a reader, and what failed is tried again at the next idle moment."""
    monkeypatch.setattr("crm.storage.database._BRIEF_TIMEOUT_SECONDS", 0)
    monkeypatch.setattr("streams.running.scrubbing._AGAIN_SECONDS", 0.0)
    monkeypatch.setattr("streams.embedded.worker._SCRUB_SECONDS", 0.0)


@contextmanager
def a_reader(installation: Installation) -> Iterator[None]:
    """Somebody who looks at the data as they are now, for as long as the block lasts."""
    reader = sqlite3.connect(installation.folder / "jinxi.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM journal").fetchone()
    try:
        yield
    finally:
        reader.close()


@contextmanager
def a_full_disk(file: Path) -> Iterator[None]:
    """No file grows beyond a part of this one."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size // 4, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextmanager
def an_erasure_that_nothing_was_removed_for(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Installation]:
    """It is recorded, and what it deleted lies in the files."""
    said, erasure, _ = life()
    with clock(), Installation() as installation:
        installation.accept(said)
        installation.work()
        installation.accept([erasure])
        with monkeypatch.context() as patch:
            patch.setattr(Scrubbing, "attempt", lambda _: None)
            installation.work()
        yield installation


def test_a_log_that_somebody_reads_is_emptied_when_the_reader_has_gone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said, erasure, _ = life()
    with clock(), Installation() as installation:
        installation.accept(said)
        installation.work()
        with a_reader(installation):
            installation.accept([erasure])
            installation.work()
            assert not empty_log(installation.engine)
            assert "还没有从文件里抹净" in capsys.readouterr().err
            assert list(found_in(installation.folder)) != []
        assert not installation.worker.step()
        assert list(found_in(installation.folder)) == []
        assert not installation.worker.scrubbing.is_due


def test_a_full_disk_ends_no_worker_and_is_made_up_for_later(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with an_erasure_that_nothing_was_removed_for(monkeypatch) as installation:
        scrubbing = installation.worker.scrubbing
        assert scrubbing.rewriting
        empty_log(installation.engine)
        with a_full_disk(installation.folder / "jinxi.db"):
            assert not installation.worker.step()
        assert scrubbing.rewriting
        told = capsys.readouterr().err
        assert "还没有从文件里抹净" in told
        assert any(cause in told for cause in ("没有空间", "磁盘读写出错"))
        assert not installation.worker.step()
        assert not scrubbing.is_due
        assert list(found_in(installation.folder)) == []


def test_a_worker_that_finds_a_reader_at_its_start_says_nothing_and_works(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said, _, _ = life()
    with clock(), Installation() as installation:
        installation.accept(said)
        with a_reader(installation):
            installation.close()
            installation.open()
            installation.work()
        assert capsys.readouterr().err == ""
        assert not installation.worker.step()
        assert not installation.worker.scrubbing.is_due


def test_what_a_worker_that_was_killed_did_not_remove_is_removed_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with an_erasure_that_nothing_was_removed_for(monkeypatch) as installation:
        assert list(found_in(installation.folder)) != []
        installation.close()
        installation.open()
        assert not installation.worker.scrubbing.is_due
        assert list(found_in(installation.folder)) == []
        with reading(installation.engine) as connection:
            assert traces(connection) == 0


def test_a_mark_that_was_set_meanwhile_stays() -> None:
    with Installation() as installation, writing(installation.engine) as connection:
        mark_traces(connection, 7, 1)
        mark_traces(connection, 9, 1)
        forget_traces(connection, 7, 1)
        assert traces(connection) == 9
        forget_traces(connection, 9, 1)
        assert traces(connection) == 0


def test_of_many_erasures_in_a_row_the_file_is_not_written_anew_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said, erasure, _ = life()
    maker = Maker(Random(2))
    for card_id in ("x1", "x2", "x3"):
        person = {"card_id": card_id, "person": {"name": SECRETS["name"]}, "source_kind": "dealer"}
        maker.send("card.registered", f"card/{card_id}", person, days=(1, 3))
        erased = {"card_id": card_id, "reason_code": "request"}
        maker.headquarters("card.erased", f"card/{card_id}", erased, days=(5, 5))
    rewritten: list[Engine] = []

    def counted(engine: Engine) -> None:
        rewritten.append(engine)
        rewrite(engine)

    monkeypatch.setattr("streams.running.scrubbing._REST", 1e9)
    monkeypatch.setattr("streams.embedded.worker.next_take", lambda *_: 1)
    monkeypatch.setattr("streams.running.scrubbing.rewrite", counted)
    with clock(), Installation() as installation:
        installation.worker.take_events = 1
        installation.accept([*said, *maker.made, erasure])
        installation.work()
        assert list(found_in(installation.folder)) == []
        assert not installation.worker.scrubbing.is_due
        # Once at the first, once at the end, each of the database and of the keyring.
        assert len(rewritten) == 4


KILLED_WHILE_VERIFYING = """
import os, signal, sys
from pathlib import Path
from streams.upkeep.replay import verify
from tests.installations import Installation

installation = Installation(Path(sys.argv[1]))
end = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
verify(installation.engine, installation.keyring, end, installation.folder)
"""


def test_the_copy_of_a_comparison_that_was_killed_is_removed_by_the_next_start() -> None:
    said, _, _ = life()
    with clock(), Installation() as installation:
        installation.accept(said)
        installation.work()
        command = [sys.executable, "-c", KILLED_WHILE_VERIFYING, str(installation.folder)]
        killed = subprocess.run(command, cwd=ROOT, env=environment(), check=False)
        assert killed.returncode == -signal.SIGKILL
        (left,) = (path for path in installation.folder.glob("scratch-*") if path.is_dir())
        assert left.stat().st_mode & 0o777 == 0o700
        files = list(left.iterdir())
        assert {file.name for file in files} == {"replay.db"}
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert list(found_in(left)) != []
        opened = open_installation(installation.settings)
        assert list(installation.folder.glob("scratch-*")) == []
        opened.engine.dispose()
        opened.keyring.engine.dispose()


def test_a_comparison_leaves_nothing_and_one_that_runs_is_left_alone(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as scratch:
        (scratch / "copy").touch()
        remove_leftovers(tmp_path)
        assert (scratch / "copy").exists()
    assert list(tmp_path.iterdir()) == []
    said, _, _ = life()
    with clock(), Installation() as installation:
        installation.accept(said)
        installation.work()
        before = sorted(os.listdir(installation.folder))
        tables = verify(installation.engine, installation.keyring)
        assert all(table.equal for table in tables.values())
        assert sorted(os.listdir(installation.folder)) == before
