"""Two databases are compared row by row: what differs is found, and nothing else is said to."""

from unittest import mock

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, insert

from crm.components.index import TIE
from crm.people.tables import PERSON
from streams.upkeep import comparison
from streams.upkeep.comparison import TableComparison, compare

PEOPLE = st.dictionaries(st.sampled_from("abcdefgh"), st.booleans())
ROWS_AT_ONCE = st.sampled_from([1, 2, 3, 1000])
TIES = st.sets(st.tuples(st.sampled_from(["card/1", "card/2"]), st.sampled_from("xyz")))


def people(connection: Connection, deceased: dict[str, bool]) -> None:
    PERSON.create(connection)
    for name, value in deceased.items():
        values = {"person_id": name, "household_id": "h", "restricted": False}
        connection.execute(insert(PERSON).values(values | {"deceased": value}))


def ties(connection: Connection, pairs: set[tuple[str, str]]) -> None:
    TIE.create(connection)
    for subject, key in pairs:
        connection.execute(insert(TIE).values(subject=subject, key=key))


@given(here=PEOPLE, there=PEOPLE, at_once=ROWS_AT_ONCE)
def test_rows_that_differ_or_stand_on_one_side_are_found_in_order(
    here: dict[str, bool], there: dict[str, bool], at_once: int
) -> None:
    with create_engine("sqlite://").connect() as one, create_engine("sqlite://").connect() as two:
        people(one, here)
        people(two, there)
        with mock.patch.object(comparison, "_ROWS_AT_ONCE", at_once):
            found = compare(PERSON, one, two)
    names = sorted({*here, *there})
    differing = [(name,) for name in names if here.get(name) != there.get(name)]
    assert found == TableComparison(len(here), len(there), here == there, tuple(differing[:5]))


@given(here=TIES, there=TIES)
def test_a_key_of_several_columns_is_compared_as_a_whole(
    here: set[tuple[str, str]], there: set[tuple[str, str]]
) -> None:
    with create_engine("sqlite://").connect() as one, create_engine("sqlite://").connect() as two:
        ties(one, here)
        ties(two, there)
        found = compare(TIE, one, two)
    differing = tuple(sorted(here ^ there)[:5])
    assert found == TableComparison(len(here), len(there), here == there, differing)
