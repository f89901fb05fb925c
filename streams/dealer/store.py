"""The dealer's own copy: a SQLite file in which nothing that was deleted stays.

A page is applied in one transaction together with how far the copy has come. What a withdrawal
deletes is overwritten at once (secure_delete); then the file is rewritten and the write-ahead log
emptied, and only after that may it be acknowledged. A process that was killed in between does the
rest when it opens the copy again: the copy itself remembers what is still to be wiped.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from crm.copies.digest import digest_of_lines
from crm.copies.replica import Page, RowChange, newer, next_after, tells_less
from crm.storage.owner_alone import make_database_file, make_folder
from streams.dealer.errors import FolderBusy, FolderEmpty
from streams.dealer.storage import storage_errors

COPY_FILE = "copy.db"
FORMAT = "1"
_KEYS_AT_ONCE = 500
_BUSY_SECONDS = 10.0

_TABLES = (
    "CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS row (key TEXT PRIMARY KEY, sequence INTEGER NOT NULL,"
    " content BLOB, reason_class TEXT)",
    "CREATE TABLE IF NOT EXISTS receipt (day TEXT PRIMARY KEY, receipt BLOB NOT NULL,"
    " company_signature TEXT NOT NULL, signature TEXT NOT NULL, given INTEGER NOT NULL)",
)
"""`content` is the canonical row; a withdrawn key keeps its sequence and loses its content."""

_CURSOR, _WIPE = "cursor", "to_be_wiped"
_LOG, _FILE = "log", "file"
"""What is to be wiped: the write-ahead log alone, or the whole file as well."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a page changed: rows written, rows deleted."""

    written: int
    withdrawn: int

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(self.written + other.written, self.withdrawn + other.withdrawn)


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """What both sides signed on a day (canonical JSON); given: whether the company has ours."""

    day: str
    receipt: bytes
    company_signature: str
    signature: str
    given: bool


