"""The process that takes large bodies, and how the web process hands them to it.

Ten thousand events, or what pretends to be, take a processor for seconds. It is started with the
first large body.
"""

import logging
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import msgspec

from campaigns.intake import Intake
from crm.web.api.problems import Problem
from crm.web.api.receipts import answered
from crm.web.guards import storage_failures
from crm.web.guards.large_bodies import Answered, HandedOver
from streams.running.installation import open_installation
from streams.serving.beside import ProcessBeside, ProcessEnded, serving

_GONE = Answered(
    storage_failures.BUSY,
    b"this was cut short: send all of it again, what was kept is answered as a duplicate",
    headers=storage_failures.headers_of(storage_failures.BUSY),
)
_log = logging.getLogger(__name__)


@dataclass
class LargeIntakeProcess:
    """The process as the web process sees it; one body after the other."""

    _beside: ProcessBeside = field(default_factory=lambda: ProcessBeside(__name__))

    def __call__(self, handed_over: HandedOver, body: bytes) -> Answered:
        """Its answer; one that says “again” where the process ended over it."""
        try:
            told = self._beside.ask(msgspec.msgpack.encode(handed_over), body)
        except ProcessEnded:
            return _GONE
        return msgspec.msgpack.decode(told, type=Answered)

    def close(self) -> None:
        """Let it end."""
        self._beside.close()


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
    with serving("intake") as link:
        take_bodies(open_installation().intake, link)


if __name__ == "__main__":
    main()
