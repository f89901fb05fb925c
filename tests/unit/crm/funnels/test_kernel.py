"""Many people at once and every entry by itself lead to the same chains, however time is cut."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.times import DAY_US
from crm.funnels.codes import Array
from crm.funnels.definition import day_starts_us
from crm.funnels.following import follow_people
from crm.funnels.kernel import NEVER_US, Entries, Served, best_of, follow_entries
from crm.funnels.starting import latest_starts, with_mixed_days

PEOPLE = 7
NOBODY = np.empty(0, np.int64)


def _served(dice: np.random.Generator, size: int) -> Served:
    time = np.sort(dice.integers(0, 60, size))
    return Served(time, time, dice.integers(0, PEOPLE, size).astype(np.int32), 0, None, days=False)


def _with_days(dice: np.random.Generator, size: int, people: int = PEOPLE) -> Served:
    """Some known by their day alone, the others at one of six hours."""
    time = dice.integers(0, 24, size) * (DAY_US // 6)
    by_day = dice.integers(0, 3, size) == 0
    time[by_day] = day_starts_us(time[by_day])
    order = np.argsort(time, kind="stable")
    time, ends = time[order], (time + by_day * (DAY_US - 1))[order]
    person = dice.integers(0, people, size).astype(np.int32)
    return Served(time, ends, person, 0, None, days=bool(by_day.any()))


def _entries(served: Served, window: int, after: Array = NOBODY) -> Entries:
    own = after[served.person] if len(after) else np.zeros(len(served.time), np.int64)
    return Entries(served.person, served.time, served.time + window, own)


@pytest.mark.parametrize("part", [1, 4, 64])
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.lists(st.integers(0, 40), min_size=1, max_size=4),
    st.integers(0, 60),
)
def test_the_best_entry_is_the_same_in_one_pass_and_by_trying_all(
    part: int, seed: int, size: int, sizes: list[int], window: int
) -> None:
    dice = np.random.default_rng(seed)
    entered = _served(dice, size)
    steps = [_served(dice, size) for size in sizes]
    tried = _entries(entered, window)
    found = follow_entries(tried, steps, in_order=True)
    expected = best_of(tried, found)
    with mock.patch.multiple("crm.funnels.kernel", _PART=part, _PARTS=64):
        starts = latest_starts(entered, tried.limit, steps, PEOPLE)
        chosen = np.sort(starts.latest)
        followed = follow_people(entered.only(chosen), steps, PEOPLE, NOBODY, in_order=True)
    assert starts.people.tolist() == followed.people.tolist() == sorted({*tried.person.tolist()})
    assert tried.time[starts.first].tolist() == [
        tried.time[tried.person == person].min() for person in starts.people
    ]
    assert starts.length.tolist() == (found[:, expected] < NEVER_US).sum(axis=0).tolist()
    # Of entries at one time either may stand for both: their chains are the same.
    limit = tried.limit[starts.latest]
    assert followed.times(limit).tolist() == found[:, expected].tolist()


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("part", [1, 4, 64])
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.lists(st.integers(0, 40), min_size=1, max_size=4),
    st.integers(0, 9),
    st.booleans(),
)
def test_the_first_entry_leads_where_it_leads_by_itself_with_days_among_the_instants(
    part: int, in_order: bool, seed: int, size: int, sizes: list[int], hours: int, crowded: bool
) -> None:
    dice = np.random.default_rng(seed)
    entered = _with_days(dice, size)
    steps = [_with_days(dice, size) for size in sizes]
    after = dice.integers(0, 2, PEOPLE) if crowded else NOBODY
    window = hours * DAY_US // 6
    people, first = np.unique(entered.person, return_index=True)
    alone = _entries(entered.only(np.sort(first)), window, after)
    expected = follow_entries(alone, steps, in_order=in_order)[:, np.argsort(alone.person)]
    with mock.patch.multiple("crm.funnels.kernel", _PART=part, _PARTS=64):
        found = follow_people(entered, steps, PEOPLE, after, in_order=in_order)
    assert found.people.tolist() == people.tolist()
    assert found.entries.tolist() == first.tolist()
    assert found.times(found.entered + window).tolist() == expected.tolist()


def _mixed(line: list[Served]) -> set[int]:
    kinds: dict[tuple[int, int], set[bool]] = {}
    for served in line:
        for time, end, person in zip(served.time, served.ends, served.person, strict=True):
            day = int(day_starts_us(np.asarray([time]))[0])
            kinds.setdefault((int(person), day), set()).add(bool(end > time))
    return {person for (person, _), of_day in kinds.items() if len(of_day) > 1}


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_a_day_is_mixed_that_holds_an_instant_and_what_is_known_by_the_day_alone(
    seed: int, sizes: list[int]
) -> None:
    dice = np.random.default_rng(seed)
    line = [_with_days(dice, size) for size in sizes]
    assert set(np.flatnonzero(with_mixed_days(line, PEOPLE)).tolist()) == _mixed(line)


@pytest.mark.parametrize("part", [1, 4, 64])
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(0, 4))
def test_who_has_no_mixed_day_is_followed_from_the_best_entry_in_one_pass(
    part: int, seed: int, count: int, hours: int
) -> None:
    dice = np.random.default_rng(seed)
    # Of many people the windows of some are over while those of earlier entries are still open.
    people, size = 40, 60
    entered = _with_days(dice, size, people)
    steps = [_with_days(dice, int(few), people) for few in dice.integers(0, size, count)]
    # Whose day alone is known has until its end.
    limit = entered.ends + hours * DAY_US // 6
    tried = Entries(entered.person, entered.time, limit, np.zeros(size, np.int64))
    found = follow_entries(tried, steps, in_order=True)
    expected = best_of(tried, found)
    with mock.patch.multiple("crm.funnels.kernel", _PART=part, _PARTS=64):
        starts = latest_starts(entered, limit, steps, people)
        chosen = np.sort(starts.latest)
        followed = follow_people(entered.only(chosen), steps, people, NOBODY, in_order=True)
    times = followed.times(limit[starts.latest])
    plain = ~with_mixed_days([entered, *steps], people)[starts.people]
    assert times[:, plain].tolist() == found[:, expected][:, plain].tolist()
    assert limit[starts.latest][plain].tolist() == limit[expected][plain].tolist()
