"""What some events touch, so that it can be locked before it is looked at.

Alone: whatever is evaluated anew, and every key that may tie others to it. Together with others:
what is only read, an activity above all. What concerns everybody (contracts, policies, days) has
a lock of its own.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from crm.components.histories import Library
from crm.components.index import close, homes_tied_to, ties_of
from crm.components.keys import JOINING, Digest, keys_of_home, kind_of
from crm.identity.matching import CARDS_ON_A_PHONE_MAX
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.ledger.tables import CLAIM
from crm.recording.segments import key_changed
from crm.storage.bulk import stored_rows
from crm.storage.locks import BUCKETS, Wanted, lacking

_FOR_EVERYBODY = frozenset({"dealer", "policy", "day"})
_EVALUATED = frozenset({"card", "reward"})


class MoreTouched(Exception):
    """Something is touched that is not locked; names its homes and keys (they are opaque)."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__("more is touched than was locked")
        self.names = frozenset(names)


def concerns_everybody(events: Iterable[LoggedEvent]) -> bool:
    """Whether nobody else may record meanwhile."""
    return any(kind_of(event.home) in _FOR_EVERYBODY for event in events)


def takes_most_buckets(events: Iterable[LoggedEvent]) -> bool:
    """Whether hardly a bucket would be left to others: the lock of all is had for less."""
    return len({event.home for event in events}) >= BUCKETS


def touched(
    connection: Connection,
    events: Sequence[LoggedEvent],
    digest: Digest,
    more: Iterable[str] = (),
) -> Wanted:
    """What the events, and some more homes and keys, touch as the database stands."""
    by_home: dict[str, list[LoggedEvent]] = {}
    for event in events:
        by_home.setdefault(event.home, []).append(event)
    names = {*by_home, *more}
    written = {
        key
        for home, own in by_home.items()
        if kind_of(home) in (*_EVALUATED, "member")
        for key in keys_of_home(home, own, digest)
    }
    changed = {key for event in events if (key := key_changed(event)) is not None}
    start = names | _tied(connection, changed | _of_kinds(names | written, JOINING))
    members = _of_kinds(start | _tied(connection, _of_kinds(start, {"card"})), {"member"})
    cards = _of_kinds(start | written | _tied(connection, members), _EVALUATED)
    closure = close(connection, cards, {})
    everyone = {home for component in closure.components for home in component}
    keys = closure.speaks_of | written | names
    members |= _of_kinds(keys, {"member"}) | _claimants(connection, everyone)
    alone = names | everyone | members | _of_kinds(keys, JOINING)
    return Wanted(alone, _behind(connection, members, keys))


def _behind(connection: Connection, members: set[str], keys: Iterable[str]) -> set[str]:
    """What is read to judge members and activities: whether their cards are known."""
    behind = _all(ties_of(connection, members).values())
    cards = _of_kinds(behind, {"card"})
    activities = {*keys, *behind, *_all(ties_of(connection, cards).values())}
    return cards | _of_kinds(activities, {"activity"})


def _tied(connection: Connection, keys: set[str]) -> set[str]:
    """Whoever speaks of the keys; a phone that is on too many cards ties nobody."""
    return _all(
        homes
        for key, homes in homes_tied_to(connection, keys).items()
        if kind_of(key) != "~" or len(homes) <= CARDS_ON_A_PHONE_MAX
    )


def _claimants(connection: Connection, homes: set[str]) -> set[str]:
    """Members who have claims by purchases of the homes."""
    rows = stored_rows(connection, (CLAIM.c.member,), CLAIM.c.home, homes)
    return {f"member/{member}" for (member,) in rows}


def _all(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)


def _of_kinds(names: Iterable[str], kinds: Iterable[str]) -> set[str]:
    wanted = frozenset(kinds)
    return {name for name in names if kind_of(name) in wanted}


class GuardedLibrary(Library):
    """Reads only histories that are locked."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__(keyring)
        self.held: dict[int, bool] | None = None
        """The buckets; None where nobody else can record meanwhile."""

    def histories(
        self, connection: Connection, homes: Iterable[str]
    ) -> dict[str, list[LoggedEvent]]:
        """All events of each home; raises MoreTouched when one may change meanwhile."""
        wanted = list(homes)
        if self.held is not None:
            guarded = (home for home in wanted if kind_of(home) not in _FOR_EVERYBODY)
            if missing := lacking(self.held, (), guarded):
                raise MoreTouched(missing)
        return super().histories(connection, wanted)
