"""Ends what a test session started when the session ends, however it ends, `kill -9` included.

It is a process of its own that reads a pipe whose other end only the session's leader holds: the
pipe's end is the session's. Started as `python -m tests.servers.guardian FOLDER`. Whatever has the
session's folder as TMPDIR, or stands in it, belongs to the session.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.servers.processes import wait_until

_ROOT = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 20


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """Watch over a session's folder until `release`, or until this process is gone."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.servers.guardian", str(folder)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        # Ctrl-C is for the session; it goes to everybody in its group.
        start_new_session=True,
    )


def release(guardian: "subprocess.Popen[bytes]") -> None:
    """End the session, and wait until all is gone."""
    assert guardian.stdin is not None
    guardian.stdin.close()
    guardian.wait()


def main() -> None:
    """Wait for the end of the session, then leave nothing of it behind."""
    folder = Path(sys.argv[1])
    sys.stdin.buffer.read()
    remove_containers(folder)
    left = list(belonging(folder))
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGTERM)
    wait_until(lambda: not any(map(runs, left)), _STOP_SECONDS)
    # Whom a server left behind, or who started meanwhile, has had its chance.
    late = {*filter(runs, left), *belonging(folder)}
    for process in late:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until(lambda: not any(map(runs, late)), _STOP_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)


def remove_containers(folder: Path) -> None:
    """Those that the session noted."""
    for note in folder.glob("servers/*.json"):
        if container := json.loads(note.read_text())["container"]:
            subprocess.run(["docker", "rm", "-f", "-v", container], check=False)


def belonging(folder: Path) -> Iterator[psutil.Process]:
    """Every process of the session; this one and the leader are not among them."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid in (os.getpid(), os.getppid()):
                continue
            stands_in = Path(process.cwd()).is_relative_to(folder)
            if stands_in or process.environ().get("TMPDIR") == str(folder):
                yield process


def runs(process: psutil.Process) -> bool:
    """Whether it is there, and does not only wait for its parent to look."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    main()
