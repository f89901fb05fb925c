"""The quick way of the check says the same as the class that names the faults."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.kinds import KINDS, Attributes, Envelope, well_named

NAMES = st.text(st.sampled_from("aZ09._:-/ \n\u00e9~!"), max_size=70)


def a_wire(**changed: object) -> dict[str, Any]:
    attributes = {"specversion": "1.0", "id": "e-1", "source": "/hq", "type": "jinxi.x.v1"}
    happened = {"time": "2026-03-02T08:00:00+08:00", "subject": "card/c1", "data": {}}
    return {**attributes, **happened, **changed}


def is_taken(wire: dict[str, Any], envelope: type[msgspec.Struct]) -> bool:
    try:
        read = msgspec.convert(wire, envelope)
    except msgspec.ValidationError:
        return False
    return not isinstance(read, Attributes) or well_named(read)


@given(event_id=NAMES, source=NAMES, subject=NAMES | NAMES.map(lambda name: f"card/{name}"))
def test_names_are_checked_in_the_quick_way_as_in_the_careful_one(
    event_id: str, source: str, subject: str
) -> None:
    wire = a_wire(id=event_id, source=source, subject=subject)
    assert is_taken(wire, Attributes) == is_taken(wire, Envelope)


@pytest.mark.parametrize("name", ["id", "source", "subject"])
@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 69, 70, 255, 256, 257])
def test_names_have_the_same_bounds_in_both_ways(name: str, length: int) -> None:
    for text in ("a" * length, f"card/{'a' * (length - 5)}"):
        wire = a_wire(**{name: text})
        assert is_taken(wire, Attributes) == is_taken(wire, Envelope)


@pytest.mark.parametrize("name", [name for name in Envelope.__struct_fields__ if name != "data"])
@pytest.mark.parametrize("value", [None, 1, 1.5, "", "x", "2.0", "day", [], {}, True, 2**53])
def test_an_attribute_is_taken_in_both_ways_or_in_none(name: str, value: object) -> None:
    wire = a_wire(**{name: value})
    assert is_taken(wire, Attributes) == is_taken(wire, Envelope)


def test_every_type_is_read_with_the_attributes_of_an_envelope() -> None:
    attributes = {*Envelope.__struct_fields__} - {"actor", "receivedat"}
    for kind in KINDS.values():
        assert {*kind.envelope.__struct_fields__} == attributes
        assert {*kind.past_envelope.__struct_fields__} == attributes | {"receivedat"}
