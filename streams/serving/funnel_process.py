"""The process that answers questions of funnels, and how the web process asks it.

A question over many people takes a processor, and Python lets threads run in turns: beside it every
request would wait. It begins with the web process, reads its columns while nobody asks yet, and
ends with it. One that ended over a question is started again, and asked once more.
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
from msgspec import Struct

from crm.funnels.kept import columns_file
from crm.funnels.queries import Funnels, Offers, allowed
from crm.funnels.report import Question, Report
from crm.scope import Scope
from streams.running.installation import open_installation
from streams.running.logs import configure

_NICE = 5
"""Where processors are scarce, whoever sends or looks something up has them first."""
_log = logging.getLogger(__name__)


class FunnelProcessGone(OSError):
    """The process ended over the question, twice; the page says that it is to be asked again."""


class _Asked(Struct):
    """A question; None: which values occur."""

    question: Question | None


class _Told(Struct):
    """The answer; failed: none could be given, its log says why."""

    report: Report | None = None
    offers: Offers | None = None
    failed: bool = False


@dataclass
class FunnelProcess:
    """The process as the web process sees it; one question after the other."""

    _link: Connection | None = None
    _process: subprocess.Popen[bytes] | None = None
    _lock: Lock = field(default_factory=Lock)

    def report(self, scope: Scope, question: Question) -> Report:
        """Everything a page says of a funnel."""
        question = allowed(scope, question)
        # What cannot be asked is said here, in the words of whoever asks.
        question.document.funnel(question.today)
        told = self._ask(_Asked(question)).report
        assert told is not None
        return told

    def offers(self, scope: Scope) -> Offers:
        """The values that occur, by field."""
        scope.require("numbers", "what occurs is the company's")
        told = self._ask(_Asked(None)).offers
        assert told is not None
        return told

    def start(self) -> None:
        """Let it read its columns before anybody asks."""
        with self._lock:
            self._started()

    def close(self) -> None:
        """Let it end."""
        with self._lock:
            self._end()

    def _ask(self, asked: _Asked) -> _Told:
        data = msgspec.msgpack.encode(asked)
        with self._lock:
            for _ in range(2):
                try:
                    link = self._started()
                    link.send_bytes(data)
                    told = msgspec.msgpack.decode(link.recv_bytes(), type=_Told)
                except (EOFError, OSError):
                    _log.exception("the process for funnels ended")
                    self._end()
                else:
                    break
            else:
                raise FunnelProcessGone
        if told.failed:
            raise FunnelProcessGone
        return told

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


def answer_questions(funnels: Funnels, link: Connection) -> None:
    """Answer one after the other, until nobody holds the other end."""
    while True:
        try:
            asked = msgspec.msgpack.decode(link.recv_bytes(), type=_Asked)
        except EOFError:
            return
        link.send_bytes(msgspec.msgpack.encode(_answer(funnels, asked)))


def _answer(funnels: Funnels, asked: _Asked) -> _Told:
    try:
        if asked.question is None:
            return _Told(offers=funnels.offered())
        return _Told(report=funnels.report_on(asked.question))
    except Exception:
        _log.exception("a question of a funnel was not answered")
        return _Told(failed=True)


def main() -> None:
    """Until the web process is gone."""
    # It is asked to end by the web process alone, which hears of Ctrl-C as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    configure("funnels")
    with Connection(int(sys.argv[1])) as link:
        installation = open_installation()
        funnels = Funnels(installation.engine, columns_file(installation.settings.data_folder))
        _answer(funnels, _Asked(None))
        answer_questions(funnels, link)


if __name__ == "__main__":
    main()
