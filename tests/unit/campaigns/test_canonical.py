"""Canonical JSON: the fast way and the full algorithm give the same bytes."""

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from campaigns.canonical import canonical_json, plain_canonical_json

_SAFE = st.integers(1 - 2**53, 2**53 - 1)
_SCALARS = (
    st.none()
    | st.booleans()
    | _SAFE
    | st.text(max_size=6)
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_bytes_are_those_of_the_full_algorithm(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ({"n": 1.0}, b'{"n":1}'),
        ({"n": 1e21}, b'{"n":1e+21}'),
        # By UTF-16 units the face comes first, by code points it would come last.
        ({"\ue000": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ue000":1}'.encode()),
        ({"n": 2**53}, b'{"n":9007199254740992}'),
        ({"n": -(2**60)}, b'{"n":-1152921504606847000}'),
    ],
)
def test_numbers_and_the_order_of_keys_are_those_of_ecmascript(value: Any, expected: bytes) -> None:
    assert canonical_json(value) == expected


def test_what_json_cannot_hold_is_an_error() -> None:
    with pytest.raises(ValueError, match="nan"):
        canonical_json({"n": float("nan")})


def test_the_plain_way_is_the_same_for_plain_values() -> None:
    value: dict[str, Any] = {"编号": "甲", "b": [1, {"z": None, "a": False}]}
    assert plain_canonical_json(value) == rfc8785.dumps(value)
