"""What stands in the way: full disks, read-only folders, broken files, keys, a second worker."""

import ctypes
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from crm.configuration.settings import Settings
from crm.recording.unfinished import mark_unfinished
from crm.storage.database import open_engine, writing
from streams.running.lease import lease
from tests.examples import a_card
from tests.functional.command.running import Jinxi, environment, run, run_started

DROP_FROM_BOUNDING_SET = 24
OVERRIDES_PERMISSIONS = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, linux/capability.h."""
LIBC = ctypes.CDLL(None)
SMALL = 2 * 1024 * 1024


def lines(count: int, note: int = 2_000) -> bytes:
    """So many cards, each with a long note."""
    private = {"note": "x" * note}
    return b"".join(
        orjson.dumps(a_card(f"card-{n}", private=private)) + b"\n" for n in range(count)
    )


def _small_files() -> None:
    """In the child: no file may grow beyond SMALL, as if the disk were full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL))


def _obey_permissions() -> None:
    """In the child: root, too, may write only where the permissions let its owner write."""
    if os.geteuid() == 0:
        for capability in OVERRIDES_PERMISSIONS:
            assert LIBC.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0) == 0


def test_a_disk_that_fills_up_loses_nothing_that_was_taken(tmp_path: Path) -> None:
    sent = 3_000
    (tmp_path / "many.ndjson").write_bytes(lines(sent))
    full = run_started(tmp_path, "accept", "many.ndjson", preexec_fn=_small_files)
    assert full.status == 1, full
    assert "Traceback" not in full.err
    assert "中途停下。在此之前：已收下" in full.err
    assert "jinxi-data" in full.err
    kept = len(run(tmp_path, "events", "--json").lines)
    told = run(tmp_path, "accept", "many.ndjson", "--json").only
    assert (told["duplicate"], told["accepted"]) == (kept, sent - kept)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of few megabytes; where none can be mounted the one above stands for it."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said_and_what_was_taken_is_there(tiny_disk: Path, tmp_path: Path) -> None:
    (tmp_path / "many.ndjson").write_bytes(lines(3_000))
    full = run(tiny_disk, "accept", tmp_path / "many.ndjson")
    assert full.status == 1, full
    assert "磁盘满了" in full.err
    assert "Traceback" not in full.err
    shutil.copytree(tiny_disk / "jinxi-data", tmp_path / "jinxi-data")
    kept = len(run(tmp_path, "events", "--json").lines)
    told = run(tmp_path, "accept", "many.ndjson", "--json").only
    assert (told["duplicate"], told["accepted"]) == (kept, 3_000 - kept)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="jinxi-readonly-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("with_data", [False, True], ids=["empty", "with data"])
def test_a_read_only_folder_is_said_and_left_alone(open_folder: Path, with_data: bool) -> None:
    (open_folder / "one.ndjson").write_bytes(lines(1))
    if with_data:
        assert run(open_folder, "accept", "one.ndjson").status == 0
        for path in (open_folder / "jinxi-data").iterdir():
            path.chmod(0o444)
        (open_folder / "jinxi-data").chmod(0o555)
        (open_folder / "jinxi-data" / "master.key").chmod(0o444)
    open_folder.chmod(0o555)
    before = sorted(path.name for path in open_folder.rglob("*"))
    answer = run_started(open_folder, "accept", "one.ndjson", preexec_fn=_obey_permissions)
    assert answer.status == 1, answer
    assert "不能写入" in answer.err
    assert "JINXI_DATA" in answer.err
    assert "Traceback" not in answer.err
    assert sorted(path.name for path in open_folder.rglob("*")) == before


@pytest.mark.parametrize("name", ["jinxi.db", "keys.db"])
def test_a_corrupt_database_is_said_and_not_changed(tmp_path: Path, name: str) -> None:
    (tmp_path / "one.ndjson").write_bytes(lines(1))
    assert run(tmp_path, "accept", "one.ndjson").status == 0
    file = tmp_path / "jinxi-data" / name
    file.write_bytes(b"no database" * 1_000)
    broken = file.read_bytes()
    for command in (("accept", "one.ndjson"), ("people",)):
        answer = run(tmp_path, *command)
        assert (answer.status, answer.out) == (1, b"")
        assert "数据库读不懂" in answer.err
    assert file.read_bytes() == broken


def test_a_missing_master_key_is_said_and_none_is_made_in_its_place(jinxi: Jinxi) -> None:
    jinxi("accept", "-", stdin=lines(1))
    key = jinxi.folder / "jinxi-data" / "master.key"
    kept = key.read_bytes()
    key.unlink()
    answer = jinxi("people", status=1)
    assert "找不到主密钥" in answer.err
    assert "master.key" in answer.err
    assert not key.exists()
    key.write_bytes(kept)
    jinxi("people")


