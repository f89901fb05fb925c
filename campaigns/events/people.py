"""People: cards as written, corrections, erasure, death, kinship, and words on identity."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from campaigns.events.base import (
    BirthYear,
    Contact,
    Day,
    EventData,
    Fault,
    Health,
    Id,
    MailAddress,
    Moment,
    Note,
    Person,
    PrivateNote,
    Region,
    Sex,
    Text,
)

SourceKind = Literal["activity", "referral", "hotline", "walk_in", "mail_order", "dealer", "online"]
Relation = Literal["spouse", "child", "parent", "sibling", "friend", "carer"]


class CardRegistered(EventData, frozen=True, kw_only=True):
    """A person was written on a card for the first time.

    card_id: the card, a UUID or another id
    person: name, sex (male, female), birth_date or birth_year, id_number
    contact: phones as written, address, mail address
    health: conditions, medicines, devices used before
    region: where the person lives, GB/T 2260
    source_kind: how the person came to us
    activity_id: the activity at which the card was written
    dealer: the dealer that the card names
    private: note
    """

    type_name = "card.registered"
    blank = b'{"person":{"name":"-"}}'
    subject_kind, subject_field = "card", "card_id"
    creates = ("card", "card_id")
    refers = (("activity", "activity_id"),)

    card_id: Id
    person: Person
    contact: Contact | None = None
    health: Health | None = None
    region: Region | None = None
    source_kind: SourceKind
    activity_id: Id | None = None
    dealer: Id | None = None
    private: PrivateNote | None = None


class PersonPatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changes of `person`; null clears. The name cannot be cleared."""

    name: Text | UnsetType = UNSET
    sex: Sex | UnsetType | None = UNSET
    birth_date: Day | UnsetType | None = UNSET
    birth_year: BirthYear | UnsetType | None = UNSET
    id_number: Text | UnsetType | None = UNSET


class ContactPatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changes of `contact`; null clears, lists are replaced."""

    phones: tuple[Text, ...] | UnsetType | None = UNSET
    address: Note | UnsetType | None = UNSET
    mail: MailAddress | UnsetType | None = UNSET


class HealthPatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changes of `health`; null clears, lists are replaced."""

    conditions: tuple[Text, ...] | UnsetType | None = UNSET
    medicines: tuple[Text, ...] | UnsetType | None = UNSET
    devices: tuple[Text, ...] | UnsetType | None = UNSET


class PrivatePatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changes of `private`; null clears."""

    note: Note | UnsetType | None = UNSET


class CardCorrected(EventData, frozen=True, kw_only=True):
    """What a card says was corrected, by a merge patch (RFC 7396).

    card_id: the card
    person: what changes of it; null clears
    contact: what changes of it; null clears, lists are replaced
    health: what changes of it; null clears, lists are replaced
    private: what changes of it; null clears
    region: the new region, GB/T 2260; null clears
    based_on: as of when the sender knew the card, e.g. when a dealer's copy was last brought up
    """

    type_name = "card.corrected"
    subject_kind, subject_field = "card", "card_id"
    refers = (("card", "card_id"),)

    card_id: Id
    person: PersonPatch | UnsetType = UNSET
    contact: ContactPatch | UnsetType | None = UNSET
    health: HealthPatch | UnsetType | None = UNSET
    private: PrivatePatch | UnsetType | None = UNSET
    region: Region | UnsetType | None = UNSET
    based_on: Moment | None = None


class CardErased(EventData, frozen=True, kw_only=True):
    """The personal data of a card was erased for good (PIPL art. 47).

    card_id: the card
    reason_code: why
    """

    type_name = "card.erased"
    subject_kind, subject_field = "card", "card_id"
    refers = (("card", "card_id"),)
    headquarters_only = True

    card_id: Id
    reason_code: Text


class PersonDeceased(EventData, frozen=True, kw_only=True):
    """The person died: every outreach stops.

    card_id: the card
    on: the day of death, where known
    """

    type_name = "person.deceased"
    subject_kind, subject_field = "card", "card_id"
    refers = (("card", "card_id"),)

    card_id: Id
    on: Day | None = None


class _Pair(EventData, frozen=True, kw_only=True):
    """Something said of two cards."""

    subject_kind, subject_field = "card", "card_id"
    refers = (("card", "card_id"), ("card", "other_card_id"))

    card_id: Id
    other_card_id: Id

    def faults(self) -> Iterable[Fault]:
        """The two cards must differ."""
        if self.card_id == self.other_card_id:
            yield "bad_value", "other_card_id"


class RelationStated(_Pair, frozen=True, kw_only=True):
    """Two people are kin or close.

    card_id: one person's card
    other_card_id: the other person's card
    relation: other_card_id is the … of card_id
    """

    type_name = "relation.stated"

    relation: Relation


class IdentitySame(_Pair, frozen=True, kw_only=True):
    """A human decided that two cards are of one person.

    card_id: one card
    other_card_id: the other card
    reason_code: why
    """

    type_name = "identity.same"
    headquarters_only = True

    reason_code: Text


class IdentityDifferent(_Pair, frozen=True, kw_only=True):
    """A human decided that two cards are of two people.

    card_id: one card
    other_card_id: the other card
    reason_code: why
    """

    type_name = "identity.different"
    headquarters_only = True

    reason_code: Text


class IdentityUndecided(_Pair, frozen=True, kw_only=True):
    """A human took back the word on two cards.

    card_id: one card
    other_card_id: the other card
    """

    type_name = "identity.undecided"
    headquarters_only = True


Centibits = Annotated[int, Meta(ge=-100_000, le=100_000)]
"""Hundredths of a bit of evidence."""


class MatchingLevel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it weighs that one thing, compared on two cards, fits so well."""

    thing: Literal["name", "birth", "sex", "id", "contact", "region"]
    level: Id
    centibits: Centibits


class MatchingPublished(EventData, frozen=True, kw_only=True):
    """From now on who is who by these weights; without levels by the deterministic rule alone.

    version: names the weights
    link_centibits: two cards that weigh so much are linked by themselves
    ask_centibits: about two cards that weigh so much a person is asked
    levels: thing (name, birth, sex, id, contact, region), level, centibits
    """

    type_name = "matching.published"
    subject_kind, subject_field = "matching", "version"
    creates = ("matching", "version")
    headquarters_only = True
    stable = False

    version: Id
    link_centibits: Centibits
    ask_centibits: Centibits
    levels: Annotated[tuple[MatchingLevel, ...], Meta(max_length=200)]

    def faults(self) -> Iterable[Fault]:
        """Whom it links it need not ask about."""
        if self.ask_centibits > self.link_centibits:
            yield "bad_value", "ask_centibits"


EVENTS = (
    CardRegistered,
    CardCorrected,
    CardErased,
    PersonDeceased,
    RelationStated,
    IdentitySame,
    IdentityDifferent,
    IdentityUndecided,
    MatchingPublished,
)
