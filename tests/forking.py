"""Modules of the tests in processes of their own, to be killed: forked from one that has loaded
all of `jinxi`, since to load it takes longer than most of them live."""

import os
import signal
import subprocess
from io import TextIOWrapper
from pathlib import Path

from tests.forks import Forked
from tests.functional.command.running import forked_from
from tests.source_tree import ROOT


class Process:
    """A module that runs with its words; of `subprocess.Popen[str]` what tests ask for."""

    def __init__(self, module: str, *words: object, quiet: bool = False) -> None:
        """Begin; what it says is read from `stdout`, unless it is to be quiet."""
        self.stdout: TextIOWrapper | None = None
        said = os.open(os.devnull, os.O_WRONLY)
        if not quiet:
            os.close(said)
            heard, said = os.pipe()
            self.stdout = os.fdopen(heard, "r", encoding="utf-8")
        with Path(os.devnull).open("rb") as nothing:
            files = (nothing.fileno(), said, 2)
            told = [*map(str, words)]
            self._forked = Forked(forked_from(), told, str(ROOT), os.environ, files, module)
        os.close(said)

    @property
    def returncode(self) -> int | None:
        """Its status once it was waited for, negative of a signal."""
        return self._forked.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its status once it has ended."""
        try:
            return self._forked.wait(timeout)
        except (TimeoutError, BlockingIOError):
            raise subprocess.TimeoutExpired("forked", timeout or 0) from None

    def kill(self) -> None:
        """`kill -9`."""
        self._forked.send_signal(signal.SIGKILL)
