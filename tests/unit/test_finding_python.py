"""Whoever has no Python that will do is told what was found and what to install."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.source_tree import ROOT

OLDER = "sys.version_info = (3, 9, 2)"
WITHOUT_VENV = "sys.modules['ensurepip'] = None"


def found_with(python: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """What the search says where this is the one Python there is."""
    fake = folder / "python3"
    fake.write_text(
        f'#!/bin/sh\nexec {sys.executable} -I -c "import sys; {python}; exec(sys.argv[2])" "$@"\n'
    )
    fake.chmod(0o755)
    command = ["/bin/sh", str(ROOT / "tools" / "find-python")]
    environment = {"PATH": "/usr/bin:/bin", "JINXI_PYTHON": str(fake)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("python", "said"), [(OLDER, "3.9.2"), (WITHOUT_VENV, "without venv")])
def test_a_python_that_will_not_do_is_named_with_the_reason(
    python: str, said: str, tmp_path: Path
) -> None:
    done = found_with(python, tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert f"found: {tmp_path / 'python3'}" in done.stderr and said in done.stderr
    assert "python3-venv" in done.stderr


def test_one_that_will_do_is_taken(tmp_path: Path) -> None:
    assert found_with("pass", tmp_path).stdout.strip() == str(tmp_path / "python3")


def test_of_one_version_the_distributions_own_is_taken(tmp_path: Path) -> None:
    (tmp_path / "python3").symlink_to(sys.executable)
    own = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
    will_do = [str(own), "-c", "import venv, ensurepip"]
    is_there = (
        sys.platform == "linux"
        and own.exists()
        and subprocess.run(will_do, check=False).returncode == 0
    )
    taken = str(own if is_there else tmp_path / "python3")
    for named, told in ({}, taken), ({"JINXI_PYTHON": "python3"}, str(tmp_path / "python3")):
        done = subprocess.run(
            ["/bin/sh", str(ROOT / "tools" / "find-python")],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin", **named},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.strip() == told, done.stderr
