"""The season week by week: different people of each value, and what a line may tell of few."""

from datetime import date, timedelta
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from crm.funnels.few import FEWEST, is_few
from crm.funnels.own_copy import Lent, own_copy
from crm.funnels.report import Question, report_of
from crm.funnels.weeks import WEEKS, WeeksTold, season
from crm.web.view.funnel_view import Viewer
from crm.web.view.season_lines import season_document, season_lines

TODAY = date(2026, 11, 25)
FIRST, AFTER = season(TODAY)
OFFICE = Viewer("zh-CN", names=True, lists=True, query="")
MARKET = Viewer("zh-CN", names=False, lists=False, query="")


def came(days: list[tuple[int, str]]) -> bytes:
    """A row of a copy: on which days of the season its person came to which activity."""
    history: list[dict[str, Any]] = [
        {
            "type": "activity.attended",
            "time": f"{FIRST + timedelta(days=day)}T09:00:00+08:00",
            "timeprecision": "second",
            "activity_id": name,
        }
        for day, name in days
    ]
    return orjson.dumps({"history": history})


def weeks(*people: list[tuple[int, str]]) -> dict[str, WeeksTold]:
    kinds = (("L1", "lecture"), ("L2", "lecture"), ("L3", "lecture"), ("P1", "promotion"))
    lent: list[Lent] = [(name, {"kind": kind, "dealer": "D1"}) for name, kind in kinds]
    own = own_copy(((f"k{n}", came(days)) for n, days in enumerate(people)), lent, 0)
    question = Question(season_document(TODAY), TODAY, weeks_by="kind")
    found = report_of(question, own.columns, own.attributes, own.standing).weeks
    return {each.value: each for each in found}


def test_the_season_is_whole_weeks_and_the_one_that_goes_on() -> None:
    assert FIRST.weekday() == 0 and AFTER - timedelta(days=1) == TODAY
    assert (AFTER - FIRST).days == (WEEKS - 1) * 7 + TODAY.weekday() + 1
    assert len(weeks([(0, "L1")])["lecture"].weeks) == WEEKS


def test_somebody_counts_once_a_week_and_once_in_all() -> None:
    twice = [(0, "L1"), (6, "L2"), (7, "L3")]
    found = weeks(twice, [(1, "L1")], [(8, "P1")], [(-1, "P1")])
    assert (found["lecture"].people, found["lecture"].weeks[:3]) == (2, (2, 1, 0))
    assert (found["promotion"].people, found["promotion"].weeks[:3]) == (1, (0, 1, 0))


def test_without_a_season_there_are_no_lines() -> None:
    assert weeks([]) == {}
    assert season_lines((), "kind", TODAY, OFFICE) == []


def test_a_line_leads_to_the_lists_behind_its_numbers() -> None:
    told = WeeksTold("free_clinic", 7, (0, 3, 5, *[0] * (WEEKS - 3)))
    (line,) = season_lines([told], "kind", TODAY, OFFICE)
    assert (line.word, line.told, line.most) == ("大型义诊", "7", "5")
    assert f"from={FIRST}&last={TODAY}" in line.href and "kind%3Dfree_clinic" in line.href
    monday = FIRST + timedelta(weeks=2)
    assert f"from={monday}&last={monday + timedelta(days=6)}" in line.most_href
    assert "大型义诊" in line.alt and "5 人" in line.alt
    assert len(line.runs) == 1 and len(line.runs[0].split()) == WEEKS


def test_a_dealer_of_few_people_has_no_line_for_who_sees_no_names() -> None:
    few, many = (
        WeeksTold("D1", 4, (4, *[0] * (WEEKS - 1))),
        WeeksTold("D2", 60, (30, 30, *[0] * (WEEKS - 2))),
    )
    open_few, open_many = season_lines([few, many], "dealer", TODAY, OFFICE)
    assert open_few.runs and open_many.runs
    hidden, told = season_lines([few, many, WeeksTold("D3", 9, (9,))], "dealer", TODAY, MARKET)[:2]
    assert hidden.told == "<5" and not hidden.runs and not hidden.dots and not hidden.most
    assert "4" not in hidden.alt
    assert told.told == "60" and told.runs and not told.href and not told.most_href


_COUNTS = st.lists(st.integers(0, 12), min_size=WEEKS, max_size=WEEKS).map(tuple)


@given(_COUNTS)
def test_no_week_of_few_people_is_drawn_nor_given_away_by_the_others(
    counts: tuple[int, ...],
) -> None:
    people = sum(counts)
    (line,) = season_lines([WeeksTold("D1", people, counts)], "dealer", TODAY, MARKET)
    drawn = sum(len(run.split()) for run in line.runs) + len(line.dots)
    if 0 < people < FEWEST:
        assert not drawn
    assert drawn <= sum(not is_few(n) for n in counts)
    if any(map(is_few, counts)):
        # One alone could be told from the sum of all: at least five people are held back.
        assert drawn < len(counts)
