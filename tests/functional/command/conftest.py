"""A folder to run `jinxi` in, and one that already holds a small season."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.command.running import Jinxi, run
from tests.servers import shared

PEOPLE = 80
LINES = "season.ndjson"


@dataclass(frozen=True)
class Season:
    """A small season that was taken in and recorded; tests only read it."""

    folder: Path
    lines: bytes


@pytest.fixture
def jinxi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Jinxi:
    """`jinxi` in an empty folder."""
    monkeypatch.delenv("JINXI_LANGUAGE", raising=False)
    return Jinxi(tmp_path, monkeypatch, capfdbinary)


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Season:
    """Taken in and recorded by the command itself, once for all processes; each has a copy."""
    folder = tmp_path_factory.mktemp("season")
    shutil.copytree(shared.once("season-by-command", _take_in), folder, dirs_exist_ok=True)
    return Season(folder, (folder / LINES).read_bytes())


def _take_in(folder: Path) -> shared.Running:
    folder.mkdir()
    lines = run(folder, "season", "--people", PEOPLE, "--seed", 3).out
    (folder / LINES).write_bytes(lines)
    taken = run(folder, "accept", "--history", LINES, "--json")
    assert taken.status == 0, taken
    assert taken.only["accepted"] > PEOPLE
    recorded = run(folder, "work", "--until-idle", "--json")
    assert recorded.status == 0, recorded
    return shared.Running(str(folder))


@pytest.fixture
def looking(
    season: Season, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Jinxi:
    """`jinxi` in the folder of the season."""
    monkeypatch.delenv("JINXI_LANGUAGE", raising=False)
    return Jinxi(season.folder, monkeypatch, capfdbinary)
