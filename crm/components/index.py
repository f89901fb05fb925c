"""The index of components: which homes speak of which keys, and so what belongs together.

A tie leads from a home (`card/…`, `reward/…`, `member/…`) to a key (crm/components/keys.py). Keys
that join cards are followed until nothing more is found.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Column, Connection, Index, String, Table

from crm.components.keys import JOINING, PHONE, kind_of
from crm.identity.matching import CARDS_ON_A_PHONE_MAX
from crm.storage.bulk import add_missing_rows, delete_rows, insert_rows
from crm.storage.database import METADATA
from crm.storage.reads import counted_rows, stored_rows

TIE = Table(
    "tie",
    METADATA,
    Column("home", String(100), primary_key=True),
    Column("key", String(120), primary_key=True),
    Index("ix_tie_key", "key"),
)


def rewrite_ties(connection: Connection, keys_by_home: Mapping[str, set[str]]) -> Mapping[str, int]:
    """Store the keys of some homes; returns how many ties each key gained, or lost (below 0)."""
    stored = ties_of(connection, keys_by_home)
    net: Counter[str] = Counter()
    came: list[tuple[str, str]] = []
    went: list[tuple[str, str]] = []
    for home, keys in keys_by_home.items():
        before = stored.get(home, set())
        came += [(home, key) for key in keys - before]
        went += [(home, key) for key in before - keys]
    delete_rows(connection, TIE, went)
    insert_rows(connection, TIE, came)
    net.update(key for _, key in came)
    net.subtract(key for _, key in went)
    return net


def add_ties(connection: Connection, keys_by_home: Mapping[str, set[str]]) -> None:
    """Store some keys of homes beside those that are stored."""
    add_missing_rows(
        connection,
        TIE,
        [(home, key) for home, keys in keys_by_home.items() for key in sorted(keys)],
    )


def ties_of(connection: Connection, homes: Iterable[str]) -> dict[str, set[str]]:
    """The stored keys of each home."""
    found: dict[str, set[str]] = {}
    for home, key in stored_rows(connection, tuple(TIE.columns), TIE.c.home, homes):
        found.setdefault(home, set()).add(key)
    return found


def homes_tied_to(connection: Connection, keys: Iterable[str]) -> dict[str, set[str]]:
    """The homes that speak of each key."""
    found: dict[str, set[str]] = {}
    for home, key in stored_rows(connection, tuple(TIE.columns), TIE.c.key, keys):
        found.setdefault(key, set()).add(home)
    return found


@dataclass(frozen=True, slots=True)
class Closure:
    """Homes grouped into components, and what was found on the way.

    crowded: the phone keys that are on too many cards.
    speaks_of: every key that one of the homes speaks of.
    """

    components: list[set[str]]
    crowded: frozenset[str]
    speaks_of: frozenset[str]


def close(
    connection: Connection,
    homes: Iterable[str],
    net_ties: Mapping[str, int],
    former: Mapping[str, set[str]] = MappingProxyType({}),
) -> Closure:
    """All homes that can concern the given ones, in components.

    `net_ties` tells how many ties each key has just gained or lost: a phone that has become
    crowded by that, or is crowded no longer, is followed, so that all on it are looked at again.
    `former` holds what homes are no longer tied by, but were a moment ago: they belong together
    once more, so that the difference is seen.
    """
    groups = Groups()
    frontier = set(homes)
    asked: set[str] = set()
    crowded: set[str] = set()
    speaks_of: set[str] = set()
    formerly_on: dict[str, list[str]] = {}
    for home, keys in former.items():
        for key in keys:
            formerly_on.setdefault(key, []).append(home)
    while frontier:
        for home in frontier:
            groups.add(home)
        keys = {home for home in frontier if kind_of(home) == "card"}
        tied_by = ties_of(connection, frontier)
        for tied in (*tied_by.values(), *(former.get(home, set()) for home in frontier)):
            speaks_of |= tied
            keys |= {key for key in tied if kind_of(key) in JOINING}
        keys -= asked
        asked |= keys
        counts = _ties_of_crowded(connection, keys)
        crowded |= counts.keys()
        shut = {
            key
            for key, ties in counts.items()
            if ties - net_ties.get(key, 0) > CARDS_ON_A_PHONE_MAX
        }
        frontier = set()
        for key, tied in homes_tied_to(connection, keys - shut).items():
            together = [home for home in tied if kind_of(home) in ("card", "reward")]
            together += formerly_on.get(key, ())
            if kind_of(key) == "card":
                together.append(key)
            frontier |= {home for home in together if home not in groups}
            groups.join(together)
    return Closure(groups.components(), frozenset(crowded), frozenset(speaks_of))


def _ties_of_crowded(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """How many cards are on each personal key, of those that are on too many."""
    personal = [key for key in keys if key.startswith(PHONE)]
    found = counted_rows(connection, TIE.c.key, personal, more_than=CARDS_ON_A_PHONE_MAX)
    return dict(found)


class Groups:
    """Sets of homes that grow together (union–find with path halving)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def __contains__(self, home: str) -> bool:
        return home in self._parent

    def add(self, home: str) -> None:
        """A home, with nobody so far."""
        self._parent.setdefault(home, home)

    def join(self, homes: Sequence[str]) -> None:
        """These belong together, and whoever does with one of them."""
        for home in homes:
            self.add(home)
            self._parent[self.root(home)] = self.root(homes[0])

    def root(self, home: str) -> str:
        """One of those who belong together, the same for all of them."""
        while self._parent[home] != home:
            self._parent[home] = home = self._parent[self._parent[home]]
        return home

    def components(self) -> list[set[str]]:
        """All who belong together."""
        found: dict[str, set[str]] = {}
        for home in self._parent:
            found.setdefault(self.root(home), set()).add(home)
        return list(found.values())
