"""Ctrl+C ends what `make test` has started, also what runs beside the tests."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.servers.processes import wait_until
from tests.source_tree import ROOT

LONG = f"""#!{sys.executable}
import pathlib, time
pathlib.Path(__file__ + ".runs").touch()
time.sleep(600)
"""
SHORT = "#!/bin/sh\nexit 0\n"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Stand-ins for what is in .venv/bin."""
    for name, text in (("ruff", SHORT), ("mypy", LONG), ("pytest", LONG)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "python").symlink_to(sys.executable)
    return tmp_path


def _of(programs: Path) -> list[psutil.Process]:
    return [
        each
        for each in psutil.process_iter(["cmdline"])
        if any(str(programs / name) in (each.info["cmdline"] or ()) for name in ("mypy", "pytest"))
    ]


def test_ctrl_c_leaves_nothing_behind(programs: Path) -> None:
    there = (".venv/.installed", "install")
    # Tests that run in the background do not hear Ctrl+C, nor would whom they start.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    made = subprocess.Popen(
        ["make", *(f"--old-file={each}" for each in there), "test", f"BIN={programs}", "JOBS=0"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(programs)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    signal.signal(signal.SIGINT, heard)
    try:
        assert wait_until(lambda: len(list(programs.glob("*.runs"))) == 2)
        os.killpg(made.pid, signal.SIGINT)
        assert made.wait(60) != 0
        assert wait_until(lambda: not _of(programs), 30)
        assert not list(programs.glob("tmp.*"))
    finally:
        for each in _of(programs):
            with suppress(psutil.NoSuchProcess):
                each.kill()
