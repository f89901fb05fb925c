"""Stays at the feed: what changes is in the copy a moment later, and acknowledged soon after."""

from collections.abc import Callable
from dataclasses import dataclass

from campaigns.times import SECOND_US
from streams.dealer.errors import PassingError
from streams.dealer.pulling import Puller

WAIT_SECONDS = 20
_QUIET_SECONDS = 1
"""With something to acknowledge, so long without a change is the moment to do it."""

_LATEST_US = 30 * SECOND_US
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


@dataclass
class Follower:
    """Follows one dealer's feed until it is interrupted.

    sleep: seconds to pause; tell: a sentence for people.
    """

    puller: Puller
    sleep: Callable[[float], None]
    tell: Callable[[str], None]
    acknowledged: bool = False
    changed_us: int = 0
    pause: float = _SHORTEST_PAUSE
    said: str = ""

    def run(self) -> None:
        """Never returns; what does not pass by itself is raised."""
        while True:
            self.step()

    def step(self) -> None:
        """One question; what passes by itself is told once and waited out."""
        try:
            self._ask()
        except PassingError as trouble:
            if str(trouble) != self.said:
                self.said = str(trouble)
                self.tell(self.said)
            self.sleep(max(self.pause, float(trouble.retry_seconds)))
            self.pause = min(2 * self.pause, _LONGEST_PAUSE)
        else:
            self.pause, self.said = _SHORTEST_PAUSE, ""

    def _ask(self) -> None:
        puller = self.puller
        puller.introduce()
        before = puller.applied.withdrawn
        page = puller.fetch(WAIT_SECONDS if self.acknowledged else _QUIET_SECONDS)
        now_us = puller.now_us()
        # Of a company that was restored only its next change would tell, whenever that comes.
        is_restored = page.end is not None and page.end.last < puller.store.cursor
        if (page.changes or is_restored) and self.acknowledged:
            self.acknowledged, self.changed_us = False, now_us
        late = now_us - self.changed_us > _LATEST_US
        withdrawn = puller.applied.withdrawn > before
        # Digests of a large copy take seconds, in which no change would come in: withdrawals are
        # reported at once, everything else when it has become quiet.
        if not self.acknowledged and (withdrawn or late or not page.changes):
            self.acknowledged = puller.pull().state == "equal"
