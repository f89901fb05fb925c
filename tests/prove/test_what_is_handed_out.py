"""What others are given works where there is no clone: the wheel, and the image."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.services import require
from tests.source_tree import PACKAGES, ROOT

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3_600)]

MOST_MEGABYTES = 300
"""Of the image, what is not its base; 277 when this was written, 64 of them NumPy."""


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints, in a folder elsewhere and without our settings."""
    kept = ("JINXI_", "PYTHON", "VIRTUAL_ENV")
    environment = {name: said for name, said in os.environ.items() if not name.startswith(kept)}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, newly built."""
    folder = tmp_path_factory.mktemp("wheel")
    return Path(run(ROOT / "tools" / "wheel", folder, folder=folder).strip())


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = set(zipfile.ZipFile(wheel).namelist())
    about = {name for name in packed if ".dist-info/" in name}
    assert packed - about == files
    assert any(name.endswith("licenses/LICENSE") for name in about)
    assert {f"{package}/py.typed" for package in PACKAGES} < packed


def test_the_wheel_with_what_is_locked_runs_the_demo_far_from_the_clone(
    wheel: Path, tmp_path: Path
) -> None:
    run(sys.executable, "-m", "venv", "--clear", tmp_path / "own", folder=tmp_path)
    pip, jinxi = tmp_path / "own" / "bin" / "pip", tmp_path / "own" / "bin" / "jinxi"
    locked = ("--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements.lock")
    run(pip, "install", "--quiet", *locked, folder=tmp_path)
    run(pip, "install", "--quiet", "--no-deps", wheel, folder=tmp_path)
    python = tmp_path / "own" / "bin" / "python"
    where = run(python, "-c", "import crm; print(crm.__file__)", folder=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path / "own")
    run(jinxi, "demo", "--no-serve", folder=tmp_path)
    people = run(jinxi, "people", "--json", folder=tmp_path).splitlines()
    assert len(people) > 1_000
    assert run(jinxi, "check", folder=tmp_path)


def test_the_image_runs_the_demo_as_nobody_in_particular_and_is_small(tmp_path: Path) -> None:
    require("image")
    told = run(ROOT / "tools" / "image", folder=tmp_path)
    assert re.search(r"^(user )?10001$", told, re.MULTILINE)
    assert "jinxi serve" in told
    ours = re.search(r"^ours (\d+) MB$", told, re.MULTILINE)
    assert ours is None or int(ours[1]) <= MOST_MEGABYTES
