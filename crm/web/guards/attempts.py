"""Slow guessing: each attempt to sign in is counted before the password is looked at."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from campaigns.times import SECOND_US

Keyed = tuple["Attempts", str]


@dataclass
class Attempts:
    """Counts attempts by key, so that guessing gets slow; kept in memory, and bounded.

    most: attempts within the period before one has to wait until the period is over.
    """

    most: int
    period_us: int = 15 * 60 * SECOND_US
    keys: int = 10_000
    _counted: OrderedDict[str, list[int]] = field(default_factory=OrderedDict)

    def wait_seconds(self, key: str, now_us: int) -> int:
        """How long this key has to wait, 0 when it may try."""
        recent = self._recent(key, now_us)
        if len(recent) < self.most:
            return 0
        return max(1, (recent[-self.most] + self.period_us - now_us) // SECOND_US)

    def count(self, key: str, now_us: int) -> None:
        """One more attempt."""
        self._counted[key] = [*self._recent(key, now_us), now_us][-self.most :]
        self._counted.move_to_end(key)
        while len(self._counted) > self.keys:
            self._counted.popitem(last=False)

    def take_back(self, key: str, at_us: int) -> None:
        """The attempt of that instant was none."""
        if at_us in (counted := self._counted.get(key, [])):
            counted.remove(at_us)

    def forget(self, key: str) -> None:
        """Begin anew."""
        self._counted.pop(key, None)

    def _recent(self, key: str, now_us: int) -> list[int]:
        return [at for at in self._counted.get(key, []) if at > now_us - self.period_us]


@dataclass(frozen=True)
class SignInAttempts:
    """Attempts to sign in: of a name from an address, of a name, from an address.

    A name alone is given more, so that a stranger far away does not lock its owner out at once.
    """

    here: Attempts = field(default_factory=lambda: Attempts(most=5))
    by_name: Attempts = field(default_factory=lambda: Attempts(most=30))
    by_address: Attempts = field(default_factory=lambda: Attempts(most=50))
    _lock: Lock = field(default_factory=Lock)

    def begin(self, name: str, address: str, now_us: int) -> int:
        """Count an attempt before it is looked at; how many seconds to wait instead, 0 for none.

        What comes at the same time can therefore not pass the limit together.
        """
        with self._lock:
            books = self._books(name, address)
            wait = max(book.wait_seconds(key, now_us) for book, key in books)
            if wait == 0:
                for book, key in books:
                    book.count(key, now_us)
            return wait

    def succeeded(self, name: str, address: str, begun_us: int) -> None:
        """The attempt of that instant was right: the name is forgotten, of the address just it."""
        with self._lock:
            (here, both), (by_name, who), (by_address, where) = self._books(name, address)
            here.forget(both)
            by_name.forget(who)
            by_address.take_back(where, begun_us)

    def _books(self, name: str, address: str) -> Sequence[Keyed]:
        return (
            (self.here, f"{name} {address}"),
            (self.by_name, name),
            (self.by_address, address),
        )
