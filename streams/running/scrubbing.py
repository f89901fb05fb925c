"""After an erasure: no deleted byte stays in a file, as soon as nobody is in the way."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from crm.storage.database import empty_log, rewrite
from streams.wording.causes import said_by_code
from streams.wording.output import print_notice
from streams.wording.say import say

_AGAIN_SECONDS = 5.0
_LOOK_SECONDS = 0.2


@dataclass
class Scrubbing:
    """What is still to be done to the files of some databases, and when it is tried again.

    rewriting: a file holds what was deleted; emptying: a write-ahead log may, as one that a killed
    process has left. What fails stops nobody, and is done at a later idle moment; it is said where
    something was erased for certain.
    """

    engines: Sequence[Engine]
    rewriting: bool = False
    emptying: bool = True
    is_certain: bool = False
    again_at: float = float("-inf")

    @property
    def is_due(self) -> bool:
        """Whether anything is still to be done."""
        return self.rewriting or self.emptying

    def erased(self) -> None:
        """Something was erased: do all of it, now if possible."""
        self.rewriting = self.emptying = self.is_certain = True
        self.attempt()

    def attempt_if_time(self) -> None:
        """Try again what is due, but not all the time."""
        if self.is_due and time.monotonic() >= self.again_at:
            self.attempt()

    def attempt(self) -> None:
        """Do what is due; nothing is raised for a full disk or a reader in the way."""
        cause = ""
        try:
            if self.rewriting:
                for engine in self.engines:
                    rewrite(engine)
                self.rewriting = False
            self.emptying = not all([empty_log(engine) for engine in self.engines])
        except OperationalError as error:
            cause = said_by_code(error.orig) or str(error.orig)
        if self.is_due:
            self.again_at = time.monotonic() + _AGAIN_SECONDS
            if self.is_certain:
                _tell(cause or say("有别的程序正在读"))
        else:
            self.is_certain = False

    def finish(self, seconds: float) -> None:
        """Go on trying for a while what is certain: nobody will come back to it soon."""
        ends = time.monotonic() + seconds
        while self.is_certain and time.monotonic() < ends:
            time.sleep(_LOOK_SECONDS)
            self.attempt_if_time()


def _tell(cause: str) -> None:
    print_notice(say("已删除的内容还没有从文件里抹净（{cause}）；稍后会自动再做。", cause=cause))
