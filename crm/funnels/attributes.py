"""What breakdowns say of a person, whatever the touchpoint: sex, age, region, source, member."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from campaigns.times import DAY_US
from crm.funnels.codes import NONE, Array, Codes, present
from crm.funnels.columns import Columns
from crm.funnels.definition import Funnel, day_starts_us
from crm.funnels.engine import Walks

AGES = (50, 60, 70, 80)
"""Where age bands begin; below the first there is one more."""
_DAYS_A_YEAR = 365.2425
_EPOCH_YEAR = 1970
_LENGTH = {"province": 2, "city": 4, "county": 6}
_RECEIVED = "referral.received"


class Detail(NamedTuple):
    """What a card says of its person; born: the year, or more, in ISO form."""

    person: str
    sex: str | None
    born: str | None
    region: str | None


@dataclass(slots=True)
class Attributes:
    """Of each person of some columns, by code. born: the year, 0 where it is not known."""

    sexes: Codes
    sex: Array
    born: Array
    regions: Codes
    region: Array
    members: Mapping[str, str]
    """Member → kind."""


def attributes_of(
    columns: Columns, details: Iterable[Detail], members: Mapping[str, str]
) -> Attributes:
    """Of several cards of a person the first that says something."""
    count = len(columns.people)
    sexes, regions = Codes(), Codes()
    sex = np.full(count, NONE, np.int8)
    born = np.zeros(count, np.int16)
    region = np.full(count, NONE, np.int32)
    for detail in details:
        person = columns.people.known(detail.person)
        if person is None:
            continue
        if detail.sex and sex[person] == NONE:
            sex[person] = sexes.code(detail.sex)
        if detail.born and not born[person]:
            born[person] = int(detail.born[:4])
        if detail.region and region[person] == NONE:
            region[person] = regions.code(detail.region)
    return Attributes(sexes, sex, born, regions, region, members)


OF_PEOPLE = frozenset(("sex", "age", "member_kind", *_LENGTH))
"""The breakdowns that ask what cards and members say."""


Values = tuple[dict[int, str | None], Array]
"""Values by code, and the code of each walk."""


def of_walks(
    funnel: Funnel, columns: Columns, attributes: Attributes, walks: Walks, name: str
) -> Values | None:
    """The groups of a breakdown that is no field of the entry; None where it is one."""
    if name == "sex":
        codes = attributes.sex[walks.people]
        return _texts(attributes.sexes, codes), codes
    if name == "age":
        return _ages(funnel, columns, attributes, walks)
    if name in _LENGTH:
        return _regions(funnel, columns, attributes, walks, _LENGTH[name])
    if name == "source":
        return _of_first(columns, walks, "card.registered", "source_kind")
    if name == "member_kind":
        values, codes = _of_first(columns, walks, _RECEIVED, "member")
        kinds = {code: attributes.members.get(text or "") for code, text in values.items()}
        return _merged(kinds, codes)
    if name == "activity_kind":
        return _activity_kinds(funnel, columns, walks)
    if name == "week":
        return _weeks(funnel, columns, walks)
    return None


def _texts(words: Codes, codes: Array) -> dict[int, str | None]:
    return {code: words.text(code) for code in present(codes).tolist()}


def _merged(values: Mapping[int, str | None], codes: Array) -> Values:
    """One code for each value, where several codes had the same."""
    names = sorted({value for value in values.values() if value is not None})
    numbers = {name: number for number, name in enumerate(names)}
    known = sorted(values)
    to = np.array([numbers.get(values[code] or "", NONE) for code in known], np.int64)
    return {**dict(enumerate(names)), NONE: None}, to[np.searchsorted(known, codes)]


def _ages(funnel: Funnel, columns: Columns, attributes: Attributes, walks: Walks) -> Values:
    times = columns.kind(funnel.steps[0].type).column("time")[walks.first_rows]
    years = _EPOCH_YEAR + (times / DAY_US / _DAYS_A_YEAR).astype(np.int64)
    born = attributes.born[walks.people].astype(np.int64)
    bands = np.where(born > 0, np.searchsorted(AGES, years - born, "right"), NONE)
    names = [f"<{AGES[0]}", *(f"{a}–{b - 1}" for a, b in pairwise(AGES))]
    return {**dict(enumerate([*names, f"{AGES[-1]}+"])), NONE: None}, bands


def _regions(
    funnel: Funnel, columns: Columns, attributes: Attributes, walks: Walks, length: int
) -> Values:
    """Where the entry was, else where the person lives; cut to a level, filled up with zeros."""
    codes = columns.field_codes(funnel.steps[0].type, "region", walks.first_rows)
    own = attributes.region[walks.people]
    offset = len(columns.word_codes("region"))
    lives = np.where(own == NONE, NONE, own + offset)
    codes = lives if codes is None else np.where(codes == NONE, lives, codes)
    texts = [*columns.word_codes("region").texts, *attributes.regions.texts]
    values = {
        code: None if code == NONE else texts[code][:length].ljust(6, "0")
        for code in present(codes).tolist()
    }
    return _merged(values, codes)


def _of_first(columns: Columns, walks: Walks, type_name: str, field: str) -> Values:
    """A field of each person's first touchpoint of a type."""
    kind = columns.kind(type_name)
    codes = kind.codes(field)
    found = np.full(len(columns.people), NONE, np.int64)
    if codes is not None:
        found[kind.column("person")[::-1]] = codes[::-1]
    of_each = found[walks.people]
    return _texts(columns.word_codes(field), of_each), of_each


def _activity_kinds(funnel: Funnel, columns: Columns, walks: Walks) -> Values:
    activities = columns.kind(funnel.steps[0].type).codes("activity_id")
    lent = columns.lent.get("kind")
    if activities is None or lent is None:
        return {NONE: None}, np.full(len(walks.people), NONE)
    codes = lent[activities[walks.first_rows]]
    return _texts(columns.word_codes("kind"), codes), codes


def _weeks(funnel: Funnel, columns: Columns, walks: Walks) -> Values:
    """By the Monday that each week begins with."""
    times = columns.kind(funnel.steps[0].type).column("time")[walks.first_rows]
    days = (day_starts_us(times) - _FIRST_MONDAY_US) // DAY_US
    mondays, codes = np.unique(days - days % 7, return_inverse=True)
    names = [str(np.datetime64("1970-01-05") + np.timedelta64(int(day), "D")) for day in mondays]
    return dict(enumerate(names)), codes


_FIRST_MONDAY_US = int(day_starts_us(np.array([4 * DAY_US]))[0])