class CopyStore:
    """One dealer's copy in one folder; for one thread."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder, self.connection = folder, connection

    @classmethod
    def make(
        cls, folder: Path, factory: type[sqlite3.Connection] = sqlite3.Connection
    ) -> "CopyStore":
        """Open the copy of a folder to write to it; an empty one is made at first use."""
        with storage_errors(folder):
            make_folder(folder)
            make_database_file(folder / COPY_FILE)
        store = cls._connected(folder, factory)
        with store.writing():
            for statement in _TABLES:
                store.connection.execute(statement)
            store.put("format", FORMAT)
        store.wipe()
        return store

    @classmethod
    def open(cls, folder: Path) -> "CopyStore":
        """Open the copy of a folder; FolderEmpty when there is none."""
        if not (folder / COPY_FILE).exists():
            raise FolderEmpty(folder)
        store = cls._connected(folder, sqlite3.Connection)
        made = "SELECT 1 FROM sqlite_master WHERE name = 'receipt'"
        if not store._read(made):
            # Whoever made the file was killed before there was anything in it.
            store.close()
            raise FolderEmpty(folder)
        return store

    @classmethod
    def _connected(cls, folder: Path, factory: type[sqlite3.Connection]) -> "CopyStore":
        with storage_errors(folder):
            connection = sqlite3.connect(
                folder / COPY_FILE, timeout=_BUSY_SECONDS, isolation_level=None, factory=factory
            )
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")
        return cls(folder, connection)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        with storage_errors(self.folder):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                self.connection.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One state of the copy throughout."""
        with storage_errors(self.folder):
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.rollback()

    # Facts

    def get(self, name: str) -> str | None:
        """What is remembered under a name."""
        found = self._read("SELECT value FROM fact WHERE name = ?", (name,))
        return str(found[0][0]) if found else None

    def put(self, name: str, value: str) -> None:
        """Remember something."""
        self.connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    @property
    def cursor(self) -> int:
        """The number after which to ask for changes."""
        return int(self.get(_CURSOR) or 0)

    # Rows

    def apply(self, asked: int | None, page: Page) -> Applied:
        """Apply a page that was asked for after a number, and move on, in one transaction.

        asked: None for changes that came unasked: what is missing between them is not known.
        """
        with self.writing():
            held = self._sequences(change.key for change in page.changes)
            applied = self._write(newer(page.changes, held))
            cursor = self.cursor
            if asked is not None and asked <= cursor:
                self.put(_CURSOR, str(max(cursor, next_after(asked, page))))
        self.wipe()
        return applied

    def heal(self, changes: Sequence[RowChange]) -> Applied:
        """Take rows as they were asked for one by one, whatever version is held of them."""
        with self.writing():
            applied = self._write(changes)
        self.wipe()
        return applied

    def go_back(self, last: int) -> None:
        """The company's side was restored and counts on from an older number: follow it."""
        with self.writing():
            self.put(_CURSOR, str(last))
            self.connection.execute("UPDATE row SET sequence = ? WHERE sequence > ?", (last, last))

    def rows(self, prefix: str = "") -> Iterator[tuple[str, bytes]]:
        """(key, canonical row) of the rows that are held, by key."""
        # No digit of a key comes after g: the end of what begins with the prefix.
        query = (
            "SELECT key, CAST(content AS BLOB) FROM row"
            " WHERE content IS NOT NULL AND key >= ? AND key < ?"
            " ORDER BY key"
        )
        bounds = (prefix, prefix + "g")
        with storage_errors(self.folder):
            for key, content in self.connection.execute(query, bounds):
                yield key, bytes(content)

    def count(self) -> int:
        """How many rows are held."""
        query = "SELECT count(*) FROM row WHERE content IS NOT NULL"
        return int(self._read(query)[0][0])

    def digest(self) -> str:
        """The digest of the rows that are held."""
        return digest_of_lines(content for _, content in self.rows())

    def some_keys(self, at_most: int) -> list[str]:
        """A few keys that were told long ago, of withdrawn rows too."""
        query = "SELECT key FROM row ORDER BY sequence LIMIT ?"
        return [key for (key,) in self._read(query, (at_most,))]

    def withdrawn(self) -> dict[str, int]:
        """Reason class → how many rows were withdrawn for it."""
        query = "SELECT reason_class, count(*) FROM row WHERE content IS NULL GROUP BY 1 ORDER BY 1"
        return {str(reason): int(count) for reason, count in self._read(query)}

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with storage_errors(self.folder):
            return self.connection.execute(query, values).fetchall()

    def _sequences(self, keys: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for piece in _pieces(sorted(set(keys))):
            query = f"SELECT key, sequence FROM row WHERE key IN ({_places(piece)})"
            found.update(self.connection.execute(query, piece))
        return found

    def _contents(self, keys: Iterable[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for piece in _pieces(sorted(set(keys))):
            query = f"SELECT key, CAST(content AS BLOB) FROM row WHERE key IN ({_places(piece)})"
            found.update(
                (key, bytes(content))
                for key, content in self.connection.execute(query, piece)
                if content is not None
            )
        return found

    def _write(self, changes: Sequence[RowChange]) -> Applied:
        before = self._contents(change.key for change in changes)
        self._remember_to_wipe(before, changes)
        self.connection.executemany(
            "INSERT INTO row VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET sequence ="
            " excluded.sequence, content = excluded.content, reason_class = excluded.reason_class",
            [(each.key, each.sequence, each.content, each.reason_class) for each in changes],
        )
        gone = sum(each.content is None and each.key in before for each in changes)
        return Applied(sum(each.content is not None for each in changes), gone)

    # Leaving no deleted byte behind

    def _remember_to_wipe(self, before: dict[str, bytes], changes: Iterable[RowChange]) -> None:
        if not before:
            return
        shrinks = any(
            each.key in before
            and (each.content is None or tells_less(before[each.key], each.content))
            for each in changes
        )
        if shrinks or self.get(_WIPE) != _FILE:
            self.put(_WIPE, _FILE if shrinks else _LOG)

    def wipe(self) -> None:
        """Wipe what is still to be wiped; FolderBusy when a reader stands in the way."""
        what = self.get(_WIPE)
        if not what:
            return
        with storage_errors(self.folder):
            if what == _FILE:
                self.connection.execute("VACUUM")
            busy, *_ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise FolderBusy(self.folder)
        with self.writing():
            self.put(_WIPE, "")

    # Receipts

    def keep_receipt(self, receipt: StoredReceipt) -> None:
        """Keep what both signed; the later of a day stands for it."""
        with self.writing():
            self.connection.execute(
                "INSERT OR REPLACE INTO receipt VALUES (?, ?, ?, ?, ?)", astuple(receipt)
            )

    def mark_given(self, day: str) -> None:
        """The company has our signature under the day's receipt."""
        with self.writing():
            self.connection.execute("UPDATE receipt SET given = 1 WHERE day = ?", (day,))

    def receipts(self) -> list[StoredReceipt]:
        """Every day's receipt, the latest first."""
        query = "SELECT day, receipt, company_signature, signature, given FROM receipt"
        return [
            StoredReceipt(day, bytes(receipt), theirs, ours, bool(given))
            for day, receipt, theirs, ours, given in self._read(f"{query} ORDER BY day DESC")
        ]


def _pieces(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        yield keys[start : start + _KEYS_AT_ONCE]


def _places(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
