"""Waits until there is something new for a dealer, without holding a thread or a connection.

Whoever waits shares one look at the database, a few times a second: at how far the recording has
come. Only when that has moved is each dealer's newest number looked up.
"""

import asyncio
import time
from dataclasses import dataclass, field

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from crm.accounts.tokens import dealers_in_force
from crm.feed.queries import last_sequence
from crm.journal.checkpoints import transactions
from crm.journal.progress import load_progress
from crm.scope import dealer_scope
from crm.storage.database import reading

LOOK_SECONDS = 0.15

Mark = tuple[int, int]
"""(position of the recording, number of its transactions): unchanged means nothing is new."""

Look = tuple[Mark, frozenset[str]]
"""The mark, and the tokens of dealers that are in force."""


class Revoked(Exception):
    """The token of whoever waits is in force no more."""


@dataclass
class News:
    """What the last look at a database saw, and when; shared by all who wait."""

    engine: Engine
    _seen: Look = ((-1, -1), frozenset())
    _looked: float = float("-inf")
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def is_there(self, dealer: str, actor: str, after: int, seconds: float) -> bool:
        """Whether a change after a number was recorded within so many seconds.

        Revoked, where the token of this actor is revoked meanwhile.
        """
        ends = time.monotonic() + seconds
        known: Mark | None = None
        while True:
            mark, in_force = await self._look()
            if actor not in in_force:
                raise Revoked
            if mark != known:
                known = mark
                if await run_in_threadpool(self._last, dealer) > after:
                    return True
            left = ends - time.monotonic()
            if left <= 0:
                return False
            await asyncio.sleep(min(LOOK_SECONDS, left))

    async def _look(self) -> Look:
        async with self._looking:
            if time.monotonic() - self._looked >= LOOK_SECONDS:
                self._seen = await run_in_threadpool(self._read)
                self._looked = time.monotonic()
            return self._seen

    def _read(self) -> Look:
        with reading(self.engine) as connection:
            position = load_progress(connection, "embedded").position
            return (position, transactions(connection)), dealers_in_force(connection)

    def _last(self, dealer: str) -> int:
        with reading(self.engine) as connection:
            return last_sequence(dealer_scope(dealer), connection, dealer)
