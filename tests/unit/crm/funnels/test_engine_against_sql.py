"""The engine counts what a database counts, where the rule can be written in SQL."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from crm.funnels.answers import answer
from crm.funnels.definition import ChainKind, EntryRule, parse_step
from crm.funnels.gathering import columns_of

from .samples import people_of
from .small_seasons import funnels, touchpoints
from .sql_funnel import sql_people

SEPARATE = (
    ("activity.attended", "purchase.made", "trial.started"),
    ("activity.attended:kind=a", "activity.attended:kind=b", "purchase.made"),
    ("purchase.made", "activity.attended:kind=b"),
    ("trial.started", "activity.attended", "purchase.made:kind=a", "purchase.made:kind=b"),
)


@given(data=st.data())
def test_people_of_each_step_are_those_that_sql_counts(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from((ChainKind.SEQUENTIAL, ChainKind.ANY)))
    asked = data.draw(funnels(kind, data.draw(st.sampled_from(EntryRule))))
    steps = tuple(map(parse_step, data.draw(st.sampled_from(SEPARATE))))
    asked = replace(asked, steps=steps, by=None)
    season = data.draw(touchpoints(people=5, most=30))
    assert people_of(answer(asked, columns_of(season))) == sql_people(asked, season)
