"""Ties: what each history speaks of, so that all that can concern it is found and read together.

A tie leads from a home (`card/…`, `reward/…`, `member/…`) to a key. Keys that join cards are
followed until nothing more is found; keys of shared things (an activity, a member, a dealer) are
only asked backwards: whom does a change of it concern? Ties hold all that was ever written, not
only what is in force, so they serve every point in time; they are an index, not a judgement.
"""

import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from msgspec import UNSET
from sqlalchemy import (
    Column,
    Connection,
    Index,
    String,
    Table,
    func,
    select,
)

from campaigns.events.base import Contact, Person
from campaigns.events.people import CardCorrected, CardRegistered, ContactPatch, PersonPatch
from campaigns.identifiers import id_number_birth_date, mobile_e164, verified_id_number
from campaigns.regions import prefecture
from crm.identity.matching import CARDS_ON_A_PHONE_MAX
from crm.identity.names import simplified
from crm.identity.traits import PLACEHOLDER_PHONES, Traits
from crm.journal.logged_event import LoggedEvent
from crm.storage.bulk import add_missing_rows, delete_rows, insert_rows, is_among, stored_rows
from crm.storage.database import METADATA

TIE = Table(
    "tie",
    METADATA,
    Column("home", String(100), primary_key=True),
    Column("key", String(120), primary_key=True),
    Index("ix_tie_key", "key"),
)

JOINING = frozenset({"card", "purchase", "trial", "complaint", "return", "referral", "~"})
"""The kinds of keys (the part before `/`) that join cards; `~` is something personal, hashed."""
_PHONE = "~/phone-"
POLICIES = "policies/all"

Known = TypeVar("Known")

Digest = Callable[[str], str]
"""Something personal → what may stand in an index instead."""


def keyed_digest(secret: bytes) -> Digest:
    """A digest that nobody can compute, or try out, without the installation's keyring."""

    def digest(text: str) -> str:
        return hmac.digest(secret, text.encode(), "sha256").hex()[:32]

    return digest


def phone_key(phone: str, digest: Digest) -> str:
    """The key of a phone in E.164."""
    return f"{_PHONE}{digest(phone)}"


def kind_of(key: str) -> str:
    """The part of a key or home before the first `/`."""
    return key.partition("/")[0]


def keys_of_home(home: str, events: Sequence[LoggedEvent], digest: Digest) -> set[str]:
    """The keys of everything that one history ever spoke of."""
    keys: set[str] = set()
    written = _Written()
    erased = False
    for event in events:
        keys |= keys_of_event(event)
        erased |= event.type_name == "card.erased"
        if isinstance(event.data, CardRegistered | CardCorrected):
            written.add(event.data)
    if not erased:
        keys |= written.keys(digest)
    keys.discard(home)
    return keys


def keys_of_event(event: LoggedEvent) -> set[str]:
    """The keys that one event speaks of by name."""
    data = event.data
    references = data.refers if data.creates is None else (*data.refers, data.creates)
    keys = {
        f"{kind}/{name}"
        for kind, place in references
        if (name := getattr(data, place)) is not None and name is not UNSET
    }
    if event.type_name == "consent.given" and getattr(data, "dealer", None):
        keys.add(f"dealer/{data.dealer}")  # type: ignore[attr-defined]
    if event.type_name == "purchase.made":
        keys.add(POLICIES)
    return keys


@dataclass
class _Written:
    """Everything that identifies somebody and was ever written on one card."""

    phones: set[str] = field(default_factory=set)
    id_numbers: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    births: set[date] = field(default_factory=set)
    prefectures: set[str] = field(default_factory=set)

    def add(self, data: CardRegistered | CardCorrected) -> None:
        if isinstance(data.contact, Contact | ContactPatch):
            for phone in data.contact.phones or ():
                number = mobile_e164(phone)
                if number is not None and number not in PLACEHOLDER_PHONES:
                    self.phones.add(number)
        person = data.person
        if isinstance(person, Person | PersonPatch):
            self._add_person(person)
        if data.region:
            self.prefectures.add(prefecture(data.region))

    def _add_person(self, person: Person | PersonPatch) -> None:
        if person.name:
            self.names.add(simplified(person.name))
        if person.birth_date:
            self.births.add(person.birth_date)
        verified = verified_id_number(person.id_number) if person.id_number else None
        if verified is not None:
            self.id_numbers.add(verified)
            self.births.add(id_number_birth_date(verified))

    def keys(self, digest: Digest) -> set[str]:
        keys = {phone_key(phone, digest) for phone in self.phones}
        keys |= {f"~/id-{digest(number)}" for number in self.id_numbers}
        keys |= {
            f"~/born-{digest(f'{name}/{born.isoformat()}/{place}')}"
            for name in self.names
            for born in self.births
            for place in self.prefectures
        }
        return keys


def keys_of_traits(traits: Traits, digest: Digest) -> set[str]:
    """The keys under which cards that say the same would be found."""
    written = _Written(
        phones=set(traits.phones),
        id_numbers=_known(traits.id_number),
        names={traits.name},
        births=_known(traits.birth_date),
        prefectures=_known(traits.prefecture),
    )
    return written.keys(digest)


def _known(value: Known | None) -> set[Known]:
    return set() if value is None else {value}


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
    groups = _Groups()
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
    personal = [key for key in keys if key.startswith(_PHONE)]
    query = select(TIE.c.key, func.count()).where(is_among(connection, TIE.c.key, personal))
    crowded = query.group_by(TIE.c.key).having(func.count() > CARDS_ON_A_PHONE_MAX)
    return {key: ties for key, ties in connection.execute(crowded)}


class _Groups:
    """Sets of homes that grow together (union–find with path halving)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def __contains__(self, home: str) -> bool:
        return home in self._parent

    def add(self, home: str) -> None:
        self._parent.setdefault(home, home)

    def join(self, homes: Sequence[str]) -> None:
        for home in homes:
            self.add(home)
            self._parent[self._root(home)] = self._root(homes[0])

    def _root(self, home: str) -> str:
        while self._parent[home] != home:
            self._parent[home] = home = self._parent[self._parent[home]]
        return home

    def components(self) -> list[set[str]]:
        found: dict[str, set[str]] = {}
        for home in self._parent:
            found.setdefault(self._root(home), set()).add(home)
        return list(found.values())
