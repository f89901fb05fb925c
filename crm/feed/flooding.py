"""How much one token may ask for: enough for a first copy at once, too little to flood the house.

Each token has a store of turns that fills again with time; an expensive request takes several.
The store is in memory and each web process has its own, so a restart fills it.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

BURST_TURNS = 600
TURNS_PER_SECOND = 20.0
_TOKENS_REMEMBERED = 10_000


@dataclass
class Flooding:
    """Counts turns by token. `clock` tells seconds."""

    burst: float = BURST_TURNS
    per_second: float = TURNS_PER_SECOND
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def wait_seconds(self, actor: str, turns: int = 1) -> int:
        """Take turns: 0 when they were there, else after how many seconds to ask again."""
        with self._lock:
            now = self.clock()
            left, since = self._left.pop(actor, (self.burst, now))
            left = min(self.burst, left + (now - since) * self.per_second)
            taken = left >= turns
            self._left[actor] = (left - turns if taken else left, now)
            while len(self._left) > _TOKENS_REMEMBERED:
                self._left.popitem(last=False)
        return 0 if taken else max(1, ceil((turns - left) / self.per_second))
