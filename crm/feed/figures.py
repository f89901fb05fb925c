"""Digests and counts of copies, computed once for each state of a copy.

A state is (dealer, number of its last change): as long as nothing changes, everybody who asks gets
what is remembered. Only settled copies may be asked about: during a rebuild they change unsaid.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection

from crm.feed import queries
from crm.scope import Scope

Figure = TypeVar("Figure")

_REMEMBERED = 2_000


@dataclass
class Figures:
    """Remembers a bounded number of figures."""

    _figures: OrderedDict[tuple[str, int, str], object] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def rows(self, scope: Scope, connection: Connection, dealer: str, last: int) -> int:
        """How many rows the copy holds."""
        return self._once(
            (dealer, last, "rows"), lambda: queries.count_rows(scope, connection, dealer)
        )

    def digest(self, scope: Scope, connection: Connection, dealer: str, last: int) -> str:
        """SHA-256 of the copy."""
        return self._once(
            (dealer, last, "digest"), lambda: queries.copy_digest(scope, connection, dealer)
        )

    def buckets(
        self, scope: Scope, connection: Connection, dealer: str, last: int, prefix: str
    ) -> dict[str, tuple[int, str]]:
        """The buckets below a prefix."""
        return self._once(
            (dealer, last, f"/{prefix}"),
            lambda: queries.copy_buckets(scope, connection, dealer, prefix),
        )

    def _once(self, state: tuple[str, int, str], compute: Callable[[], Figure]) -> Figure:
        with self._lock:
            if state in self._figures:
                self._figures.move_to_end(state)
                # By the state it is known of which kind the figure is.
                return self._figures[state]  # type: ignore[return-value]
        figure = compute()
        with self._lock:
            self._figures[state] = figure
            while len(self._figures) > _REMEMBERED:
                self._figures.popitem(last=False)
        return figure
