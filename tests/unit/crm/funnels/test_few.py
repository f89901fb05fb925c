"""Few people are not told of: not in their number, and not by taking others off the total."""

from collections.abc import Iterator
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from crm.funnels.few import FEWEST, is_few, withheld_from
from tests.profiles import examples

Counts = tuple[int, ...]


@st.composite
def counts_of_a_group(draw: st.DrawFn, steps: int) -> Counts:
    first = draw(st.integers(1, 9))
    found = [first]
    for _ in range(steps - 1):
        found.append(draw(st.integers(0, found[-1])))
    return tuple(found)


@st.composite
def breakdowns(draw: st.DrawFn) -> list[tuple[str, Counts]]:
    steps = draw(st.integers(1, 2))
    places = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4, unique=True))
    return [(place, draw(counts_of_a_group(steps))) for place in sorted(places)]


PLACES = ("1101", "1102", "4201", "4202", "4203")


def whole(groups: list[tuple[str, Counts]], digits: int) -> list[tuple[str, Counts]]:
    names = sorted({value[:digits] for value, _ in groups})
    return [
        (name, tuple(map(sum, zip(*(c for v, c in groups if v[:digits] == name), strict=True))))
        for name in names
    ]


def others(
    groups: list[tuple[str, Counts]], starts: list[int]
) -> Iterator[list[tuple[str, Counts]]]:
    """Whatever else there might be, with what is told of cities and with falling numbers."""
    choices = []
    for start, (value, counts) in zip(starts, groups, strict=True):
        free = [range(0 if step else 1, 14) for step in range(start, len(counts))]
        tails = [counts[:start] + tail for tail in product(*free)]
        falling = [t for t in tails if all(a >= b for a, b in pairwise(t))]
        choices.append([(value, each) for each in falling])
    (_, total), *_ = whole(groups, 0)
    return (list(each) for each in _adding_up(choices, total, groups))


def _adding_up(
    choices: list[list[tuple[str, Counts]]], total: Counts, groups: list[tuple[str, Counts]]
) -> Iterator[tuple[tuple[str, Counts], ...]]:
    """Without what cannot add up to the total; of a total that is few only what stays few."""
    if not choices:
        if all(left == 0 for left in total):
            yield ()
        return
    for value, counts in choices[0]:
        left = tuple(a - b for a, b in zip(total, counts, strict=True))
        if min(left) >= 0:
            for rest in _adding_up(choices[1:], left, groups):
                yield ((value, counts), *rest)


@given(breakdowns())
@examples(3)
def test_no_small_number_can_be_computed_from_all_that_is_told(
    groups: list[tuple[str, Counts]],
) -> None:
    (_, total), *_ = whole(groups, 0)
    starts = withheld_from("city", groups)
    above = whole(groups, 2)
    above_starts = dict(
        zip((name for name, _ in above), withheld_from("province", above), strict=True)
    )
    few = {
        (at, step)
        for at, (_, counts) in enumerate(groups)
        for step, each in enumerate(counts)
        if is_few(each)
    }
    assert all(starts[at] <= step for at, step in few)
    # Where the total itself is few it is not told, and any of 1 to 4 might be it.
    few = {(at, step) for at, step in few if not is_few(total[step])}
    open_cells = set(few)
    for other in others(groups, starts):
        other_above = dict(whole(other, 2))
        fits = all(
            other_above[name][step] == counts[step]
            for name, counts in above
            for step in range(above_starts[name])
        )
        if fits:
            open_cells -= {
                (at, step) for at, step in open_cells if other[at][1][step] != groups[at][1][step]
            }
        if not open_cells:
            break
    assert not open_cells


@given(breakdowns())
def test_where_nobody_is_few_everything_is_told(groups: list[tuple[str, Counts]]) -> None:
    many = [(value, tuple(each * FEWEST for each in counts)) for value, counts in groups]
    assert all(start == len(many[0][1]) for start in withheld_from("sex", many))
    assert all(start == len(many[0][1]) for start in withheld_from("city", many))


def test_the_smallest_other_group_is_held_back_with_one_that_is_few() -> None:
    groups = [("北京", (7, 6)), ("武汉", (6, 1)), ("天津", (30, 20))]
    assert withheld_from("dealer", groups) == [1, 1, 2]
    assert withheld_from("dealer", [("北京", (7,)), ("武汉", (1,))]) == [0, 0]
