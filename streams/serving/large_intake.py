"""The process that takes large bodies, and how the web process hands them to it.

Ten thousand events, or what pretends to be, take a processor for seconds, and Python lets threads
run in turns: beside them every short request would wait at each of its steps. It is started with
the first large body and ends with the web process, which holds the other end of its pipe.
"""

import logging
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe
from threading import Lock

import msgspec

from campaigns.intake import Intake
from crm.web.api.problems import Problem
from crm.web.api.receipts import answered
from crm.web.guards import storage_failures
from crm.web.guards.large_bodies import Answered, HandedOver
from streams.running.installation import open_installation
from streams.running.logs import configure

_GONE = Answered(
    storage_failures.BUSY,
    b"this was cut short: send all of it again, what was kept is answered as a duplicate",
    headers=storage_failures.headers_of(storage_failures.BUSY),
)
_NICE = 5
"""Where processors are scarce the short requests have them first, and it is not starved: it holds
locks of the database."""
_log = logging.getLogger(__name__)


@dataclass
class LargeIntakeProcess:
    """The process as the web process sees it; one body after the other."""

    _link: Connection | None = None
    _process: subprocess.Popen[bytes] | None = None
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, handed_over: HandedOver, body: bytes) -> Answered:
        """Its answer; one that says “again” where the process ended over it."""
        with self._lock:
            try:
                link = self._started()
                link.send_bytes(msgspec.msgpack.encode(handed_over))
                link.send_bytes(body)
                return msgspec.msgpack.decode(link.recv_bytes(), type=Answered)
            except (EOFError, OSError):
                _log.exception("the process for large bodies ended")
                self._end()
                return _GONE

    def close(self) -> None:
        """Let it end."""
        with self._lock:
            self._end()

    def _started(self) -> Connection:
        if self._link is None:
            self._link, theirs = Pipe()
            with theirs:
                number = theirs.fileno()
                command = [sys.executable, "-m", __name__, str(number)]
                self._process = subprocess.Popen(command, pass_fds=[number])
        return self._link

    def _end(self) -> None:
        link, process, self._link, self._process = self._link, self._process, None, None
        if link is not None:
            link.close()
        if process is not None:
            process.terminate()
            process.wait()


def take_bodies(intake: Intake, link: Connection) -> None:
    """Answer one after the other, until nobody holds the other end."""
    while True:
        try:
            handed_over = msgspec.msgpack.decode(link.recv_bytes(), type=HandedOver)
            body = link.recv_bytes()
        except EOFError:
            return
        link.send_bytes(msgspec.msgpack.encode(_answer(intake, handed_over, body)))


def _answer(intake: Intake, handed_over: HandedOver, body: bytes) -> Answered:
    try:
        return answered(intake, handed_over, body)
    except Problem as problem:
        return Answered(problem.status, problem.detail.encode(), headers=problem.headers)
    except Exception as error:
        _log.exception("a large body was not taken")
        status = storage_failures.status_of(error)
        detail = storage_failures.DETAILS[status].encode()
        return Answered(status, detail, headers=storage_failures.headers_of(status))


def main() -> None:
    """Until the web process is gone."""
    # It is asked to end by the web process alone, which hears of Ctrl-C as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    configure("intake")
    with Connection(int(sys.argv[1])) as link:
        take_bodies(open_installation().intake, link)


if __name__ == "__main__":
    main()
