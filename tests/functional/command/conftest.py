"""A folder to run `jinxi` in, and one that already holds a small season."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.command.running import Jinxi, run

PEOPLE = 80


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
    """Taken in and recorded once by the command itself."""
    folder = tmp_path_factory.mktemp("season")
    lines = run(folder, "season", "--people", PEOPLE, "--seed", 3).out
    (folder / "season.ndjson").write_bytes(lines)
    taken = run(folder, "accept", "--history", "season.ndjson", "--json")
    assert taken.status == 0, taken
    assert taken.only["accepted"] > PEOPLE
    recorded = run(folder, "work", "--until-idle", "--json")
    assert recorded.status == 0, recorded
    return Season(folder, lines)


@pytest.fixture
def looking(
    season: Season, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Jinxi:
    """`jinxi` in the folder of the season."""
    monkeypatch.delenv("JINXI_LANGUAGE", raising=False)
    return Jinxi(season.folder, monkeypatch, capfdbinary)
