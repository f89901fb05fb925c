"""What is drawn and written of few people, for who may not see names."""

from itertools import product

import pytest

from crm.funnels.few import is_few
from crm.funnels.money import Costs
from crm.funnels.report import GroupCounts, Report, StepCounts
from crm.web.view.funnel_breakdowns import WHAT_GROUPS_COST, breakdowns_of
from crm.web.view.funnel_compared import against
from crm.web.view.funnel_money import money_lines, money_of
from crm.web.view.funnel_view import Viewer, bars_of, step_most_left, table_rows

STEPS = ("activity.attended", "trial.started")


def viewer(*, names: bool) -> Viewer:
    return Viewer("zh-CN", names, names, "step=activity.attended")


def report(groups: dict[str, tuple[int, int]]) -> Report:
    whole = [sum(pair[at] for pair in groups.values()) for at in (0, 1)]
    steps = tuple(
        StepCounts(name, people, 0, 60.0 * people, 60.0 * people, 60.0 * people, 7_700 * people)
        for name, people in zip(STEPS, whole, strict=True)
    )
    told = tuple(GroupCounts(name, pair, 7_700 * pair[0]) for name, pair in groups.items())
    return Report(steps, {"dealer": told}, None, 0, 0, (), 0, 0, 0)


@pytest.mark.parametrize("few", [(3, 2), (3, 1), (4, 1)])
def test_of_few_nothing_is_drawn_or_written_that_tells_how_many(few: tuple[int, int]) -> None:
    """Whatever stands there is the same for any few people."""

    def shown(pair: tuple[int, int]) -> object:
        told = report({"D01": pair})
        market = viewer(names=False)
        bars = bars_of(told, market, against(told, told, market))
        money = money_of(told, Costs(1, 0, 90_000), market)
        assert money is not None
        return bars, table_rows(bars), money_lines(money, []), list(breakdowns_of(told, market))

    assert shown(few) == shown((2, 1))
    assert bars_of(report({"D01": few}), viewer(names=True))[0].people == few[0]


def test_a_group_of_few_is_no_bar_and_comes_out_by_no_subtraction() -> None:
    told = report({"D01": (40, 30), "D02": (8, 7), "D03": (8, 1)})
    (market,) = breakdowns_of(told, viewer(names=False))
    texts = {
        each.word: (each.counts, each.shares[1], each.rate, each.spent_fen)
        for each in market.groups
    }
    assert texts["D01"][0] == ("40", "30")
    for word in ("D02", "D03"):
        assert texts[word] == (("8", "隐去"), 0, None, None)
    (office,) = breakdowns_of(told, viewer(names=True))
    assert [each.counts for each in office.groups] == [("40", "30"), ("8", "7"), ("8", "1")]
    assert not office.withheld and market.withheld
    rates = {each.word: [rate and rate.text for rate in each.rates] for each in market.groups}
    assert rates == {"D01": [None, "75%"], "D02": [None, None], "D03": [None, None]}


def test_a_group_says_what_was_bought_for_a_yuan_where_all_of_it_is_known() -> None:
    told = report({"D01": (40, 30), "D02": (30, 20), "D03": (40, 20)})
    known, partly = Costs(2, 0, 1_540_000), Costs(2, 1, 900)
    costs = {"dealer": {"D01": known, "D02": partly}}
    (market,) = breakdowns_of(told, viewer(names=False), costs=costs)
    assert market.has_costs and WHAT_GROUPS_COST in market.notes
    assert {each.word: (each.cost_fen, each.bought_per_yuan) for each in market.groups} == {
        "D01": (1_540_000, 20),
        "D02": (None, None),
        "D03": (None, None),
    }
    few = report({"D01": (40, 30), "D02": (8, 7), "D03": (8, 1)})
    (hidden,) = breakdowns_of(few, viewer(names=False), costs={"dealer": {"D02": known}})
    amounts = {each.word: (each.cost_fen, each.bought_per_yuan) for each in hidden.groups}
    assert amounts["D02"] == (1_540_000, None)
    (plain,) = breakdowns_of(told, viewer(names=False))
    assert not plain.has_costs and WHAT_GROUPS_COST not in plain.notes


def test_whoever_sees_no_names_is_told_of_no_group_of_few() -> None:
    for pairs in product([(1, 0), (6, 2), (9, 9)], repeat=3):
        told = report(dict(zip(("D01", "D02", "D03"), pairs, strict=True)))
        for breakdown in breakdowns_of(told, viewer(names=False)):
            counts = [text for group in breakdown.groups for text in group.counts]
            assert not any(text.isdecimal() and is_few(int(text)) for text in counts)


def test_where_one_step_is_of_few_what_is_spent_is_told_of_none() -> None:
    steps = tuple(
        StepCounts(name, people, 0, None, None, None, 138_600)
        for name, people in zip(STEPS, (60, 2), strict=True)
    )
    told = Report(steps, {}, None, 0, 0, (), 0, 0, 0)
    market = money_of(told, Costs(1, 0, 90_000), viewer(names=False))
    office = money_of(told, Costs(1, 0, 90_000), viewer(names=True))
    assert market is not None and office is not None
    assert [(row.spent, row.spent_each) for row in market.rows] == [(None, None)] * 2
    assert market.rows[0].cost_each == 1_500
    assert [row.spent for row in office.rows] == [138_600, 138_600]


def test_a_group_is_compared_with_no_rest_that_is_few() -> None:
    """Beijing and Wuhan are held back; Tianjin's difference would tell that two of 32 bought."""
    told = report({"D01": (23, 0), "D02": (20, 1), "D03": (12, 1)})
    (market,) = breakdowns_of(told, viewer(names=False))
    assert {each.sure for each in market.groups} == {""}
    (office,) = breakdowns_of(told, viewer(names=True))
    assert all(each.sure for each in office.groups)


def test_after_which_step_most_stopped_is_told_of_what_is_told_alone() -> None:
    market, office = viewer(names=False), viewer(names=True)
    for held in range(16, 20):
        assert step_most_left(market.shown_steps((20, held, 13))) == 1
    assert step_most_left(office.shown_steps((20, 19, 13))) == 2
    assert step_most_left(market.shown_steps((100, 90, 60, 55))) == 2
