"""Somebody as a list shows it, and two who look the same there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from crm.masking import masked_name


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """One person as a list shows it; the name is None where this viewer may not see it."""

    person_id: str
    card_id: str
    name: str | None
    phone_tails: tuple[str, ...]
    sex: str | None
    born: str | None
    region: str | None
    deceased: bool
    restricted: bool
    alike: bool = False
    """Whether another one of the same list looks the same in it: names are masked."""


def told_apart(people: Iterable[FoundPerson]) -> list[FoundPerson]:
    """The same people; each that another one of them looks like is marked."""
    listed = list(people)
    looks = Counter(map(_look, listed))
    return [replace(each, alike=True) if looks[_look(each)] > 1 else each for each in listed]


def _look(person: FoundPerson) -> tuple[object, ...]:
    """What every list shows of somebody."""
    name = masked_name(person.name) if person.name else None
    return name, person.sex, (person.born or "")[:4], person.phone_tails
