"""Two people who look the same where names are masked: a list has to tell them apart."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from crm.masking import masked_name

if TYPE_CHECKING:
    from crm.people.queries import FoundPerson


def told_apart(people: "Iterable[FoundPerson]") -> "list[FoundPerson]":
    """The same people; each that another one of them looks like is marked."""
    listed = list(people)
    looks = Counter(map(_look, listed))
    return [replace(each, alike=True) if looks[_look(each)] > 1 else each for each in listed]


def _look(person: "FoundPerson") -> tuple[object, ...]:
    """What every list shows of somebody."""
    name = masked_name(person.name) if person.name else None
    return name, person.sex, (person.born or "")[:4], person.phone_tails
