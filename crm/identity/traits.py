"""What matching looks at: cards as written, what they say in comparable form, people's words.

A card never changes what it was: these values are derived from it and from its corrections.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from campaigns.identifiers import (
    id_number_agrees,
    id_number_birth_date,
    id_number_sex,
    mobile_e164,
    verified_id_number,
)
from campaigns.regions import prefecture
from campaigns.times import OrderKey
from crm.identity.names import pinyin, simplified

PLACEHOLDER_PHONES = frozenset({"+8613800000000"})
"""Mobiles typed when there is none: evidence of nothing."""

PHONES_ON_A_CARD_MAX = 20
"""Of a longer list none proves anything: nobody has so many, and one card with thousands would tie
thousands of strangers together, who are looked at together ever after."""


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """The values in force on a card that can tell who it is about; an erased card has none.

    `order` is the effective order of the card's registration. Names, ID number and phones are as
    they were written; `region` is a GB/T 2260 code.
    """

    card_id: str
    order: OrderKey
    name: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    birth_year: int | None = None
    id_number: str | None = None
    phones: tuple[str, ...] = ()
    region: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class PairDecision:
    """What a person said of two cards: the same person, different people, or undecided again."""

    card_id: str
    other_card_id: str
    kind: Literal["same", "different", "undecided"]
    order: OrderKey


@dataclass(frozen=True, slots=True)
class Traits:
    """What a card says of its person in comparable form; what proves nothing is left out.

    `name` is simplified, `sound` its toneless pinyin, both empty without a name. The ID number is
    one that proves identity; it stands for sex and birth date where these are not written. Phones
    are mainland mobiles in E.164. `prefecture` is the first four digits of the region.
    """

    name: str
    sound: str
    sex: str | None
    birth_date: date | None
    birth_year: int | None
    id_number: str | None
    phones: frozenset[str]
    prefecture: str | None


def traits_of(card: IdentityCard) -> Traits:
    """What a card says of its person, in comparable form."""
    id_number = _proving_id_number(card)
    birth_date, sex = card.birth_date, card.sex
    if id_number is not None:  # it agrees with what is written, so nothing written is lost
        birth_date, sex = id_number_birth_date(id_number), id_number_sex(id_number)
    return Traits(
        name=simplified(card.name) if card.name else "",
        sound=pinyin(card.name) if card.name else "",
        sex=sex,
        birth_date=birth_date,
        birth_year=_birth_year(card, birth_date),
        id_number=id_number,
        phones=frozenset(_mobiles(that_may_prove(card.phones))),
        prefecture=prefecture(card.region) if card.region else None,
    )


def that_may_prove(phones: Sequence[str]) -> Sequence[str]:
    """The phones of one list as they are written; none where there are too many of them."""
    return phones if len(phones) <= PHONES_ON_A_CARD_MAX else ()


def name_and_birth(traits: Traits) -> tuple[str, date, str] | None:
    """Name, birth date and prefecture, which together tell a person; None if one is missing."""
    if not traits.name or traits.birth_date is None or traits.prefecture is None:
        return None
    return traits.name, traits.birth_date, traits.prefecture


def _proving_id_number(card: IdentityCard) -> str | None:
    verified = verified_id_number(card.id_number) if card.id_number else None
    if verified is None:
        return None
    agrees = id_number_agrees(verified, card.sex, card.birth_date, card.birth_year)
    return verified if agrees else None


def _birth_year(card: IdentityCard, birth_date: date | None) -> int | None:
    """The date goes before the year; an ID number that holds another year proves nothing."""
    return card.birth_year if birth_date is None else birth_date.year


def _mobiles(phones: Sequence[str]) -> Iterator[str]:
    for raw in phones:
        phone = mobile_e164(raw)
        if phone is not None and phone not in PLACEHOLDER_PHONES:
            yield phone
