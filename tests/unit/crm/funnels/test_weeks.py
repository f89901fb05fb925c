"""The season week by week: different people of each value, and what a line may tell of few."""

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.wording.days import date_text
from crm.funnels.few import FEWEST, is_few
from crm.funnels.own_copy import Lent, own_copy
from crm.funnels.report import Question, report_of
from crm.funnels.weeks import WEEKS, WeekCounts, season
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


def weeks(*people: list[tuple[int, str]]) -> dict[str, WeekCounts]:
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
    told = WeekCounts("free_clinic", 7, (0, 3, 5, *[0] * (WEEKS - 3)))
    (line,) = season_lines([told], "kind", TODAY, OFFICE)
    assert (line.word, line.count_text, line.most) == ("大型义诊", "7", "5")
    assert f"from={FIRST}&last={TODAY}" in line.href and "kind%3Dfree_clinic" in line.href
    monday = FIRST + timedelta(weeks=2)
    assert f"from={monday}&last={monday + timedelta(days=6)}" in line.most_href
    assert "大型义诊" in line.alt and "5 人" in line.alt
    assert line.most_on == date_text(monday, "zh-CN") == f"{monday.month}月{monday.day}日"


def test_the_week_that_goes_on_stands_apart_and_makes_no_line_fall() -> None:
    """On a Monday nobody has come yet in the running week: that is no end of the season."""
    told = WeekCounts("free_clinic", 9, (*[9] * (WEEKS - 1), 0))
    (line,) = season_lines([told], "kind", TODAY, OFFICE)
    (run,) = line.runs
    heights = {point.partition(",")[2] for point in run.split()}
    assert len(run.split()) == WEEKS - 1 and len(heights) == 1
    assert line.running is not None and str(line.running[1]) not in heights
    assert line.ends == (date_text(FIRST, "zh-CN"), date_text(TODAY, "zh-CN"))
    assert "没过完" in line.alt


@pytest.mark.parametrize(
    ("before", "lately", "is_behind"),
    [(40, 30, True), (40, 31, False), (8, 0, True), (4, 0, False), (10, 20, False), (0, 0, False)],
)
def test_who_has_a_quarter_less_in_the_last_weeks_that_are_over_is_behind(
    before: int, lately: int, is_behind: bool
) -> None:
    """Five people at least: of few a quarter is soon gone."""
    weeks = (60, *[0] * (WEEKS - 10), before, 0, 0, 0, lately, 0, 0, 0, 99)
    (line,) = season_lines([WeekCounts("D1", 99, weeks)], "dealer", TODAY, OFFICE)
    assert len(weeks) == WEEKS
    assert line.is_behind == is_behind
    assert line.trend == f"前 4 周 {lately} 人次，再前 4 周 {before} 人次"


def test_who_sees_no_names_hears_of_no_trend_that_has_a_week_of_few() -> None:
    weeks = (60, *[0] * (WEEKS - 10), 20, 0, 0, 0, 3, 0, 0, 0, 0)
    (line,) = season_lines([WeekCounts("D1", 83, weeks)], "dealer", TODAY, MARKET)
    assert not line.trend and not line.is_behind


def test_a_dealer_without_anybody_has_its_line_and_one_without_a_contract_is_said_so() -> None:
    told = WeekCounts("D2", 9, (9, *[0] * (WEEKS - 1)))
    for viewer in (OFFICE, MARKET):
        empty, gone = season_lines([told], "dealer", TODAY, viewer, {}, {"D1"})
        assert (empty.value, empty.count_text, empty.without_contract) == ("D1", "0", False)
        assert "没有人到场" in empty.alt and not empty.runs and not empty.running
        assert (gone.value, gone.without_contract) == ("D2", True)


def test_a_dealer_of_few_people_has_no_line_for_who_sees_no_names() -> None:
    few, many = (
        WeekCounts("D1", 4, (4, *[0] * (WEEKS - 1))),
        WeekCounts("D2", 60, (30, 30, *[0] * (WEEKS - 2))),
    )
    open_few, open_many = season_lines([few, many], "dealer", TODAY, OFFICE)
    assert open_few.runs and open_many.runs
    hidden, told = season_lines([few, many, WeekCounts("D3", 9, (9,))], "dealer", TODAY, MARKET)[:2]
    assert hidden.count_text == "<5" and not hidden.runs and not hidden.dots and not hidden.most
    assert "4" not in hidden.alt
    assert told.count_text == "60" and told.runs and not told.href and not told.most_href


_COUNTS = st.lists(st.integers(0, 12), min_size=WEEKS, max_size=WEEKS).map(tuple)


@given(_COUNTS)
def test_no_week_of_few_people_is_drawn_nor_given_away_by_the_others(
    counts: tuple[int, ...],
) -> None:
    people = sum(counts)
    (line,) = season_lines([WeekCounts("D1", people, counts)], "dealer", TODAY, MARKET)
    drawn = sum(len(run.split()) for run in line.runs) + len(line.dots)
    drawn += line.running is not None
    if 0 < people < FEWEST:
        assert not drawn
    assert drawn <= sum(not is_few(n) for n in counts)
    if any(map(is_few, counts)):
        # One alone could be told from the sum of all: at least five people are held back.
        assert drawn < len(counts)
