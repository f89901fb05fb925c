"""The engine equals the written rule tried out in full, on small random seasons."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.times import day_end_us
from crm.funnels.answers import FunnelResult, StepResult, answer
from crm.funnels.definition import ChainKind, EntryRule
from crm.funnels.gathering import columns_of

from .naive_funnel import naive_funnel
from .samples import compute
from .small_seasons import funnels, touchpoints


def plain(result: FunnelResult) -> dict[str, Any]:
    def steps(found: tuple[StepResult, ...]) -> list[tuple[int, int | float | None]]:
        return [(step.people, step.median_seconds) for step in found]

    return {
        "steps": steps(result.steps),
        "groups": {group.value: steps(group.steps) for group in result.groups},
        "people": [set(people) for people in result.people],
    }


@pytest.mark.parametrize("entry", list(EntryRule))
@pytest.mark.parametrize("kind", list(ChainKind))
@given(data=st.data())
def test_counts_medians_groups_and_people_are_those_of_every_chain_tried(
    kind: ChainKind, entry: EntryRule, data: st.DataObject
) -> None:
    season = data.draw(touchpoints(people=2, most=9))
    asked = data.draw(funnels(kind, entry))
    assert plain(compute(asked, season)) == naive_funnel(asked, season)


@pytest.mark.parametrize("kind", list(ChainKind))
@given(data=st.data())
def test_a_crowded_person_has_the_chain_of_every_chain_tried(
    kind: ChainKind, data: st.DataObject
) -> None:
    season = [
        replace(touchpoint, type="activity.attended")
        for touchpoint in data.draw(touchpoints(people=1, most=6))
    ]
    asked = data.draw(funnels(kind, EntryRule.BEST))
    assert plain(compute(asked, season)) == naive_funnel(asked, season)


@given(data=st.data())
def test_the_order_of_arrival_changes_nothing(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(ChainKind))
    asked = data.draw(funnels(kind, data.draw(st.sampled_from(EntryRule))))
    season = data.draw(touchpoints(people=3, most=12))
    shuffled = data.draw(st.permutations(season))
    assert compute(asked, season) == compute(asked, shuffled)


@given(data=st.data())
def test_groups_add_up_to_the_whole(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(ChainKind))
    asked = data.draw(funnels(kind, data.draw(st.sampled_from(EntryRule))))
    result = compute(replace(asked, by="kind"), data.draw(touchpoints(people=4, most=12)))
    for place, step in enumerate(result.steps):
        assert sum(group.steps[place].people for group in result.groups) == step.people
        assert len(result.people[place]) == step.people


@given(st.data())
def test_as_of_a_day_only_what_began_by_its_evening_counts(data: st.DataObject) -> None:
    kind, entry = data.draw(st.sampled_from(ChainKind)), data.draw(st.sampled_from(EntryRule))
    found = data.draw(touchpoints(2, 6))
    asked = data.draw(funnels(kind, entry))
    evening_us = day_end_us(data.draw(st.sampled_from([date(2026, 2, 27), date(2026, 2, 28)])))
    told = answer(asked, columns_of(found).before(evening_us))
    by_then = [each for each in found if each.starts_us < evening_us]
    assert plain(told)["people"] == naive_funnel(asked, by_then)["people"]
