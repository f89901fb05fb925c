"""After an erasure: no deleted byte stays in a file, as soon as nobody is in the way."""

import time
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from crm.clock import now_us
from crm.keyring.keyring import Keyring
from crm.recording.traces import forget_traces, traces
from crm.storage.database import empty_log, reading, rewrite, writing
from streams.wording.causes import said_by_code
from streams.wording.output import print_notice
from streams.wording.say import say

_AGAIN_SECONDS = 5.0
_LOOK_SECONDS = 0.2
_REST = 20.0
"""How many times as long as the last time took nothing is done again: a file is written whole each
time, so that of many erasures each would cost what all people do."""


@dataclass
class Scrubbing:
    """What is still to be done to the files of a database and its keyring, and when it is tried.

    rewriting: a file holds what was deleted; emptying: a write-ahead log may, as one that a killed
    process has left. What fails stops nobody, and is done at a later idle moment; it is said where
    something was erased for certain. What a killed process did not come to is found by its mark.
    """

    engine: Engine
    keyring: Keyring
    rewriting: bool = field(init=False)
    emptying: bool = True
    is_certain: bool = field(init=False)
    in_the_way: bool = False
    """Whether the last attempt failed."""
    again_at: float = float("-inf")
    _mark: int = 0

    def __post_init__(self) -> None:
        """Look for what somebody before us has left."""
        with reading(self.engine) as connection:
            self.rewriting = self.is_certain = traces(connection) > 0

    @property
    def is_due(self) -> bool:
        """Whether anything is still to be done."""
        return self.rewriting or self.emptying

    def erased(self) -> None:
        """Something was erased: do all of it, at once if that was not done just now."""
        self.rewriting = self.emptying = self.is_certain = True
        self.attempt_if_time()

    def attempt_if_time(self) -> None:
        """Do what is due, but not all the time."""
        if self.is_due and time.monotonic() >= self.again_at:
            self.attempt()

    def attempt(self) -> None:
        """Do what is due; nothing is raised for a full disk or a reader in the way."""
        cause, started, rewriting = "", time.monotonic(), self.rewriting
        try:
            self._do()
        except OperationalError as error:
            cause = said_by_code(error.orig) or str(error.orig)
        now = time.monotonic()
        self.in_the_way = self.is_due
        if self.in_the_way:
            self.again_at = now + _AGAIN_SECONDS
            if self.is_certain:
                _tell(cause or say("有别的程序正在读"))
        else:
            self.is_certain = False
            if rewriting:
                self.again_at = now + _REST * (now - started)

    def _do(self) -> None:
        both = self.engine, self.keyring.engine
        if self.rewriting:
            with reading(self.engine) as connection:
                self._mark = traces(connection)
            for engine in both:
                rewrite(engine)
            self.rewriting = False
        self.emptying = not all([empty_log(engine) for engine in both])
        if self._mark and not self.emptying:
            with writing(self.engine) as connection:
                forget_traces(connection, self._mark, now_us())
            self._mark = 0

    def finish(self, seconds: float) -> None:
        """Do what is certain, and go on trying for a while: nobody will come back to it soon."""
        ends = time.monotonic() + seconds
        if self.is_certain and not self.in_the_way:
            self.attempt()
        while self.is_certain and time.monotonic() < ends:
            time.sleep(_LOOK_SECONDS)
            self.attempt_if_time()


def _tell(cause: str) -> None:
    print_notice(say("已删除的内容还没有从文件里抹净（{cause}）；稍后会自动再做。", cause=cause))
