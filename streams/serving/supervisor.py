"""Keeps processes running side by side: whichever ends is started again, until all are stopped.

They end with it as well when it is killed (streams/serving/orphans.py).
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

from streams.serving.orphans import PIPE

_RESTART_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 30.0
_STEADY_SECONDS = 10.0
_STOP_SECONDS = 10.0
_log = logging.getLogger(__name__)


class Supervisor:
    """Runs `python -m MODULE ARGUMENT…` for each of some modules.

    One that ends soon after its start is started again after ever longer waits.
    """

    def __init__(self, modules: Sequence[Sequence[str]]) -> None:
        self.modules = modules
        self.stopping = threading.Event()
        self.running: dict[int, subprocess.Popen[bytes]] = {}
        self.threads: list[threading.Thread] = []
        self.pipe: tuple[int, int] | None = None

    def run(self) -> None:
        """Until SIGINT or SIGTERM; the processes are then asked to end, and waited for."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self.start()
        self.stopping.wait()
        self.stop()

    def start(self) -> None:
        """Start all of them; returns at once."""
        self.pipe = os.pipe()
        self.threads = [
            threading.Thread(target=self._keep, args=(place, module), daemon=True)
            for place, module in enumerate(self.modules)
        ]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Ask all of them to end, and wait."""
        self.stopping.set()
        for process in list(self.running.values()):
            process.terminate()
        ends = time.monotonic() + _STOP_SECONDS
        for thread in self.threads:
            thread.join(max(0.0, ends - time.monotonic()))
        for process in list(self.running.values()):
            process.kill()
        for end in self.pipe or ():
            os.close(end)
        self.pipe = None

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _keep(self, place: int, module: Sequence[str]) -> None:
        wait = _RESTART_SECONDS
        while not self.stopping.is_set():
            started = time.monotonic()
            try:
                self._run(place, module)
            except OSError as error:
                # No memory, no process, no file left: all of it may pass.
                extra = {"command": " ".join(module), "error": type(error).__name__}
                _log.error("a process could not be started", extra=extra)
            steady = time.monotonic() - started > _STEADY_SECONDS
            wait = _RESTART_SECONDS if steady else min(2 * wait, _LONGEST_WAIT_SECONDS)
            self.stopping.wait(wait)

    def _run(self, place: int, module: Sequence[str]) -> None:
        process = self._start(module)
        self.running[place] = process
        if self.stopping.is_set():
            process.terminate()
        status = process.wait()
        if not self.stopping.is_set():
            _log.error("a process ended", extra={"command": " ".join(module), "status": status})

    def _start(self, module: Sequence[str]) -> subprocess.Popen[bytes]:
        """A child that inherits the end of the pipe on which it waits, and not ours."""
        assert self.pipe is not None
        theirs = self.pipe[0]
        environment = {**os.environ, PIPE: str(theirs)}
        command = [sys.executable, "-m", *module]
        return subprocess.Popen(command, env=environment, pass_fds=[theirs])
