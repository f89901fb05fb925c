"""Numbers that name a person in China: mobile numbers, ID card numbers, and how to spot them."""

import re
import unicodedata
from datetime import date
from operator import mul
from typing import Literal

from campaigns.marks import visible

Sex = Literal["male", "female"]

EARLIEST_BIRTH_YEAR = 1850
LATEST_BIRTH_YEAR = 2100
OLDEST_YEARS, YOUNGEST_YEARS = 110, 18
"""Whoever comes is of these ages; who seems older or younger is asked about, never refused."""

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_WRITTEN_MOBILE = re.compile(r"(?:\+86|86|0086)?(1[3-9][0-9]{9})")
_BLANKS_AND_HYPHENS = re.compile(r"[\s\u2010-\u2015\u2212\-()]+")

_ID_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"

LIKE_A_NUMBER = re.compile(r"(?:[^/]*/)?[0-9Xx+\-._:]{11,}\Z")
"""How every identifier is written that is a number of a person; most are not."""
_SEPARATORS = str.maketrans("", "", "-._:")


def mobile_e164(raw: str) -> str | None:
    """A mainland mobile number as E.164 ("+8613…"), or None when it is none.

    Blanks, hyphens, brackets, marks that nobody sees and a leading +86, 86 or 0086 play no part;
    full-width digits count as digits.
    """
    if not raw.isascii():
        raw = unicodedata.normalize("NFKC", visible(raw))
    elif len(raw) == 11 and _MOBILE.fullmatch(raw):
        return "+86" + raw
    match = _WRITTEN_MOBILE.fullmatch(_BLANKS_AND_HYPHENS.sub("", raw))
    return "+86" + match[1] if match else None


def verified_id_number(raw: str) -> str | None:
    """An ID card number of 18 characters in upper case, or None when GB 11643 says it is none.

    Its check character must be right and its birth date a real one. The 15-digit form of before
    1999 has no check character and is None.
    """
    if len(raw) != 18 or not _ID_NUMBER.fullmatch(raw):
        return None
    number = raw.upper()
    weighted = sum(map(mul, map(int, number[:17]), _WEIGHTS))
    if _CHECK_CHARACTERS[weighted % 11] != number[17] or not _has_birth_date(number):
        return None
    return number


def id_number_birth_date(verified: str) -> date:
    """The birth date that a verified ID card number holds."""
    return date(int(verified[6:10]), int(verified[10:12]), int(verified[12:14]))


def id_number_sex(verified: str) -> Sex:
    """The sex that a verified ID card number holds: an odd 17th digit is male."""
    return "male" if verified[16] in "13579" else "female"


def id_number_agrees(
    verified: str, sex: str | None, birth_date: date | None, birth_year: int | None
) -> bool:
    """Whether a verified ID card number fits the sex, birth date and birth year beside it.

    What is not written (None) agrees. A number that disagrees is kept, but proves no identity.
    """
    born = id_number_birth_date(verified)
    return (
        sex in (None, id_number_sex(verified))
        and birth_date in (None, born)
        and birth_year in (None, born.year)
    )


def odd_birth_year(year: int, on: date) -> bool:
    """Whether somebody born then would be older, or younger, than those who come on a day."""
    return not on.year - OLDEST_YEARS <= year <= on.year - YOUNGEST_YEARS


def looks_personal(value: str) -> bool:
    """Whether a whole identifier is a mobile or an ID card number, and so may not be one.

    A leading `kind/`, the characters `- . _ :` and a leading 86 or +86 are taken away first.
    """
    if LIKE_A_NUMBER.match(value) is None:
        return False
    bare = value[value.find("/") + 1 :].translate(_SEPARATORS)
    return _is_personal_number(bare) or _is_personal_number(_without_country_code(bare))


def _has_birth_date(number: str) -> bool:
    try:
        born = id_number_birth_date(number)
    except ValueError:
        return False
    return EARLIEST_BIRTH_YEAR <= born.year <= LATEST_BIRTH_YEAR


def _without_country_code(bare: str) -> str:
    return bare.removeprefix("+").removeprefix("86")


def _is_personal_number(bare: str) -> bool:
    return _MOBILE.fullmatch(bare) is not None or verified_id_number(bare) is not None
