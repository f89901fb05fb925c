"""What each history speaks of, as keys of an index; pure.

Keys that join cards name a thing that both speak of, or hold something personal as a keyed hash;
keys of shared things (an activity, a member, a dealer) are only asked backwards: whom does a
change of it concern? They tell all that was ever written, not only what is in force, so they serve
every point in time; they are an index, not a judgement.

Who somebody is, the company says and whoever a card belongs to. What a dealer writes on another's
card, by a row of its copy, joins and parts nobody (docs/decisions/0061): by it the card is only
found.
"""

import functools
import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from msgspec import UNSET

from campaigns.catalogue import CATALOGUE
from campaigns.events.base import Contact, Person
from campaigns.events.consents import ConsentGiven
from campaigns.events.people import CardCorrected, CardRegistered, ContactPatch, PersonPatch
from campaigns.identifiers import id_number_birth_date, mobile_e164, verified_id_number
from campaigns.regions import prefecture
from crm.identity.blocking import identity_keys, name_keys
from crm.identity.likeness import name_of
from crm.identity.names import simplified
from crm.identity.record import place_of, plain_id
from crm.identity.traits import PLACEHOLDER_PHONES, Traits, that_may_prove
from crm.journal.logged_event import COMPANY, LoggedEvent

JOINING = frozenset({"card", "purchase", "trial", "complaint", "return", "referral", "~"})
"""The kinds of keys (the part before `/`) that join cards; `~` is something personal, hashed."""
PERSONAL = frozenset({"card.registered", "card.corrected"})
"""Types of events in which something personal may stand that joins cards."""
PHONE = "~/phone-"
_FOUND = "found"
"""The kind of keys by which a card is found and no other joined to it."""
POLICIES = "policies/all"
MOST_COMBINATIONS = 200
"""Of the names, birth dates and places that were ever written on one card: one that was rewritten
more often proves nothing by them. Its ties would be the third power of its corrections."""
_FEWEST_WORDS = 4
"""Three have at most three names, six birth dates and six places."""

Digest = Callable[[str], str]
"""Something personal → what may stand in an index instead."""


def keyed_digest(secret: bytes) -> Digest:
    """A digest that nobody can compute, or try out, without the installation's keyring."""

    def digest(text: str) -> str:
        return hmac.digest(secret, text.encode(), "sha256").hex()[:32]

    return digest


def phone_key(phone: str, digest: Digest) -> str:
    """The key of a phone in E.164."""
    return f"{PHONE}{digest(phone)}"


def id_key(id_number: str, digest: Digest) -> str:
    """The key of a verified ID number."""
    return f"~/id-{digest(id_number)}"


def found_key(key: str) -> str:
    """That of a card on which the same stands without saying who it is about."""
    return f"{_FOUND}/{key}"


def kind_of(key: str) -> str:
    """The part of a key or subject before the first `/`."""
    return key.partition("/")[0]


def keys_of_subject(
    subject: str,
    events: Sequence[LoggedEvent],
    digest: Digest,
    *,
    weighed: bool = False,
) -> set[str]:
    """The keys of everything that one history ever spoke of.

    weighed: those too under which weights compare cards.
    """
    keys: set[str] = set()
    words = []
    erased = False
    for event in events:
        keys |= keys_of_event(event)
        erased |= event.type_name == "card.erased"
        if event.type_name in PERSONAL:
            words.append(event)
    if not erased:
        keys |= _keys_of_words(words, digest, weighed=weighed)
    keys.discard(subject)
    return keys


def _keys_of_words(words: Sequence[LoggedEvent], digest: Digest, *, weighed: bool) -> set[str]:
    keys: set[str] = set()
    told = 0
    for of_owner in _by_owner(words):
        told = max(told, len(of_owner))
        written = _Written.of(of_owner)
        keys |= written.index_keys(digest)
        if weighed:
            keys |= written.keys_of_weights(digest)
    if told < len(words):
        keys |= set(map(found_key, _Written.of(words).keys_of_numbers(digest)))
    return keys


def _by_owner(words: Sequence[LoggedEvent]) -> Iterator[Sequence[LoggedEvent]]:
    """What says who a card is about, for each party whose card it may turn out to be."""
    for owner in {e.party for e in words if e.type_name == "card.registered"} or {COMPANY}:
        yield [event for event in words if event.party in (COMPANY, owner)]


def phones_written(words: Sequence[LoggedEvent]) -> set[str]:
    """The phones on one card, in E.164, by which it may be joined to others."""
    return {phone for of_owner in _by_owner(words) for phone in _Written.of(of_owner).phones}


