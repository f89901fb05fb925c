"""Many people at once and every entry by itself lead to the same chains, however time is cut."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.funnels.codes import Array
from crm.funnels.kernel import (
    Entries,
    Served,
    best_of,
    follow_entries,
    follow_people,
    latest_starts,
)

PEOPLE = 7


def _served(dice: np.random.Generator, size: int) -> Served:
    time = np.sort(dice.integers(0, 60, size))
    return Served(time, time, dice.integers(0, PEOPLE, size).astype(np.int32), 0, None, days=False)


def _entries(dice: np.random.Generator, size: int, window: int) -> Entries:
    served = _served(dice, size)
    return Entries(served.person, served.time, served.time + window, np.zeros(size, np.int64))


def _some(entries: Entries, places: Array) -> Entries:
    return Entries(
        entries.person[places], entries.time[places], entries.limit[places], entries.after[places]
    )


@pytest.mark.parametrize("part", [1, 4, 64])
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.lists(st.integers(0, 40), min_size=1, max_size=4),
    st.integers(0, 60),
)
def test_the_best_entry_is_the_same_in_one_pass_and_by_trying_all(
    part: int, seed: int, entries: int, sizes: list[int], window: int
) -> None:
    dice = np.random.default_rng(seed)
    tried = _entries(dice, entries, window)
    steps = [_served(dice, size) for size in sizes]
    found = follow_entries(tried, steps, in_order=True)
    expected = best_of(tried, found)
    with mock.patch("crm.funnels.kernel._PART", part):
        chosen = latest_starts(tried, steps, PEOPLE)
        times = follow_people(_some(tried, chosen), steps, PEOPLE, in_order=True)
    # Of entries at one time either may stand for both: their chains are the same.
    assert tried.person[chosen].tolist() == tried.person[expected].tolist()
    assert times.tolist() == found[:, expected].tolist()
