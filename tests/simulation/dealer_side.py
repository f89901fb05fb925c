"""A dealer in a simulation: the real code of its side, killed now and then, on a bad road."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from crm.copies.receipts import Signer
from crm.copies.replica import Page, read_page
from streams.dealer.errors import PassingError, ServerAway
from streams.dealer.feed import Acknowledgement, Verdict
from streams.dealer.pulling import Puller
from streams.dealer.store import CopyStore
from tests.kills import ProcessKilled
from tests.simulation.company_side import CompanySide

Answer = TypeVar("Answer")
Seen = Callable[[str, Page], None]
"""(dealer, rows that were sent to it): told of everything that leaves the company."""

REMEMBERED_PAGES = 6


class KilledConnection(sqlite3.Connection):
    """Ends the process before or after a statement; `statements_left` None: it does not."""

    statements_left: int | None = None

    def strike(self) -> None:
        if self.statements_left is not None:
            self.statements_left -= 1
            if self.statements_left < 0:
                raise ProcessKilled

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "PRAGMA synchronous=FULL":
            sql = "PRAGMA synchronous=OFF"
        self.strike()
        found = super().execute(sql, *values)
        if sql == "COMMIT":
            # It took hold, and nobody heard of it.
            self.strike()
        return found

    def executemany(self, sql: str, values: Any) -> sqlite3.Cursor:
        self.strike()
        return super().executemany(sql, values)


class Road:
    """The feed over a network that loses questions and answers, and cuts pages off.

    `pages` are the last ones that left the company, whether they came or not: the network may
    deliver any of them again.
    """

    def __init__(self, dealer: str, company: CompanySide, random: Random, seen: Seen) -> None:
        self.dealer, self.company, self.random, self.seen = dealer, company, random, seen
        self.losses = 0.0
        self.differences = 0
        self.away_until_us = 0
        self.pages: list[tuple[int, list[bytes]]] = []
        self.mark = f"the token of {dealer}"

    def _over(self, ask: Callable[[], Answer]) -> Answer:
        lost = self.random.random()
        if self.company.now_us < self.away_until_us or lost < self.losses:
            raise ServerAway("lost")
        answer = ask()
        if lost < 2 * self.losses:
            raise ServerAway("lost on the way back")
        return answer

    def _page(self, ask: Callable[[], list[bytes]], asked: int | None) -> Page:
        def told() -> list[bytes]:
            lines = ask()
            # What left the house counts as held, whatever becomes of it.
            self.seen(self.dealer, read_page(lines))
            if asked is not None:
                self.pages = [*self.pages[1 - REMEMBERED_PAGES :], (asked, lines)]
            return lines

        lines = self._over(told)
        if self.random.random() < self.losses:
            lines = lines[: self.random.randrange(len(lines))]
        return read_page(lines)

    def changes(self, after: int, limit: int, wait_seconds: int) -> Page:
        return self._page(lambda: self.company.changes(self.dealer, after, limit), after)

    def rows(self, keys: Sequence[str]) -> Page:
        return self._page(lambda: self.company.rows(self.dealer, keys), None)

    def acknowledge(self, held: Acknowledgement) -> Verdict:
        return self._over(lambda: self.company.acknowledge(self.dealer, held))

    def buckets(self, prefix: str) -> Mapping[str, tuple[int, str]]:
        self.differences += 1
        return self._over(lambda: self.company.buckets(self.dealer, prefix))

    def fingerprints(self, prefix: str) -> Mapping[str, str]:
        return self._over(lambda: self.company.fingerprints(self.dealer, prefix))

    def company_key(self) -> str:
        return self._over(self.company.company_key)

    def make_key_known(self, public: str) -> None:
        self._over(lambda: self.company.take_key(self.dealer, public))

    def give_receipt(self, receipt: Mapping[str, Any], signature: str) -> None:
        told = dict(receipt)
        self._over(lambda: self.company.take_receipt(self.dealer, told, signature))


class DealerSide:
    """One dealer with its folder."""

    def __init__(self, folder: Path, road: Road, random: Random) -> None:
        self.folder, self.road, self.random = folder, road, random
        self.signer = Signer(random.randbytes(32))
        self.verdict: Verdict | None = None
        self.page_changes = random.choice((1, 2, 3, 100))
        self.opened: Puller | None = None

    @property
    def store(self) -> CopyStore:
        return self._puller().store

    def _puller(self) -> Puller:
        if self.opened is None:
            store = CopyStore.make(self.folder, KilledConnection)
            now_us = lambda: self.road.company.now_us  # noqa: E731
            self.opened = Puller(self.road, store, self.signer, now_us)
            self.opened.page_changes = self.page_changes
        return self.opened

    def pull(self, *, killed: bool) -> None:
        """One run of the command, which may be killed at any statement."""
        self.verdict = None
        self._live(lambda: self._puller().pull(), killed=killed)

    def hear_again(self) -> None:
        """The network delivers an old page once more, or some of its changes in any order."""
        if self.road.pages:
            asked, lines = self.random.choice(self.road.pages)
            whole = read_page(lines)
            some = self.random.sample(whole.changes, self.random.randint(0, len(whole.changes)))
            unasked = Page(tuple(some), None)
            again = self.random.choice(((asked, whole), (None, unasked), (None, unasked)))
            self._live(lambda: self.store.apply(*again), killed=False)

    def _live(self, action: Callable[[], Any], *, killed: bool) -> None:
        connection = self.store.connection
        assert isinstance(connection, KilledConnection)
        if killed:
            connection.statements_left = self.random.choice((0, 1, 3, 6, 10, 15, 25, 40))
        try:
            answer = action()
            self.verdict = answer if isinstance(answer, Verdict) else None
        except PassingError:
            self.verdict = None
        except ProcessKilled:
            self.close()
        else:
            connection.statements_left = None
            return
        connection.statements_left = None

    def close(self) -> None:
        if self.opened is not None:
            self.opened.store.close()
            self.opened = None
