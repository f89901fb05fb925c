"""A record of somebody in the forms that are compared with others; what proves nothing is left out.

Everything in it is derived from what was written, the same wherever it was written: on a card, or
in a line of somebody's file.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from campaigns.identifiers import (
    id_number_agrees,
    id_number_birth_date,
    id_number_sex,
    mobile_e164,
    verified_id_number,
)
from crm.identity.likeness import Name, name_of

_PLACES_REMEMBERED = 16_384
_NOT_IN_A_NUMBER = re.compile(r"[^0-9A-Za-z]")
_DIGITS = re.compile(r"[0-9]+")
_DATE = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
_NO_TEXT = re.compile(r"[\W_0-9]+")
_HOUSE = re.compile(r"[^\W\d_]{2,3}[0-9]+")
_LONG_WORD = re.compile(r"[a-z]{5,}")
_SEXES = {
    "male": "male",
    "m": "male",
    "男": "male",
    "female": "female",
    "f": "female",
    "女": "female",
}
_FEW_KINDS_OF_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """An address: the pairs of neighbouring letters of its text, its numbers in order, and the
    beginnings of its longer words in Latin letters; see `house`."""

    text: frozenset[str]
    numbers: tuple[str, ...]
    words: tuple[str, ...] = ()
    house: str = ""
    """The house's number with the end of the street's name."""


@dataclass(frozen=True, slots=True)
class Record:
    """Somebody as written once.

    born: digits of the birth date (8) or year (4), or empty. id_number: letters and digits in
    upper case, or empty; verified: whether the check character, date and sex are right. phones:
    mobiles in E.164. region: a GB/T 2260 code or whatever stands for it.
    """

    record_id: str
    name: Name
    sex: str | None = None
    born: str = ""
    id_number: str = ""
    verified: bool = False
    phones: frozenset[str] = frozenset()
    region: str = ""
    place: Place | None = None
    written: str = ""
    """The name as it was written."""


def record_of(
    record_id: str,
    *,
    name: str = "",
    sex: str = "",
    born: str = "",
    id_number: str = "",
    phones: Iterable[str] = (),
    region: str = "",
    address: str = "",
) -> Record:
    """A record of texts as they were written; any may be empty."""
    digits, sex_said = _born(born), _SEXES.get(sex.strip().casefold())
    number = plain_id(id_number)
    proving = verified_id_number(number)
    if proving is not None and not _agrees(proving, sex_said, digits):
        proving = None
    if proving is not None:
        sex_said, digits = id_number_sex(proving), f"{id_number_birth_date(proving):%Y%m%d}"
    mobiles = (mobile_e164(phone) for phone in phones)
    return Record(
        record_id,
        name_of(name),
        sex_said,
        digits,
        number,
        proving is not None,
        frozenset(each for each in mobiles if each and not says_nothing(each[3:])),
        unicodedata.normalize("NFKC", region).strip().casefold(),
        place_of(address) if address else None,
        name,
    )


def plain_id(written: str) -> str:
    """An ID number as it is compared: letters and digits; empty for one that says nothing."""
    number = _NOT_IN_A_NUMBER.sub("", unicodedata.normalize("NFKC", written)).upper()
    return "" if says_nothing(number) else number


def says_nothing(number: str) -> bool:
    """Whether a number was typed because the form wanted one: 000…, 13800000000, 123456789."""
    tail = number[3:] if len(number) > 8 else number
    return (
        not number
        or len(set(tail)) == 1
        or (len(number) > 8 and len(set(number)) <= _FEW_KINDS_OF_DIGITS)
        or number in "12345678901234567890"
    )


@lru_cache(maxsize=_PLACES_REMEMBERED)
def place_of(address: str) -> Place | None:
    """The address as it is compared; None when it holds nothing."""
    plain = unicodedata.normalize("NFKC", address).casefold()
    numbers = tuple(each.lstrip("0") or "0" for each in _DIGITS.findall(plain))
    text = _NO_TEXT.sub("", plain)
    pairs = frozenset(text[at : at + 2] for at in range(len(text) - 1))
    words = tuple(dict.fromkeys(word[:5] for word in _LONG_WORD.findall(plain)))
    house = _HOUSE.search(plain)
    return Place(pairs, numbers, words, house[0] if house else "") if pairs or numbers else None


def _born(written: str) -> str:
    plain = unicodedata.normalize("NFKC", written).strip()
    found = _DATE.fullmatch(plain)
    if found is not None:
        return f"{found[1]}{int(found[2]):02d}{int(found[3]):02d}"
    digits = "".join(_DIGITS.findall(plain))
    return digits if len(digits) in (4, 8) else ""


def _agrees(number: str, sex: str | None, digits: str) -> bool:
    born = None
    if len(digits) == 8:
        try:
            born = date.fromisoformat(digits)
        except ValueError:
            return False
    year = int(digits) if len(digits) == 4 else None
    return id_number_agrees(number, sex, born, year)
