"""A dealer's system: it is told of changes, late, twice and out of order, and keeps its copy."""

from random import Random
from typing import Any

from sqlalchemy import Connection

from crm.copies.queries import CopyChange, changes_after, copy_then, dealers_told
from crm.keyring.keyring import Keyring
from crm.scope import HEADQUARTERS_SCOPE


class Receiver:
    """One dealer's copy as it builds up from what is told."""

    def __init__(self, dealer: str) -> None:
        self.dealer = dealer
        self.cursor = 0
        self.latest: dict[str, tuple[int, dict[str, Any] | None]] = {}

    @property
    def copy(self) -> dict[str, dict[str, Any]]:
        """The rows by key."""
        return {key: row for key, (_, row) in self.latest.items() if row is not None}

    def follow(self, connection: Connection, random: Random | None = None) -> None:
        """Take what is new; with dice also again what came before, in any order."""
        after = self.cursor if random is None else random.choice((0, self.cursor, self.cursor))
        limit = 10_000 if random is None else random.choice((1, 3, 10_000))
        changes = changes_after(HEADQUARTERS_SCOPE, connection, self.dealer, after, limit)
        self.cursor = max([self.cursor if after else 0, *(each.sequence for each in changes)])
        if random is not None:
            changes = [*changes, *random.choices(changes, k=3)] if changes else []
            random.shuffle(changes)
        for change in changes:
            self.take(change)

    def take(self, change: CopyChange) -> None:
        """The rule that dealers are given: of each row the highest number counts."""
        if change.overtaken:
            return
        sequence, _ = self.latest.get(change.key, (0, None))
        if change.sequence > sequence:
            self.latest[change.key] = (change.sequence, change.content)


def followed_from_the_beginning(connection: Connection, dealer: str) -> dict[str, dict[str, Any]]:
    """The copy of a dealer who begins now, at the first change."""
    receiver = Receiver(dealer)
    receiver.follow(connection)
    return receiver.copy


def held(connection: Connection, keyring: Keyring, dealer: str, at_us: int) -> dict[str, Any]:
    """The copy folded from the journal for an instant, by key."""
    rows = copy_then(HEADQUARTERS_SCOPE, connection, keyring, dealer, at_us)
    return {row.key: row.content for row in rows}


def told(connection: Connection) -> list[tuple[str, str, str | None]]:
    """Everything that was ever told: dealer, kind, reason."""
    return [
        (dealer, change.kind, change.reason_class)
        for dealer in dealers_told(connection)
        for change in changes_after(HEADQUARTERS_SCOPE, connection, dealer, 0, 10_000)
    ]
