"""A process that pulls, and is killed before a statement: `python -m … URL FOLDER TOKEN COUNT`."""

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from campaigns.times import parse_instant_us
from streams.dealer.http_feed import HttpFeed
from streams.dealer.pulling import Puller
from streams.dealer.signing import signer_of
from streams.dealer.store import CopyStore
from tests.integration.dealers.reference import AT


class DeadlyConnection(sqlite3.Connection):
    """Kills the process, as `kill -9` does, before the statement of that number."""

    left = 0

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._count()
        found = super().execute(sql, *values)
        if sql == "COMMIT":
            self._count()
        return found

    def executemany(self, sql: str, values: Any) -> sqlite3.Cursor:
        self._count()
        return super().executemany(sql, values)

    @classmethod
    def _count(cls) -> None:
        cls.left -= 1
        if cls.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    url, folder, token, count = sys.argv[1:]
    DeadlyConnection.left = int(count)
    store = CopyStore.make(Path(folder), DeadlyConnection)
    feed = HttpFeed(url, Path(token))
    puller = Puller(feed, store, signer_of(Path(folder)), lambda: parse_instant_us(AT))
    puller.page_changes = 15
    puller.pull()


if __name__ == "__main__":
    main()
