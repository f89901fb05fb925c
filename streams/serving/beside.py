"""A process beside the web process that answers one question after the other through a pipe.

What takes a processor for seconds is done there: Python lets threads run in turns, and beside it
every short request would wait at each of its steps. It ends with the web process, which holds the
other end of its pipe; one that ended over a question is started again with the next.
"""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe
from threading import Lock

from streams.running.logs import configure

_NICE = 5
"""Where processors are scarce the short requests have them first, and it is not starved: it may
hold locks of the database."""
_log = logging.getLogger(__name__)


class ProcessEnded(OSError):
    """The process ended over a question; whether it is asked again is for the caller to know."""


@dataclass
class ProcessBeside:
    """The process as the web process sees it; module: what it runs, with `serving` in its main."""

    module: str
    _link: Connection | None = None
    _process: subprocess.Popen[bytes] | None = None
    _lock: Lock = field(default_factory=Lock)

    def ask(self, *messages: bytes) -> bytes:
        """Its answer; ProcessEnded where there is none."""
        with self._lock:
            try:
                link = self._started()
                for message in messages:
                    link.send_bytes(message)
                return link.recv_bytes()
            except (EOFError, OSError) as error:
                _log.exception("the process beside ended")
                self._end()
                raise ProcessEnded(self.module) from error

    def start(self) -> None:
        """Before anybody asks."""
        with self._lock:
            self._started()

    def close(self) -> None:
        """Let it end."""
        with self._lock:
            self._end()

    def _started(self) -> Connection:
        if self._link is None:
            self._link, theirs = Pipe()
            with theirs:
                number = theirs.fileno()
                command = [sys.executable, "-m", self.module, str(number)]
                self._process = subprocess.Popen(command, pass_fds=[number])
        return self._link

    def _end(self) -> None:
        link, process, self._link, self._process = self._link, self._process, None, None
        if link is not None:
            link.close()
        if process is not None:
            process.terminate()
            process.wait()


@contextmanager
def serving(name: str) -> Iterator[Connection]:
    """In the process itself: its end of the pipe, until the web process is gone.

    name: whose lines its log has.
    """
    # It is asked to end by the web process alone, which hears of Ctrl-C as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    configure(name)
    with Connection(int(sys.argv[1])) as link:
        yield link
