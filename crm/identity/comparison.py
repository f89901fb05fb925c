"""Two records compared: for each thing that both tell, how well it fits, in a few levels.

What one of them does not tell is no evidence either way. Phone and address tell of one home, so
they are one piece of evidence: the better of the two counts.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from campaigns.regions import same_prefecture
from crm.identity.likeness import likeness, slips
from crm.identity.record import Place, Record

LEVELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": ("exact", "sound", "near", "part", "half", "different"),
        "birth": ("same", "near", "lunar", "year", "about", "different"),
        "sex": ("same", "different"),
        "id": ("same", "near", "different"),
        "contact": ("phone", "address", "near_phone", "street", "different"),
        "region": ("same", "prefecture", "different"),
    }
)
"""The things compared, and the levels of each from the best fit down.

birth: near is one digit off, two that changed places, or day for month; lunar is 15 to 60 days
later or earlier; year where one tells no more; about where such years are up to 2 apart.
id: near is one digit off, or the form of 15 digits. contact: near_phone is one digit off.
"""

Fit = Mapping[str, str]
"""For each thing compared, its level."""

_LUNAR_DAYS = range(15, 61)
_YEARS_ABOUT = 2
_SAME_TEXT, _LIKE_TEXT = 0.8, 0.6
_PAIRS_REMEMBERED = 4_096


def compare(one: Record, other: Record) -> Fit:
    """What fits how well; things that one of them does not tell are missing."""
    return dict(_fits(one, other))


def vetoed(one: Record, other: Record) -> bool:
    """Whether the two cannot be one person: of another sex, or with ID numbers that are right and
    not the same."""
    if one.sex and other.sex and one.sex != other.sex:
        return True
    return one.verified and other.verified and one.id_number != other.id_number


def _fits(one: Record, other: Record) -> Iterator[tuple[str, str]]:
    name = likeness(one.name, other.name)
    if name is not None:
        yield "name", name
    if one.born and other.born:
        yield "birth", birth_level(one.born, other.born)
    if one.sex and other.sex:
        yield "sex", "same" if one.sex == other.sex else "different"
    if one.id_number and other.id_number:
        yield "id", _id_level(one.id_number, other.id_number)
    contact = _contact_level(one, other)
    if contact is not None:
        yield "contact", contact
    if one.region and other.region:
        yield "region", _region_level(one.region, other.region)


@lru_cache(maxsize=_PAIRS_REMEMBERED)
def birth_level(one: str, other: str) -> str:
    """How well two births fit, each of 8 or 4 digits."""
    if len(one) == len(other) == 8:
        if one == other:
            return "same"
        if slips(one, other, 1) <= 1 or (
            one[:4] == other[:4] and one[4:] == other[6:] + other[4:6]
        ):
            return "near"
        return "lunar" if _days_apart(one, other) in _LUNAR_DAYS else "different"
    if one[:4] == other[:4]:
        return "year"
    return "about" if abs(int(one[:4]) - int(other[:4])) <= _YEARS_ABOUT else "different"


def _days_apart(one: str, other: str) -> int:
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
    except ValueError:
        return 0


def _id_level(one: str, other: str) -> str:
    if one == other:
        return "same"
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == 15 and len(longer) == 18:
        return "near" if longer[:6] + longer[8:17] == shorter else "different"
    return "near" if slips(one, other, 1) <= 1 else "different"


def _contact_level(one: Record, other: Record) -> str | None:
    levels = set()
    if one.phones and other.phones:
        levels.add(_phone_level(one.phones, other.phones))
    if one.place is not None and other.place is not None:
        levels.add(_place_level(one.place, other.place))
    return next((level for level in LEVELS["contact"] if level in levels), None)


def _phone_level(phones: frozenset[str], others: frozenset[str]) -> str:
    if not phones.isdisjoint(others):
        return "phone"
    near = any(slips(phone, other, 1) <= 1 for phone in phones for other in others)
    return "near_phone" if near else "different"


def _place_level(one: Place, other: Place) -> str:
    shared = len(one.text & other.text)
    fewer = min(len(one.text), len(other.text))
    alike = shared / fewer if fewer else 1.0
    numbers = not one.numbers or not other.numbers or _numbers_fit(one.numbers, other.numbers)
    if alike >= _SAME_TEXT and numbers:
        return "address"
    return "street" if alike >= _LIKE_TEXT else "different"


def _numbers_fit(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether those of the shorter stand in the longer; a house without the flat is the house."""
    shorter, longer = sorted((one, other), key=len)
    return longer[: len(shorter)] == shorter or set(shorter) <= set(longer)


def _region_level(one: str, other: str) -> str:
    if one == other:
        return "same"
    if len(one) == len(other) == 6 and one.isdigit() and other.isdigit():
        return "prefecture" if same_prefecture(one, other) else "different"
    return "prefecture" if slips(one, other, 1) <= 1 else "different"
