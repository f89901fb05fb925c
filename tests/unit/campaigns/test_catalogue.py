"""Every type of event: it keeps what is said, and says of itself what others rely on."""

from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from campaigns.catalogue import CATALOGUE, FAMILIES, WIRE_NAMES
from campaigns.cloudevents import CheckedEvent, check, decode_data, short_name
from campaigns.events.base import PERSONAL_FIELDS
from tests.examples import LATER_US, valid_events, written
from tests.profiles import examples

DRAFTS = {"copy.acknowledged", "reward.paid", "matching.published"}
HEADQUARTERS_ALONE = {
    *("card.erased", "identity.same", "identity.different", "identity.undecided"),
    *("dealer.contracted", "dealer.ended", "reward_policy.published"),
    *("reward.approved", "reward.rejected", "reward.paid", "matching.published"),
}


def checked(event: dict[str, Any]) -> CheckedEvent:
    found = check(written(event), LATER_US)
    assert isinstance(found, CheckedEvent), found
    return found


def texts_within(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(texts_within, inner))


@pytest.mark.parametrize("type_name", CATALOGUE)
@examples(1 / 4)
@given(data=st.data())
def test_every_type_comes_back_as_it_was_said(type_name: str, data: st.DataObject) -> None:
    event = data.draw(valid_events(type_name))
    found = checked(event)
    kept = decode_data(type_name, orjson.dumps(found.plain), orjson.dumps(found.personal))
    assert kept == msgspec.convert(event["data"], CATALOGUE[type_name])
    assert {**found.plain, **found.personal} == event["data"]


@given(valid_events())
def test_personal_objects_never_stand_among_what_is_kept_in_plain(event: dict[str, Any]) -> None:
    found = checked(event)
    assert not set(found.plain) & set(PERSONAL_FIELDS)
    assert set(found.personal) == set(event["data"]) & set(PERSONAL_FIELDS)


@given(valid_events())
def test_of_an_erased_subject_the_rest_can_still_be_read(event: dict[str, Any]) -> None:
    found = checked(event)
    kept = decode_data(found.type_name, orjson.dumps(found.plain), None)
    for name, value in found.plain.items():
        annotation = next(f.type for f in msgspec.structs.fields(type(kept)) if f.name == name)
        assert getattr(kept, name) == msgspec.convert(value, annotation)


def test_each_type_stands_once_under_its_wire_name() -> None:
    classes = [kind for _, family in FAMILIES for kind in family.EVENTS]
    assert len(classes) == len(CATALOGUE) == len(WIRE_NAMES) == 43
    for name in WIRE_NAMES:
        assert name.startswith("jinxi.") and name.endswith(".v1")
        assert short_name(name) in CATALOGUE


def test_drafts_and_what_headquarters_alone_may_say_are_marked() -> None:
    assert {name for name, kind in CATALOGUE.items() if not kind.stable} == DRAFTS
    alone = {name for name, kind in CATALOGUE.items() if kind.headquarters_only}
    assert alone == HEADQUARTERS_ALONE


def numbers_within(described: inspect.Type) -> list[inspect.Type]:
    if isinstance(described, inspect.StructType):
        return [one for field in described.fields for one in numbers_within(field.type)]
    if isinstance(described, inspect.UnionType):
        return [one for member in described.types for one in numbers_within(member)]
    if isinstance(described, inspect.VarTupleType):
        return numbers_within(described.item_type)
    return [described] if isinstance(described, inspect.IntType | inspect.FloatType) else []


@pytest.mark.parametrize("type_name", CATALOGUE)
def test_whole_numbers_stay_where_canonical_json_is_exact(type_name: str) -> None:
    kind = CATALOGUE[type_name]
    numbers = numbers_within(inspect.type_info(kind))
    assert kind.exact == all(isinstance(number, inspect.IntType) for number in numbers)
    for number in numbers:
        if isinstance(number, inspect.IntType):
            assert number.le is not None and number.le < 2**53


@pytest.mark.parametrize("type_name", CATALOGUE)
def test_fields_that_tie_an_event_to_things_exist(type_name: str) -> None:
    kind = CATALOGUE[type_name]
    named = [field for _, field in kind.refers]
    named += [kind.subject_field] if kind.subject_field else []
    named += [kind.creates[1]] if kind.creates else []
    assert set(named) <= set(kind.__struct_fields__)
