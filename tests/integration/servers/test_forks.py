"""A forked `jinxi` is signalled as a process of one's own would be."""

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.forks import Forked


def test_one_that_is_gone_before_its_status_is_told_is_killed_as_one_that_has_ended(
    tmp_path: Path,
) -> None:
    address = str(tmp_path / "socket")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with socket.socket(socket.AF_UNIX) as listening, ThreadPoolExecutor() as beside:
        listening.bind(address)
        listening.listen()
        answering = beside.submit(_say, listening, gone.pid)
        forked = Forked(address, ["status"], "/", os.environ)
        with answering.result() as called:
            assert forked.poll() is None
            forked.send_signal(signal.SIGKILL)
            called.sendall(b"0\n")
            assert forked.wait() == 0


def _say(listening: socket.socket, pid: int) -> socket.socket:
    called, _ = listening.accept()
    called.sendall(b"%d\n" % pid)
    return called
