"""What looks odd is warned of, taken all the same, and said once."""

from typing import Any

import pytest

from campaigns.cloudevents import CheckedEvent, check
from campaigns.warnings import WARNINGS
from tests.examples import LATER_US, a_card, an_event, written

RIGHT = "11010519491231002X"


def warnings_of(event: dict[str, Any]) -> tuple[str, ...]:
    found = check(written(event), LATER_US)
    assert isinstance(found, CheckedEvent), found
    return found.warnings


@pytest.mark.parametrize(
    "person",
    [
        {"id_number": "110105194912310021"},
        {"id_number": "11010519490231002X"},
        {"id_number": "110105491231002"},
        {"id_number": RIGHT, "sex": "male"},
        {"id_number": RIGHT, "birth_date": "1949-12-30"},
        {"id_number": "unreadable"},
    ],
)
def test_an_id_number_that_proves_nothing_is_warned_of(person: dict[str, str]) -> None:
    event = a_card(person={"name": "王秀英"} | person)
    assert warnings_of(event) == ("id_number_unverified",)


@pytest.mark.parametrize(
    "person",
    [
        {"id_number": RIGHT},
        {"id_number": RIGHT.lower(), "sex": "female", "birth_date": "1949-12-31"},
        {},
    ],
)
def test_an_id_number_that_agrees_is_not_warned_of(person: dict[str, str]) -> None:
    assert warnings_of(a_card(person={"name": "王秀英"} | person)) == ()


@pytest.mark.parametrize("sex", [None, "female", "male"])
@pytest.mark.parametrize("birth_date", [None, "1949-12-31", "1949-12-30", "1950-12-31"])
@pytest.mark.parametrize("birth_year", [None, 1949, 1948, 1950])
@pytest.mark.parametrize("valid", [True, False])
def test_an_id_number_is_warned_of_where_anything_beside_it_says_otherwise(
    sex: str | None, birth_date: str | None, birth_year: int | None, valid: bool
) -> None:
    person: dict[str, Any] = {"id_number": RIGHT if valid else RIGHT[:-1] + "1"}
    person |= {} if sex is None else {"sex": sex}
    person |= {} if birth_date is None else {"birth_date": birth_date}
    person |= {} if birth_year is None else {"birth_year": birth_year}
    agrees = sex != "male" and birth_date in (None, "1949-12-31") and birth_year in (None, 1949)
    expected = () if valid and agrees else ("id_number_unverified",)
    assert warnings_of(a_card(person={"name": "王秀英"} | person)) == expected
    corrected = {"card_id": "card-1", "person": person}
    assert warnings_of(an_event("card.corrected", corrected)) == expected
    cleared = {"sex": None, "birth_date": None, "birth_year": None} | person
    corrected = {"card_id": "card-1", "person": cleared}
    assert warnings_of(an_event("card.corrected", corrected)) == expected


def test_a_corrected_id_number_is_looked_at_too() -> None:
    data = {"card_id": "card-1", "person": {"id_number": "110105194912310021"}}
    assert warnings_of(an_event("card.corrected", data)) == ("id_number_unverified",)
    cleared = {"card_id": "card-1", "person": {"id_number": None}, "contact": {"phones": None}}
    assert warnings_of(an_event("card.corrected", cleared)) == ()


@pytest.mark.parametrize(
    ("phones", "expected"),
    [
        (["13812345678", "+86 138-1234-5678"], ()),
        (["13812345678", "0311-8601234"], ("phone_unusual",)),
        (["12812345678"], ("phone_unusual",)),
        ([], ()),
    ],
)
def test_a_telephone_that_is_no_mainland_mobile_is_warned_of(
    phones: list[str], expected: tuple[str, ...]
) -> None:
    assert warnings_of(a_card(contact={"phones": phones})) == expected
    member = {"member": "M1", "kind": "clerk", "dealer": "D1"}
    enrolled = member | {"person": {"name": "李强"}, "contact": {"phones": phones}}
    assert warnings_of(an_event("member.enrolled", enrolled)) == expected


def test_a_region_that_never_was_is_warned_of() -> None:
    assert warnings_of(a_card(region="130102")) == ()
    assert warnings_of(a_card(region="999999")) == ("region_unknown",)
    contract = {"dealer": "D1", "contract_id": "C1", "name": "金秋", "kind": "sub"}
    days = {"starts_on": "2026-01-01", "regions": ["130102", "999999"]}
    assert warnings_of(an_event("dealer.contracted", contract | days)) == ("region_unknown",)


def test_several_warnings_come_in_their_order_each_once() -> None:
    event = a_card(
        person={"name": "王秀英", "id_number": "1"}, contact={"phones": ["1", "2"]}, region="999999"
    )
    assert warnings_of(event) == WARNINGS
