"""What one token may hand over: bytes in a time, few bodies at once; what is wrong costs more.

A sender that sends well never comes near it. One that sends what cannot be read is asked to wait
before it has cost the others anything.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from crm.pace import Turns

_MEBIBYTE = 1024 * 1024
BURST_BYTES = 256 * _MEBIBYTE
BYTES_PER_SECOND = 8 * _MEBIBYTE
REFUSED_BYTES = 16 * _MEBIBYTE
"""What a request that could not be read costs besides its own."""
REFUSED_EVENT_BYTES = 8 * 1024
"""What an event that was refused costs besides its own: it was read for nothing."""
LARGE_BYTES = _MEBIBYTE
LARGE_BODIES_AT_ONCE = 4
"""Of one token. A body that does not say how long it is counts as large."""
LARGE_BODIES_IN_ALL = 12
"""Whoever sends them: they are held in memory while they come."""
_RETRY_AFTER_SECONDS = 2
_OURS = 500
"""From this status on, and where an error has none, it was not the sender."""


class TooMuch(Exception):
    """The token has to wait for so many seconds."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__("too much at once")
        self.wait_seconds = wait_seconds


@dataclass
class Sender:
    """A token while it sends."""

    budget: "Budget"
    key: str

    def sent(self, size_bytes: int) -> None:
        """So much has come."""
        self.budget.bytes.charge(self.key, size_bytes)

    def was_refused(self, events: int) -> None:
        """So many events of it were refused."""
        self.budget.bytes.charge(self.key, events * REFUSED_EVENT_BYTES)


@dataclass
class Budget:
    """Of each token of one site."""

    bytes: Turns = field(default_factory=lambda: Turns(BURST_BYTES, BYTES_PER_SECOND))
    at_once: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def sending(self, key: str, announced_bytes: int = LARGE_BYTES + 1) -> Iterator[Sender]:
        """One request; TooMuch where the token has to wait."""
        is_large = announced_bytes > LARGE_BYTES
        wait_seconds = self.bytes.wait_without_taking(key)
        if not wait_seconds and is_large and self._is_full(key):
            wait_seconds = _RETRY_AFTER_SECONDS
        if wait_seconds:
            raise TooMuch(wait_seconds)
        self.at_once[key] += is_large
        try:
            yield Sender(self, key)
        except Exception as error:
            # A database that is away, or a disk that is full, is no fault of who sends again.
            if getattr(error, "status", _OURS) < _OURS:
                self.bytes.charge(key, REFUSED_BYTES)
            raise
        finally:
            self.at_once[key] -= is_large
            if not self.at_once[key]:
                del self.at_once[key]

    def _is_full(self, key: str) -> bool:
        return (
            self.at_once[key] >= LARGE_BODIES_AT_ONCE or self.at_once.total() >= LARGE_BODIES_IN_ALL
        )
