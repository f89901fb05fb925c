"""What a row is known by, before it is settled which row it is."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.identifiers import mobile_e164

Place = tuple[str, int]
"""The page and the number of a row."""

_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class RowSketch:
    """What a filled row is known by, before it is settled which row it is.

    written_id: its hidden id. verdict: what its sender answered to the question who it is.
    facts: slot → data, without ids; of the card alone where the row has faults, and then it is
    not whole. ids: of the person, and of everything that is written.
    """

    sheet: str
    number: int
    written_id: str | None
    verdict: str | None
    facts: Mapping[str, Any]
    whole: bool
    ids: tuple[str, str]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.sheet, self.number


def own_ids(sketches: Iterable[RowSketch]) -> dict[Place, str]:
    """The id of each row where nothing was taken before."""
    wanted: dict[Place, str | tuple[str, str]] = {}
    persons: Counter[str] = Counter()
    for sketch in sketches:
        wanted[sketch.place] = sketch.written_id or sketch.ids
        persons[sketch.ids[0]] += sketch.written_id is None
    return {
        place: ids if isinstance(ids, str) else ids[persons[ids[0]] > 1]
        for place, ids in wanted.items()
    }


def person_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """What tells a person: without what hands change in a name or a phone."""
    person, contact = said.get("person", {}), said.get("contact", {})
    born = str(person.get("birth_date") or person.get("birth_year") or "")
    return {
        "name": _NO_LETTER.sub("", unicodedata.normalize("NFKC", person.get("name", ""))),
        "phones": sorted(mobile_e164(phone) or phone for phone in contact.get("phones", ())),
        "id_number": person.get("id_number", ""),
        "born": born,
    }
