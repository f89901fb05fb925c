"""What differs: groups against all others, and how the difference of two periods comes about."""

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from crm.funnels.comparing import difference
from crm.funnels.differing import differing, explaining
from crm.funnels.few import shown_in, shown_of
from crm.funnels.report import GroupCounts, Report, StepCounts

Counts = dict[str, tuple[int, int]]
"""Of each group who stood there, and who went on."""

COUNTS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (max(pair), min(pair))),
    min_size=1,
)


def report(groups: Counts) -> Report:
    whole = [sum(pair[at] for pair in groups.values()) for at in (0, 1)]
    steps = tuple(StepCounts(f"s{n}", n, 0, None, None, None) for n in whole)
    told = tuple(GroupCounts(name, pair) for name, pair in groups.items())
    return Report(steps, {"city": told}, None, 0, 0, (), 0, 0, 0)


@given(COUNTS, st.booleans())
def test_each_group_is_held_against_all_the_others(groups: Counts, names: bool) -> None:
    found = {each.value: each for each in differing(report(groups), 1, names=names)}
    told = shown_in("city", list(groups.items()))
    for is_told, (name, (people, went_on)) in zip(told, groups.items(), strict=True):
        others = sum(p for n, (p, _) in groups.items() if n != name)
        others_on = sum(o for n, (_, o) in groups.items() if n != name)
        counts = (people, went_on, others, others_on)
        gap = difference(went_on, people, others_on, others)
        may = all((*is_told, *shown_of((others, others_on))))
        if gap is None or not (names or may):
            assert name not in found
        else:
            each = found[name]
            assert (each.people, each.went_on, each.others, each.others_went_on) == counts
            assert each.gap == gap


@given(COUNTS)
def test_what_is_clear_comes_first_and_the_widest_before_others(groups: Counts) -> None:
    found = list(differing(report(groups), 1, names=True))
    assert [each.gap.is_clear for each in found] == sorted(
        (each.gap.is_clear for each in found), reverse=True
    )
    widths = [abs(each.gap.value) for each in found if each.gap.is_clear]
    assert widths == sorted(widths, reverse=True)


@given(COUNTS, COUNTS)
def test_who_came_and_how_they_went_on_add_up_to_the_difference(now: Counts, then: Counts) -> None:
    found = list(explaining(report(now), report(then), 1))
    rates = [_rate(list(each.values())) for each in (now, then)]
    if rates[0] is None or rates[1] is None:
        assert not found
        return
    (each,) = found
    assert math.isclose(each.mix + each.within, rates[0] - rates[1], abs_tol=1e-12)


def _rate(pairs: Sequence[tuple[int, int]]) -> float | None:
    people = sum(pair[0] for pair in pairs)
    return sum(pair[1] for pair in pairs) / people if people else None


@given(COUNTS, COUNTS, st.data())
def test_whoever_is_left_out_of_the_two_rates_is_left_out_of_what_explains_them(
    now: Counts, then: Counts, data: st.DataObject
) -> None:
    whole, left = [], []
    for groups in (now, then):
        out = {n: data.draw(st.integers(0, people - on)) for n, (people, on) in groups.items()}
        told = report(groups)
        cities = tuple(
            structs.replace(each, earlier=(out[each.value or ""], 0))
            for each in told.groups["city"]
        )
        first = structs.replace(told.steps[0], earlier=sum(out.values()))
        told = structs.replace(told, steps=(first, *told.steps[1:]), groups={"city": cities})
        whole.append(told)
        left.append([(people - out[n], on) for n, (people, on) in groups.items()])
    found = list(explaining(whole[0], whole[1], 1, leaves_out=True))
    rates = [_rate(each) for each in left]
    if rates[0] is None or rates[1] is None:
        assert not found
        return
    (each,) = found
    assert math.isclose(each.mix + each.within, rates[0] - rates[1], abs_tol=1e-12)


def test_where_every_group_went_on_as_before_all_comes_from_who_came() -> None:
    now, then = {"a": (10, 5), "b": (30, 3)}, {"a": (30, 15), "b": (10, 1)}
    (each,) = explaining(report(now), report(then), 1)
    assert math.isclose(each.within, 0, abs_tol=1e-12)
    assert math.isclose(each.mix, 8 / 40 - 16 / 40, abs_tol=1e-12)
