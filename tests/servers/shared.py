"""Servers that are started once for a whole test session, by whichever test needs them first.

Under xdist several processes run the tests: the first one to ask starts the server, the others
find its address in a folder that they share, and the process that leads the session stops it.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp

import psutil
from filelock import FileLock

_FOLDER = "JINXI_TEST_SERVERS"
_STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs: where it answers, and what ends it (neither: it is not ours to end)."""

    address: str
    process: int | None = None
    container: str | None = None


def open_session() -> None:
    """Make the folder; what this process starts inherits it."""
    os.environ[_FOLDER] = mkdtemp(prefix="jinxi-servers-")


def folder_of(name: str) -> Path:
    """Where a server of this name may live; deleted when the session ends."""
    return Path(os.environ[_FOLDER]) / name


def once(name: str, start: Callable[[Path], Running]) -> str:
    """The address of the server of this name; started, in a folder of its own, if need be."""
    note = folder_of(f"{name}.json")
    with FileLock(folder_of(f"{name}.lock")):
        if not note.exists():
            note.write_text(json.dumps(asdict(start(folder_of(name)))))
        return Running(**json.loads(note.read_text())).address


def close_session() -> None:
    """Stop every server that was started, and delete what it left."""
    folder = Path(os.environ.pop(_FOLDER))
    for note in folder.glob("*.json"):
        stop(Running(**json.loads(note.read_text())))
    shutil.rmtree(folder, ignore_errors=True)


def stop(running: Running) -> None:
    """End what was started for the tests."""
    if running.container is not None:
        subprocess.run(["docker", "rm", "-f", "-v", running.container], check=False)
    if running.process is None or not psutil.pid_exists(running.process):
        return
    process = psutil.Process(running.process)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
