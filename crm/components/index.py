"""The index of components: which subjects speak of which keys, and so what belongs together.

A tie leads from a subject (`card/…`, `reward/…`, `member/…`) to a key
(crm/components/index_keys.py). Keys that join cards are followed until nothing more is found.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Column, Connection, Index, String, Table

from crm.components.index_keys import JOINING, PHONE, kind_of
from crm.identity.matching import CARDS_ON_A_PHONE_MAX
from crm.storage.bulk import add_missing_rows, delete_rows, insert_rows
from crm.storage.database import METADATA
from crm.storage.reads import counted_rows, stored_rows

TIE = Table(
    "tie",
    METADATA,
    Column("subject", String(100), primary_key=True),
    Column("key", String(120), primary_key=True),
    Index("ix_tie_key", "key"),
)


def rewrite_ties(
    connection: Connection, keys_by_subject: Mapping[str, set[str]]
) -> Mapping[str, int]:
    """Store the keys of some subjects; returns how many ties each key gained, or lost (below 0)."""
    stored = ties_of(connection, keys_by_subject)
    net: Counter[str] = Counter()
    came: list[tuple[str, str]] = []
    went: list[tuple[str, str]] = []
    for subject, keys in keys_by_subject.items():
        before = stored.get(subject, set())
        came += [(subject, key) for key in keys - before]
        went += [(subject, key) for key in before - keys]
    delete_rows(connection, TIE, went)
    insert_rows(connection, TIE, came)
    net.update(key for _, key in came)
    net.subtract(key for _, key in went)
    return net


def add_ties(connection: Connection, keys_by_subject: Mapping[str, set[str]]) -> None:
    """Store some keys of subjects beside those that are stored."""
    add_missing_rows(
        connection,
        TIE,
        [(subject, key) for subject, keys in keys_by_subject.items() for key in sorted(keys)],
    )


def ties_of(connection: Connection, subjects: Iterable[str]) -> dict[str, set[str]]:
    """The stored keys of each subject."""
    found: dict[str, set[str]] = {}
    for subject, key in stored_rows(connection, tuple(TIE.columns), TIE.c.subject, subjects):
        found.setdefault(subject, set()).add(key)
    return found


def subjects_tied_to(connection: Connection, keys: Iterable[str]) -> dict[str, set[str]]:
    """The subjects that speak of each key."""
    found: dict[str, set[str]] = {}
    for subject, key in stored_rows(connection, tuple(TIE.columns), TIE.c.key, keys):
        found.setdefault(key, set()).add(subject)
    return found


@dataclass(frozen=True, slots=True)
class Closure:
    """Subjects grouped into components, and what was found on the way.

    crowded: the phone keys that are on too many cards.
    speaks_of: every key that one of the subjects speaks of.
    """

    components: list[set[str]]
    crowded: frozenset[str]
    speaks_of: frozenset[str]


def close(
    connection: Connection,
    subjects: Iterable[str],
    net_ties: Mapping[str, int],
    former: Mapping[str, set[str]] = MappingProxyType({}),
) -> Closure:
    """All subjects that can concern the given ones, in components.

    `net_ties` tells how many ties each key has just gained or lost: a phone that has become
    crowded by that, or is crowded no longer, is followed, so that all on it are looked at again.
    `former` holds what subjects are no longer tied by, but were a moment ago: they belong together
    once more, so that the difference is seen.
    """
    groups = Groups()
    frontier = set(subjects)
    _join_who_lost(connection, groups, frontier, net_ties)
    asked: set[str] = set()
    crowded: set[str] = set()
    speaks_of: set[str] = set()
    formerly_on: dict[str, list[str]] = {}
    for subject, keys in former.items():
        for key in keys:
            formerly_on.setdefault(key, []).append(subject)
    while frontier:
        for subject in frontier:
            groups.add(subject)
        keys = {subject for subject in frontier if kind_of(subject) == "card"}
        tied_by = ties_of(connection, frontier)
        for tied in (*tied_by.values(), *(former.get(subject, set()) for subject in frontier)):
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
        for key, tied in subjects_tied_to(connection, keys - shut).items():
            together = [subject for subject in tied if kind_of(subject) in ("card", "reward")]
            together += formerly_on.get(key, ())
            if kind_of(key) == "card":
                together.append(key)
            frontier |= {subject for subject in together if subject not in groups}
            groups.join(together)
    return Closure(groups.components(), frozenset(crowded), frozenset(speaks_of))


def _join_who_lost(
    connection: Connection, groups: "Groups", frontier: set[str], net_ties: Mapping[str, int]
) -> None:
    """Whoever somebody is tied to no longer is looked at once more, with those who are anyway."""
    lost = [
        key
        for key, ties in net_ties.items()
        if ties < 0 and kind_of(key) == "~" and not key.startswith(PHONE)
    ]
    if lost and frontier:
        left = {each for tied in subjects_tied_to(connection, lost).values() for each in tied}
        groups.join([min(frontier), *sorted(left)])
        frontier |= left


def _ties_of_crowded(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """How many cards are on each personal key, of those that are on too many."""
    personal = [key for key in keys if key.startswith(PHONE)]
    found = counted_rows(connection, TIE.c.key, personal, more_than=CARDS_ON_A_PHONE_MAX)
    return dict(found)


class Groups:
    """Sets of subjects that grow together (union–find with path halving)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def __contains__(self, subject: str) -> bool:
        return subject in self._parent

    def add(self, subject: str) -> None:
        """A subject, with nobody so far."""
        self._parent.setdefault(subject, subject)

    def join(self, subjects: Sequence[str]) -> None:
        """These belong together, and whoever does with one of them."""
        for subject in subjects:
            self.add(subject)
            self._parent[self.root(subject)] = self.root(subjects[0])

    def root(self, subject: str) -> str:
        """One of those who belong together, the same for all of them."""
        while self._parent[subject] != subject:
            self._parent[subject] = subject = self._parent[self._parent[subject]]
        return subject

    def components(self) -> list[set[str]]:
        """All who belong together."""
        found: dict[str, set[str]] = {}
        for subject in self._parent:
            found.setdefault(self.root(subject), set()).add(subject)
        return list(found.values())
