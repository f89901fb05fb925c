"""Folders 700 and files 600, whatever the umask; older ones are closed when they are opened."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.attachments.store import AttachmentStore
from crm.configuration.settings import Settings
from streams.running.installation import open_installation

PNG = b"\x89PNG\r\n\x1a\n" + b"a signature"


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """The umask of whoever starts us."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    found = [folder, *folder.rglob("*")]
    return [str(path) for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.usefixtures("umask")
def test_nothing_of_an_installation_is_open_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "data"
    opened = open_installation(Settings.in_folder(folder))
    AttachmentStore(opened.keyring).put("C1", PNG, "u-1", 5)
    names = {path.name for path in folder.rglob("*")}
    assert {"jinxi.db", "jinxi.db-wal", "jinxi.db-shm", "keys.db", "master.key"} <= names
    assert open_to_others(tmp_path / "above") == []
    opened.engine.dispose()
    opened.keyring.engine.dispose()


def test_an_older_installation_is_closed_to_others_when_it_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for is_older in (False, True):
        opened = open_installation(Settings.in_folder(folder))
        with opened.engine.connect():
            assert open_to_others(folder) == []
        opened.engine.dispose()
        opened.keyring.engine.dispose()
        if not is_older:
            folder.chmod(0o755)
            for name in ("jinxi.db", "keys.db"):
                (folder / name).chmod(0o644)


def test_the_folder_that_somebody_works_in_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    for _ in range(2):
        opened = open_installation(Settings.in_folder(Path()))
        opened.engine.dispose()
        opened.keyring.engine.dispose()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "jinxi.db").stat().st_mode) == 0o600
