"""How much two rows are alike: of one person surely, perhaps, or not at all; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from campaigns.identifiers import mobile_e164
from crm.identity.names import pinyin, simplified

_TYPO = 2
"""So many digits of a phone may differ for a slip of the pen."""

Relation = Literal["equal", "same", "like"]


LONGEST_NAME = 200
"""As long as the door takes it; a row whose name is longer is refused, whoever it is."""


@dataclass(frozen=True)
class Traits:
    """What tells people apart, in comparable form."""

    name: str
    phones: frozenset[str]
    id_number: str
    born: str

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Traits":
        card = facts.get("card") or {}
        person, contact = card.get("person") or {}, card.get("contact") or {}
        return cls(
            simplified((person.get("name") or "")[:LONGEST_NAME]),
            frozenset(mobile_e164(phone) or phone for phone in contact.get("phones") or ()),
            (person.get("id_number") or "").upper(),
            str(person.get("birth_date") or person.get("birth_year") or ""),
        )

    def marks(self) -> Iterator[str]:
        """Two rows that may be of one person share one of these."""
        yield from (f"phone/{phone}" for phone in self.phones)
        if self.id_number:
            yield f"id/{self.id_number}"
        yield f"sound/{pinyin(self.name)}"
        yield f"name/{self.name}"
        for at in range(len(self.name) if len(self.name) > 1 else 0):
            yield f"name/{self.name[:at]}{self.name[at + 1 :]}"


def relation(row: Traits, earlier: Traits) -> Relation | None:
    """`same`: surely; `like`: perhaps."""
    phones = _agree(row.phones, earlier.phones)
    numbers = _agree(_one(row.id_number), _one(earlier.id_number))
    born = _born_agree(row.born, earlier.born)
    said = (phones, numbers, born)
    if row.name == earlier.name:
        if phones or numbers or not any(one is False for one in said):
            return "same"
        return "same" if _is_typo(row.phones, earlier.phones) and born is not False else "like"
    if numbers or phones:
        return "like"
    return "like" if _alike(row.name, earlier.name) and False not in said else None


def is_one(row: Traits, other: Traits) -> bool:
    """Whether two rows of one name seem to be of one person: something agrees, nothing differs.

    Another phone does not count beside the same whole birth date.
    """
    phones = _agree(row.phones, other.phones)
    numbers = _agree(_one(row.id_number), _one(other.id_number))
    born = _born_agree(row.born, other.born)
    if False in (numbers, born):
        return False
    if phones or numbers:
        return True
    is_whole = min(len(row.born), len(other.born)) > len("1950")
    return born is True and (phones is None or is_whole)


def _agree(one: frozenset[str], other: frozenset[str]) -> bool | None:
    return bool(one & other) if one and other else None


def _one(text: str) -> frozenset[str]:
    return frozenset((text,)) if text else frozenset()


def _born_agree(one: str, other: str) -> bool | None:
    if not one or not other:
        return None
    return one == other if len(one) == len(other) else one[:4] == other[:4]


def _is_typo(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(
        len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) <= _TYPO
        for a in one
        for b in other
    )


def _alike(one: str, other: str) -> bool:
    """One character more, less or another, or the same sound."""
    if pinyin(one) == pinyin(other):
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    return (
        one[start + 1 :] in (other[start + 1 :], other[start:]) or one[start:] == other[start + 1 :]
    )


def flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of every slot by its own name."""
    found: dict[str, Any] = {}
    for slot, said in facts.items():
        for name, value in said.items():
            nested = value.items() if isinstance(value, Mapping) else (("", value),)
            found |= {f"{slot}/{name}/{key}": each for key, each in nested if each}
    return found
