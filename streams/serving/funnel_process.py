"""The process that answers questions of funnels, and how the web process asks it.

It begins with the web process and reads its columns while nobody asks yet. One that ended over a
question is started again, and asked once more.
"""

import logging
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection

import msgspec
from msgspec import Struct

from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.feed.settling import NotSettled
from crm.funnels.kept import columns_file
from crm.funnels.queries import Funnels, Offers, allowed, of_whose_people
from crm.funnels.report import Question, Report
from crm.scope import Scope
from streams.running.installation import open_installation
from streams.serving.beside import ProcessBeside, ProcessEnded, serving

_log = logging.getLogger(__name__)


class FunnelsUnanswered(OSError):
    """None could be given, the log of the process says why; the page says to ask again."""


class _Asked(Struct):
    """A question; None: which values occur, today, to a dealer or to whoever sees all."""

    question: Question | None
    today: date
    dealer: str | None = None


class _Answer(Struct):
    """The answer; failed: none could be given, its log says why; unsettled: why none of the
    dealer's copy may be given now."""

    report: Report | None = None
    offers: Offers | None = None
    failed: bool = False
    unsettled: str | None = None


@dataclass
class FunnelProcess:
    """The process as the web process sees it; one question after the other."""

    _beside: ProcessBeside = field(default_factory=lambda: ProcessBeside(__name__))

    def report(self, scope: Scope, question: Question) -> Report:
        """Everything a page says of a funnel; NotSettled of a dealer's copy at times."""
        question = allowed(scope, question)
        # What cannot be asked is said here, in the words of whoever asks.
        question.document.funnel(question.today)
        answer = self._ask(_Asked(question, question.today)).report
        assert answer is not None
        return answer

    def offers(self, scope: Scope, today: date) -> Offers:
        """The values that occur, by field; NotSettled of a dealer's copy at times."""
        answer = self._ask(_Asked(None, today, of_whose_people(scope))).offers
        assert answer is not None
        return answer

    def start(self) -> None:
        """Let it read its columns before anybody asks."""
        self._beside.start()

    def close(self) -> None:
        """Let it end."""
        self._beside.close()

    def _ask(self, asked: _Asked) -> _Answer:
        asked_data = msgspec.msgpack.encode(asked)
        try:
            data = self._beside.ask(asked_data)
        except ProcessEnded:
            # Nothing is lost by asking once more.
            data = self._beside.ask(asked_data)
        answer = msgspec.msgpack.decode(data, type=_Answer)
        if answer.failed:
            raise FunnelsUnanswered
        if answer.unsettled is not None:
            raise NotSettled(answer.unsettled)
        return answer


def answer_questions(funnels: Funnels, link: Connection) -> None:
    """Answer one after the other, until nobody holds the other end."""
    while True:
        try:
            asked = msgspec.msgpack.decode(link.recv_bytes(), type=_Asked)
        except EOFError:
            return
        link.send_bytes(msgspec.msgpack.encode(_answer(funnels, asked)))


def _answer(funnels: Funnels, asked: _Asked) -> _Answer:
    try:
        if asked.question is None:
            return _Answer(offers=funnels.offered(asked.dealer, asked.today))
        return _Answer(report=funnels.report_on(asked.question))
    except NotSettled as reason:
        return _Answer(unsettled=str(reason))
    except Exception:
        _log.exception("a question of a funnel was not answered")
        return _Answer(failed=True)


def main() -> None:
    """Until the web process is gone."""
    with serving("funnels") as link:
        installation = open_installation()
        funnels = Funnels(installation.engine, columns_file(installation.settings.data_folder))
        _answer(funnels, _Asked(None, shanghai_day(now_us())))
        answer_questions(funnels, link)


if __name__ == "__main__":
    main()