@pytest.mark.parametrize("written", ["00" * 32, "00" * 16, "no key"])
def test_a_wrong_master_key_is_said_and_nothing_is_taken(jinxi: Jinxi, written: str) -> None:
    jinxi("accept", "-", stdin=lines(1))
    (jinxi.folder / "jinxi-data" / "master.key").write_text(written)
    answer = jinxi("accept", "-", stdin=lines(2), status=1)
    assert "密钥和数据对不上" in answer.err
    assert answer.out == b""


def test_a_database_that_a_newer_program_made_is_said_and_not_changed(jinxi: Jinxi) -> None:
    jinxi("accept", "-", stdin=lines(1))
    file = jinxi.folder / "jinxi-data" / "jinxi.db"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    answer = jinxi("people", status=1)
    assert "更新的版本建的（9999" in answer.err
    assert answer.out == b""


def test_a_database_server_that_does_not_answer_is_named_without_its_password(
    jinxi: Jinxi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINXI_DATABASE_URL", "postgresql+psycopg://u:secret@127.0.0.1:1/crm")
    answer = jinxi("people", status=1)
    assert "127.0.0.1:1/crm" in answer.err
    assert "jinxi-data" not in answer.err
    assert "secret" not in answer.err


def test_an_address_that_is_no_databases_is_said_and_not_repeated(
    jinxi: Jinxi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINXI_DATABASE_URL", "nonsense with a secret")
    answer = jinxi("people", status=1)
    assert "JINXI_DATABASE_URL" in answer.err
    assert "secret" not in answer.err


def test_a_missing_keyring_is_said_in_words(jinxi: Jinxi) -> None:
    jinxi("accept", "-", stdin=lines(1))
    (jinxi.folder / "jinxi-data" / "keys.db").unlink()
    answer = jinxi("work", "--until-idle", status=1)
    assert "密钥和数据对不上：钥匙库里缺了" in answer.err


def test_a_second_worker_is_turned_away_while_intakes_go_on(jinxi: Jinxi) -> None:
    jinxi("accept", "-", stdin=lines(1))
    with lease(Settings.in_folder(jinxi.folder / "jinxi-data")):
        for command in (("work", "--until-idle", "--json"), ("replay",)):
            answer = jinxi(*command, status=4)
            assert "一次只能有一个" in answer.err
            assert "worker.lock" in answer.err
            assert answer.out == b""
        for count in (2, 3):
            assert jinxi("accept", "-", "--json", stdin=lines(count)).only["accepted"] == 1
    assert jinxi("work", "--until-idle", "--json").only["recorded"] == 3


def test_the_trouble_is_told_in_the_language_that_was_asked_for(
    jinxi: Jinxi, monkeypatch: pytest.MonkeyPatch
) -> None:
    jinxi("accept", "-", stdin=lines(1))
    (jinxi.folder / "jinxi-data" / "master.key").unlink()
    for language, words in (("en", "The master key is missing"), ("zh-TW", "找不到主金鑰")):
        monkeypatch.setenv("JINXI_LANGUAGE", language)
        assert words in jinxi("people", status=1).err


def test_killed_in_the_middle_everything_that_was_told_is_there(tmp_path: Path) -> None:
    (tmp_path / "many.ndjson").write_bytes(lines(20, note=10))
    spoil = (
        "import os, sys; import crm.intake.accept as door; real = door.EventIntake.accept\n"
        "def accept(self, *a, **k):\n    real(self, *a, **k); os.kill(os.getpid(), 9)\n"
        "door.EventIntake.accept = accept; sys.argv = ['jinxi', 'accept', 'many.ndjson']\n"
        "from streams.cli.app import main; main()"
    )
    died = subprocess.run(
        [sys.executable, "-c", spoil], cwd=tmp_path, env=environment(), check=False
    )
    assert died.returncode == -signal.SIGKILL
    again = run(tmp_path, "accept", "many.ndjson", "--json")
    assert again.status == 0, again
    assert (again.only["accepted"], again.only["duplicate"]) == (0, 20)


def test_what_is_under_way_from_the_beginning_is_judged_once_it_is_done(tmp_path: Path) -> None:
    (tmp_path / "one.ndjson").write_bytes(lines(1))
    assert run(tmp_path, "accept", "one.ndjson").status == 0
    engine = open_engine(Settings.in_folder(tmp_path / "jinxi-data").database_url)
    with writing(engine) as connection:
        mark_unfinished(connection, 0)
    engine.dispose()
    for words in (("check",), ("replay", "--verify")):
        early = run(tmp_path, *words)
        assert early.status == 4, early
        assert "正在从头入档" in early.err and "jinxi work --until-idle" in early.err
    assert run(tmp_path, "work", "--until-idle").status == 0
    assert run(tmp_path, "check").status == 0
