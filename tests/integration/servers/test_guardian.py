"""Whatever ends a session of tests, nothing of it is left: no server, no process, no file."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.servers import guardian
from tests.servers.processes import wait_until
from tests.source_tree import ROOT

# A leader who starts a server in the session's folder, as PostgreSQL and Kafka stand in it, and
# one of those who work for it; says who they are, and ends when its input does, if it may.
_SESSION = """
import os, signal, subprocess, sys
from pathlib import Path
from tests.ground import break_ground
from tests.servers import processes, shared

# Whoever was started in the background inherits that interrupts are ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
ground = break_ground()
shared.open_session(ground)
try:
    folder = shared.folder_of("server")
    folder.mkdir()
    server = processes.start([sys.executable, "-c", "import time; time.sleep(600)"], folder / "log")
    works = [sys.executable, "-c", "import time; time.sleep(600)"]
    worker = subprocess.Popen(works, stdin=subprocess.DEVNULL)
    print(ground, server.pid, worker.pid, flush=True)
    sys.stdin.read()
except KeyboardInterrupt:
    pass
finally:
    shared.close_session()
"""


class Session:
    """A session that runs, as far as it can be seen from outside."""

    def __init__(self) -> None:
        self.leader = subprocess.Popen(
            [sys.executable, "-c", _SESSION],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.leader.stdout is not None
        ground, *ids = self.leader.stdout.readline().split()
        self.ground, (self.server, self.worker) = Path(ground), map(int, ids)

    def left(self) -> list[str]:
        """What there still is of it."""
        found = [str(self.ground)] if self.ground.exists() else []
        return found + [str(pid) for pid in (self.server, self.worker) if runs(pid)]

    def close(self) -> None:
        """Let it end."""
        self.leader.kill()
        self.leader.communicate()


def runs(pid: int) -> bool:
    """Whether there is such a process, and it is not only waited for."""
    try:
        return guardian.runs(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def session() -> Iterator[Session]:
    """One that has started all it starts."""
    found = Session()
    assert len(found.left()) == 3
    yield found
    found.close()


def test_a_session_that_ends_leaves_nothing(session: Session) -> None:
    session.leader.communicate()
    assert session.left() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_session_whose_leader_is_interrupted_or_killed_leaves_nothing(
    session: Session, number: signal.Signals
) -> None:
    os.killpg(session.leader.pid, number)
    assert wait_until(lambda: session.left() == []), session.left()


def test_a_worker_that_is_killed_takes_nothing_from_the_others_and_leaves_nothing(
    session: Session,
) -> None:
    os.kill(session.worker, signal.SIGKILL)
    assert wait_until(lambda: not runs(session.worker))
    assert session.left() == [str(session.ground), str(session.server)]
    session.leader.communicate()
    assert session.left() == []