def are_rewritten(
    events: Iterable[LoggedEvent], registered: Iterable[LoggedEvent]
) -> frozenset[str]:
    """The cards on which more was written than proves anything by name with birth date or place.

    registered: what brought each of the cards into being.
    """
    said: dict[str, list[LoggedEvent]] = {}
    for event in events:
        if event.type_name in PERSONAL:
            said.setdefault(event.subject, []).append(event)
    return frozenset(
        first.subject.partition("/")[2]
        for first in registered
        if _is_rewritten([e for e in said.get(first.subject, ()) if first.is_open_to(e)])
    )


def _is_rewritten(words: Sequence[LoggedEvent]) -> bool:
    return len(words) >= _FEWEST_WORDS and _Written.of(words).is_rewritten


@functools.cache
def joins_nobody(type_name: str) -> bool:
    """Whether events of the type name nothing that joins cards but the card that they are of."""
    kind = CATALOGUE[type_name]
    if type_name in PERSONAL or type_name == "card.erased":
        return False
    named = kind.refers if kind.creates is None else (*kind.refers, kind.creates)
    own = (kind.subject_kind, kind.subject_field)
    return all(thing[0] not in JOINING or thing == own for thing in named)


def keys_of_event(event: LoggedEvent) -> set[str]:
    """The keys that one event speaks of by name."""
    data = event.data
    references = data.refers if data.creates is None else (*data.refers, data.creates)
    keys = {
        f"{kind}/{name}"
        for kind, place in references
        if (name := getattr(data, place)) is not None and name is not UNSET
    }
    if isinstance(data, ConsentGiven) and data.dealer:
        keys.add(f"dealer/{data.dealer}")
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
    written_names: set[str] = field(default_factory=set)
    written_numbers: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, words: Iterable[LoggedEvent]) -> "_Written":
        """What stands in these events of one card."""
        written = cls()
        for event in words:
            assert isinstance(event.data, CardRegistered | CardCorrected)
            written.add(event.data)
        return written

    def add(self, data: CardRegistered | CardCorrected) -> None:
        if isinstance(data.contact, Contact | ContactPatch):
            for phone in that_may_prove(data.contact.phones or ()):
                number = mobile_e164(phone)
                if number is not None and number not in PLACEHOLDER_PHONES:
                    self.phones.add(number)
            if data.contact.address:
                self.addresses.add(data.contact.address)
        person = data.person
        if isinstance(person, Person | PersonPatch):
            self._add_person(person)
        if data.region:
            self.prefectures.add(prefecture(data.region))

    def _add_person(self, person: Person | PersonPatch) -> None:
        if person.name:
            self.names.add(simplified(person.name))
            self.written_names.add(person.name)
        if person.birth_date:
            self.births.add(person.birth_date)
        if person.id_number:
            self.written_numbers.add(person.id_number)
        verified = verified_id_number(person.id_number) if person.id_number else None
        if verified is not None:
            self.id_numbers.add(verified)
            self.births.add(id_number_birth_date(verified))

    @property
    def is_rewritten(self) -> bool:
        """Whether more was written than proves anything by name with birth date or place."""
        places = len(self.prefectures) + len(self.addresses)
        births = max(1, len(self.births))
        return len(self.written_names) * births * max(1, places) > MOST_COMBINATIONS

    def keys_of_numbers(self, digest: Digest) -> set[str]:
        """Of phones and verified ID numbers."""
        keys = {phone_key(phone, digest) for phone in self.phones}
        return keys | {id_key(number, digest) for number in self.id_numbers}

    def index_keys(self, digest: Digest) -> set[str]:
        """By which cards join."""
        keys = self.keys_of_numbers(digest)
        if not self.is_rewritten:
            keys |= {
                f"~/born-{digest(f'{name}/{born.isoformat()}/{place}')}"
                for name in self.names
                for born in self.births
                for place in self.prefectures
            }
        return keys

    def keys_of_weights(self, digest: Digest) -> set[str]:
        """Under these weights compare cards (crm/identity/blocking.py)."""
        found = {key for number in self.written_numbers for key in identity_keys(plain_id(number))}
        births = {f"{born:%Y%m%d}" for born in self.births} or {""}
        places = {place_of(address) for address in self.addresses} or {None}
        for name in () if self.is_rewritten else map(name_of, self.written_names):
            found |= {key for b in births for p in places for key in name_keys(name, b, p)}
        return {f"~/{kind}-{digest('/'.join(rest))}" for kind, *rest in found}


def keys_of_traits(traits: Traits, digest: Digest) -> set[str]:
    """The keys under which cards that say the same would be found."""
    written = _Written(
        phones=set(traits.phones),
        id_numbers=set(filter(None, (traits.id_number,))),
        names={traits.name},
        births=set(filter(None, (traits.birth_date,))),
        prefectures=set(filter(None, (traits.prefecture,))),
    )
    return written.index_keys(digest)
