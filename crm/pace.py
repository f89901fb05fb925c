"""How much one may do in a time: turns that are taken, and fill again while one waits.

Two laws, and no third one anywhere. `Turns` stand in memory, by key: a burst, then so many a
second; each process has its own, and a restart fills them. A `Window` is for what must survive a
restart: so many in a period, by the instants that a database keeps.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

_KEYS_REMEMBERED = 10_000


@dataclass
class Turns:
    """Turns by key: a burst at once, then `per_second`. `clock` tells seconds.

    Only so many keys are remembered, the last used ones.
    """

    burst: float
    per_second: float
    clock: Callable[[], float] = time.monotonic
    remembered: int = _KEYS_REMEMBERED
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def wait_seconds(self, key: str, turns: float = 1) -> int:
        """Take turns: 0 when they were there, else after how many seconds to ask again."""
        return self._taken(key, turns, least=turns)

    def charge(self, key: str, turns: float) -> None:
        """Take turns that were used already, there or not."""
        self._taken(key, turns, least=float("-inf"))

    def wait_without_taking(self, key: str, turns: float = 1) -> int:
        """How long one would have to wait for turns."""
        return self._taken(key, 0, least=turns)

    def give_back(self, key: str, turns: float = 1) -> None:
        """Turns that were taken and not used."""
        with self._lock:
            if key in self._left:
                left, since = self._left[key]
                self._left[key] = (min(self.burst, left + turns), since)

    def forget(self, key: str) -> None:
        """Begin anew."""
        with self._lock:
            self._left.pop(key, None)

    def _taken(self, key: str, turns: float, least: float) -> int:
        with self._lock:
            now = self.clock()
            left, since = self._left.pop(key, (self.burst, now))
            left = min(self.burst, left + (now - since) * self.per_second)
            is_there = left >= least
            self._left[key] = (left - turns if is_there else left, now)
            while len(self._left) > self.remembered:
                self._left.popitem(last=False)
        return 0 if is_there else max(1, ceil((least - left) / self.per_second))


@dataclass(frozen=True, slots=True)
class Window:
    """At most `most` within a period."""

    period_us: int
    most: int

    def wait_us(self, since_us: int | None, now_us: int) -> int:
        """How long to wait, where `since_us` is the `most`-th latest instant; None: not so many."""
        return 0 if since_us is None else max(0, since_us + self.period_us - now_us)
