"""Few people are not told of: not in their number, and not by taking others off the total."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from crm.funnels import few
from crm.funnels.few import FEWEST, is_few, shown_in, shown_of, words_of
from tests.profiles import examples

Counts = tuple[int, ...]
Groups = list[tuple[str, Counts]]
PLACES = ("1101", "1102", "4201", "4202", "4203")
_FEWEST = 3
"""Of small numbers all that might be can be tried."""


@st.composite
def counts_of_a_group(draw: st.DrawFn, steps: int) -> Counts:
    found = [draw(st.integers(1, 9))]
    for _ in range(steps - 1):
        found.append(max(0, found[-1] - draw(st.sampled_from((0, 1, 2, 3, 4, 9)))))
    return tuple(found)


@st.composite
def breakdowns(draw: st.DrawFn) -> Groups:
    steps = draw(st.integers(1, 3))
    places = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True))
    return [(place, draw(counts_of_a_group(steps))) for place in sorted(places)]


@contextmanager
def small_numbers() -> Iterator[None]:
    with patch.object(few, "FEWEST", _FEWEST):
        yield


def whole(groups: Groups, digits: int) -> Groups:
    names = sorted({value[:digits] for value, _ in groups})
    return [
        (name, tuple(map(sum, zip(*(c for v, c in groups if v[:digits] == name), strict=True))))
        for name in names
    ]


def falling(counts: Counts, told: list[bool], most: int) -> Iterator[Counts]:
    """Whatever a group might be like, with what is told of it."""
    if not counts:
        yield ()
        return
    for first in (counts[0],) if told[0] else range(most + 1):
        if first <= most:
            yield from ((first, *rest) for rest in falling(counts[1:], told[1:], first))


def others(groups: Groups, told: list[list[bool]]) -> Iterator[Groups]:
    """Whatever else there might be, with what is told of groups and of all."""
    (_, total), *_ = whole(groups, 0)
    most = max(counts[0] for _, counts in groups) + _FEWEST
    choices = [
        [(value, each) for each in falling(counts, is_told, most)]
        for (value, counts), is_told in zip(groups, told, strict=True)
    ]
    yield from (list(each) for each in _adding_up(choices, total, shown_of(total)))


def _adding_up(
    choices: list[Groups], total: Counts, told: list[bool]
) -> Iterator[tuple[tuple[str, Counts], ...]]:
    """Without what cannot add up to the total, as far as that is told."""
    if not choices:
        if not any(left for left, may in zip(total, told, strict=True) if may):
            yield ()
        return
    for value, counts in choices[0]:
        left = tuple(a - b for a, b in zip(total, counts, strict=True))
        if min((n for n, may in zip(left, told, strict=True) if may), default=0) >= 0:
            for rest in _adding_up(choices[1:], left, told):
                yield ((value, counts), *rest)


def numbers(groups: Groups) -> dict[tuple[int, str, str, int], int]:
    """Of the groups, of what they are part of, and of all: who reached each step, who stopped."""
    found = {}
    for digits in (0, 2, 4):
        for name, counts in whole(groups, digits):
            for step, (people, further) in enumerate(zip(counts, (*counts[1:], 0), strict=True)):
                found[digits, name, "reached", step] = people
                found[digits, name, "stopped", step] = people - further
    return found


@given(breakdowns(), st.sampled_from(("city", "sex")))
@examples(3)
def test_no_small_number_can_be_computed_from_all_that_is_told(
    groups: Groups, dimension: str
) -> None:
    """Neither who reached a step nor who stopped at it, of a group, of a province, of all."""
    with small_numbers():
        told, above = shown_in(dimension, groups), whole(groups, 2)
        of_provinces = shown_in("province", above) if dimension == "city" else []
        words = words_of(whole(groups, 0)[0][1])
        own = {
            name: people
            for name, people in numbers(groups).items()
            if is_few(people) and (name[0] != 2 or dimension == "city")
        }
        for other in others(groups, told):
            beside = dict(whole(other, 2))
            fits = words_of(whole(other, 0)[0][1]) == words and all(
                not may or beside[name][step] == counts[step]
                for (name, counts), is_told in zip(above, of_provinces, strict=False)
                for step, may in enumerate(is_told)
            )
            if fits:
                found = numbers(other)
                own = {name: n for name, n in own.items() if found[name] == n}
            if not own:
                break
        assert not own


@given(st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_is_told_lies_far_enough_apart(rows: list[list[int]]) -> None:
    """Of each group, of all, and of what is held back of them together."""
    groups = [(str(at), tuple(sorted(row, reverse=True))) for at, row in enumerate(rows)]
    (_, total), *_ = whole(groups, 0)
    told = shown_in("sex", groups)
    is_open = shown_of(total)
    for one in range(3):
        for other in range(one + 1, 4):
            far = [(*counts, 0)[one] - (*counts, 0)[other] for _, counts in groups]
            both = [(*each, True)[one] and (*each, True)[other] for each in told]
            assert not any(is_few(n) for n, may in zip(far, both, strict=True) if may)
            if (*is_open, True)[one] and (*is_open, True)[other]:
                assert not is_few(sum(far))
                assert not is_few(sum(n for n, may in zip(far, both, strict=True) if not may))
                held = [
                    {at for at, each in enumerate(told) if not (*each, True)[end]}
                    for end in (one, other)
                ]
                if not held[0] & held[1]:
                    assert not any(is_few(sum(far[at] for at in each)) for each in held)
    assert all(may <= all_may for each in told for may, all_may in zip(each, is_open, strict=True))


@given(breakdowns())
def test_where_nobody_is_few_everything_is_told(groups: Groups) -> None:
    many = [(value, tuple(each * FEWEST for each in counts)) for value, counts in groups]
    for dimension in ("sex", "city"):
        assert all(map(all, shown_in(dimension, many)))


def test_the_smallest_other_group_is_held_back_with_one_that_is_few() -> None:
    groups = [("北京", (7, 6)), ("武汉", (6, 1)), ("天津", (30, 20))]
    assert shown_in("dealer", groups) == [[True, False], [True, False], [True, True]]
    assert shown_in("dealer", [("北京", (7,)), ("武汉", (1,))]) == [[False], [False]]


def test_who_stopped_between_two_steps_is_not_told_where_they_are_few() -> None:
    """And the next step that lies far enough below is told again."""
    assert words_of((100, 97, 96, 80, 3, 0)) == ["100", "≥96", "≥96", "80", "<5", "0"]
    assert shown_of((100, 100, 95, 94)) == [True, True, True, False]
    groups = [("北京", (300, 298, 290)), ("武汉", (60, 40, 20)), ("天津", (50, 45, 20))]
    assert shown_in("dealer", groups) == [[True, False, True], [True] * 3, [True, False, True]]


def test_of_groups_held_back_at_another_step_none_hides_the_one_of_this_step() -> None:
    """All others are told at the last step: with the total the third would be 18, and 2 stopped."""
    groups = [("北京", (10, 8, 0)), ("天津", (10, 7, 0)), ("武汉", (30, 20, 18))]
    told = shown_in("dealer", groups)
    assert shown_of((50, 35, 18)) == [True] * 3
    assert sum(not each[2] for each in told) > 1


def test_of_five_among_six_no_word_tells_that_one_stopped() -> None:
    assert {words_of((6, n))[1] for n in range(1, 6)} == {"<6"}
    assert {words_of((9, n))[1] for n in range(5, 9)} == {"≥5"}
