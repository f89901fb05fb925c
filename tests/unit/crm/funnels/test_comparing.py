"""Intervals: known values, and no false precision on few people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.funnels.comparing import difference, rate


def test_the_interval_of_a_rate_is_wilsons() -> None:
    found = rate(81, 263)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_the_interval_of_a_difference_is_newcombes() -> None:
    found = difference(56, 70, 48, 80)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    assert found.is_clear


def test_twelve_people_tell_little() -> None:
    found = difference(4, 6, 2, 6)
    assert found is not None and not found.is_clear
    assert rate(0, 0) is None and difference(1, 2, 0, 0) is None


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_an_interval_holds_its_value_and_turns_with_the_sides(
    whole: int, other: int, data: st.DataObject
) -> None:
    part = data.draw(st.integers(0, whole))
    other_part = data.draw(st.integers(0, other))
    found = difference(part, whole, other_part, other)
    turned = difference(other_part, other, part, whole)
    assert found is not None and turned is not None
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
