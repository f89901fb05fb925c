"""Writes the sequence of changes of the dealers' copies, in the transaction that changes them.

A rebuild empties the copies and fills them again: meanwhile nothing is said, and at its end the
copies are compared with what was said last. What came out equal is no change.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from crm.copies.changes import Change, ReasonClass, RowId, new_changes
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.journal.checkpoints import Partition, glance, move_on, next_offset
from crm.keyring.keyring import Keyring
from crm.storage.database import in_pieces
from crm.storage.reads import Among, found_rows, stored_rows

CopyWrites = dict[RowId, bytes | ReasonClass]
"""Rows that were written: the hash of their content, or why they are gone.

What is written may be a whole dealer's copy, so the content itself is not held.
"""

FOR_EVER = 2**62
_QUIET = Partition("dealer-changes", "", 0)
_COLUMNS = ("dealer", "sequence", "key", "kind", "reason_class", "content_hash")
_OVERTAKEN = (
    update(DEALER_CHANGE)
    .where(
        DEALER_CHANGE.c.dealer == bindparam("of"), DEALER_CHANGE.c.sequence == bindparam("number")
    )
    .values(overtaken=True)
)
_NUMBERED = (
    update(COPY_ROW)
    .where(COPY_ROW.c.dealer == bindparam("of"), COPY_ROW.c.key == bindparam("row"))
    .values(last_change=bindparam("number"))
)


@dataclass(frozen=True, slots=True)
class ChangeWriter:
    """Adds to the sequences of an installation; `content_hash` is keyed with its own key."""

    content_hash: Callable[[bytes], bytes]

    @classmethod
    def of(cls, keyring: Keyring) -> "ChangeWriter":
        """That of an installation."""
        secret = keyring.secret("changes")
        return cls(lambda content: hmac.digest(secret, content, "sha256"))

    def write(self, connection: Connection, writes: CopyWrites, up_to: int, now_us: int) -> int:
        """Say what changed once the journal is recorded up to a position; returns how much.

        One transaction records at a time, so numbers are committed in their order, and who reads
        on by them misses none.
        """
        quiet = glance(connection, _QUIET)
        if up_to < quiet or not (writes or quiet):
            return 0
        if quiet:
            next_offset(connection, _QUIET)
            move_on(connection, _QUIET, 0, now_us)
            return self._compare_all(connection, now_us)
        said = _last_said(
            Change(*row)
            for row in stored_rows(
                connection,
                tuple(DEALER_CHANGE.c[name] for name in _COLUMNS),
                DEALER_CHANGE.c.key,
                {key for _, key in writes},
            )
        )
        return self._say(connection, writes, said, now_us)

    def _say(
        self,
        connection: Connection,
        writes: Mapping[RowId, bytes | ReasonClass],
        said: Mapping[RowId, Change],
        now_us: int,
    ) -> int:
        last = _last_sequences(connection, {dealer for dealer, _ in writes})
        changes = new_changes(writes, said, last, now_us)
        overtaken = [
            {"of": row_id[0], "number": said[row_id].sequence}
            for change in changes
            if (row_id := (change.dealer, change.key)) in said
        ]
        for piece in in_pieces(overtaken):
            connection.execute(_OVERTAKEN, piece)
        for piece in in_pieces(changes):
            connection.execute(insert(DEALER_CHANGE), [_row(change, now_us) for change in piece])
        _number_rows(connection, writes, said, changes)
        return len(changes)

    def _compare_all(self, connection: Connection, now_us: int) -> int:
        """One dealer after the other: no more than one copy is held in memory."""
        dealers = set(connection.execute(select(COPY_ROW.c.dealer).distinct()).scalars())
        dealers |= set(connection.execute(select(DEALER_CHANGE.c.dealer).distinct()).scalars())
        return sum(self._compare(connection, dealer, now_us) for dealer in sorted(dealers))

    def differences(self, connection: Connection) -> tuple[int, int]:
        """(rows that dealers were told to hold, rows that they hold or lack wrongly).

        A row is right with the content and the number of what was last said of it.
        """
        columns = [DEALER_CHANGE.c[name] for name in _COLUMNS]
        said = _last_said(Change(*row) for row in connection.execute(select(*columns)))
        told = {
            row_id: (change.content_hash, change.sequence)
            for row_id, change in said.items()
            if change.content_hash
        }
        row = COPY_ROW.c
        held = {
            (dealer, key): (self.content_hash(bytes(content)), number)
            for dealer, key, content, number in connection.execute(
                select(row.dealer, row.key, row.content, row.last_change)
            )
        }
        return len(told), len(dict(told.items() ^ held.items()))

    def _compare(self, connection: Connection, dealer: str, now_us: int) -> int:
        columns = [DEALER_CHANGE.c[name] for name in _COLUMNS]
        earlier = select(*columns).where(DEALER_CHANGE.c.dealer == dealer)
        said = _last_said(Change(*row) for row in connection.execute(earlier))
        writes: CopyWrites = dict.fromkeys(said, ReasonClass.CORRECTED)
        held = select(COPY_ROW.c.key, COPY_ROW.c.content).where(COPY_ROW.c.dealer == dealer)
        for key, content in connection.execute(held):
            writes[dealer, key] = self.content_hash(bytes(content))
        return self._say(connection, writes, said, now_us)


def _number_rows(
    connection: Connection,
    writes: Mapping[RowId, bytes | ReasonClass],
    said: Mapping[RowId, Change],
    changes: Iterable[Change],
) -> None:
    """Give each written row that stands the number of its last change.

    A row that was deleted and came back as it was stands under its old one.
    """
    fresh = {(change.dealer, change.key): change.sequence for change in changes}
    standing = [each for each, now in writes.items() if not isinstance(now, ReasonClass)]
    for piece in in_pieces(standing):
        numbers = (fresh[each] if each in fresh else said[each].sequence for each in piece)
        rows = zip(piece, numbers, strict=True)
        connection.execute(
            _NUMBERED, [{"of": of, "row": key, "number": number} for (of, key), number in rows]
        )


def copy_differences(connection: Connection, keyring: Keyring) -> tuple[int, int]:
    """(rows that dealers were told to hold, rows that they hold or lack wrongly)."""
    return ChangeWriter.of(keyring).differences(connection)


def is_quiet(connection: Connection) -> bool:
    """Whether the copies are being rebuilt, and so are not to be believed."""
    return glance(connection, _QUIET) > 0


def be_quiet_until(connection: Connection, position: int) -> None:
    """Say nothing until the journal is recorded up to a position; then compare."""
    # A rebuild that was broken off is begun again from where it had come.
    furthest = max(position, next_offset(connection, _QUIET))
    move_on(connection, _QUIET, furthest, 0)


def _last_said(changes: Iterable[Change]) -> dict[RowId, Change]:
    found: dict[RowId, Change] = {}
    for change in changes:
        row_id = (change.dealer, change.key)
        if row_id not in found or found[row_id].sequence < change.sequence:
            found[row_id] = change
    return found


def _last_sequences(connection: Connection, dealers: Iterable[str]) -> dict[str, int]:
    return {
        dealer: last or 0
        for dealer in sorted(dealers)
        for (last,) in found_rows(connection, _last_of_dealer, dealer=dealer)
    }


def _last_of_dealer(_: Among) -> Select[Any]:
    last = select(func.max(DEALER_CHANGE.c.sequence))
    return last.where(DEALER_CHANGE.c.dealer == bindparam("dealer"))


def _row(change: Change, now_us: int) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(change, name) for name in _COLUMNS}
    return values | {"changed_us": now_us}
