"""Worked examples of what a funnel counts, one rule each."""

import pytest

from crm.funnels.answers import GroupResult, StepResult
from crm.funnels.touchpoint import Touchpoint

from .samples import compute, counts, funnel, medians_of, people_of, touchpoint

DAY = 86_400


def season(text: str) -> list[Touchpoint]:
    """Touchpoints written `what when; what when; …`; `attended/A1` names the activity."""
    found = []
    for rank, part in enumerate(text.split(";")):
        what, _, when = part.strip().partition(" ")
        name, _, activity = what.partition("/")
        found.append(touchpoint(name, when, {"activity_id": activity or str(rank)}, rank=rank))
    return found


CHAINS = [
    # steps, window, kind, touchpoints, people of each step
    ("one after the other", "attended bought", "30d", "sequential",
     "attended 2026-03-01 10:00; bought 2026-03-01 10:01", [1, 1]),
    ("never back", "attended bought", "30d", "sequential",
     "bought 2026-03-01 09:59; attended 2026-03-01 10:00", [1, 0]),
    ("at equal instants the order of the steps counts", "attended bought trial", "30d",
     "sequential", "trial 2026-03-01 10:00; bought 2026-03-01 10:00; attended 2026-03-01 10:00",
     [1, 1, 1]),
    ("a day may have been after an instant of it", "attended bought", "30d", "sequential",
     "attended 2026-03-01 10:00; bought 2026-03-01", [1, 1]),
    ("a day may have been before an instant of it", "attended bought", "30d", "sequential",
     "attended 2026-03-01; bought 2026-03-01 00:00", [1, 1]),
    ("instants around a day still never go back", "attended bought trial", "30d", "sequential",
     "attended 2026-03-01 10:00; bought 2026-03-01; trial 2026-03-01 09:00", [1, 1, 0]),
    ("days are ordered among each other", "attended bought", "30d", "sequential",
     "attended 2026-03-02; bought 2026-03-01", [1, 0]),
    ("a repeated step needs another touchpoint", "attended attended", "30d", "sequential",
     "attended 2026-03-01 10:00", [1, 0]),
    ("a repeated step is served by another touchpoint", "attended attended", "30d", "sequential",
     "attended 2026-03-01 10:00; attended 2026-03-02 10:00", [1, 1]),
    ("one attendance on two sheets is one", "attended attended", "30d", "sequential",
     "attended/A1 2026-03-01 10:00; attended/A1 2026-03-02 10:00", [1, 0]),
    ("one touchpoint serves one step", "attended attended:activity_id=A2 bought", "30d",
     "sequential", "attended/A2 2026-03-01; bought 2026-03-01 10:00", [1, 0, 0]),
    ("a day is kept for the step that needs it",
     "bought attended attended:activity_id=A2 trial", "30d", "sequential",
     "bought 2026-03-01 09:00; attended/A2 2026-03-01; attended/A3 2026-03-01 10:00;"
     "trial 2026-03-01 11:00", [1, 1, 1, 1]),
    ("an instant is kept for the step that needs it",
     "attended attended:activity_id=A2", "30d", "sequential",
     "attended/A2 2026-03-01 10:00; attended/A3 2026-03-01 10:00", [1, 1]),
    ("a day that served stays taken after an instant of it", "bought attended trial attended",
     "30d", "sequential", "bought 2026-03-01 09:00; attended 2026-03-01; trial 2026-03-01 10:00",
     [1, 1, 1, 0]),
    ("who serves which of several steps at one instant is open",
     "bought attended attended:activity_id=A1 attended:activity_id=A2", "30d", "sequential",
     "bought 2026-03-01 09:00; attended/A1 2026-03-01 10:00; attended/A2 2026-03-01 10:00",
     [1, 1, 1, 0]),
    ("who serves which of several steps in any order is open",
     "bought attended attended:activity_id=A1 attended:activity_id=A2", "30d", "any",
     "bought 2026-03-01 09:00; attended/A1 2026-03-03 10:00; attended/A2 2026-03-02 10:00",
     [1, 1, 1, 0]),
    ("in any order a day may have been after an entry of that day", "bought attended attended",
     "30d", "any", "bought 2026-03-01 10:00; attended 2026-03-01; attended 2026-03-01 11:00",
     [1, 1, 1]),
    ("a window of days runs to the end of its last day", "attended bought", "1d", "sequential",
     "attended 2026-03-01 10:00; bought 2026-03-02 23:59", [1, 1]),
    ("the day after a window of days is outside", "attended bought", "1d", "sequential",
     "attended 2026-03-01 23:59; bought 2026-03-03 00:00", [1, 0]),
    ("a window of hours has its last instant in it", "attended bought", "24h", "sequential",
     "attended 2026-03-01 10:00; bought 2026-03-02 10:00", [1, 1]),
    ("after a window of hours is outside", "attended bought", "24h", "sequential",
     "attended 2026-03-01 10:00; bought 2026-03-02 10:01", [1, 0]),
    ("a day may have been within a window of hours", "attended bought", "24h", "sequential",
     "attended 2026-03-01 10:00; bought 2026-03-02", [1, 1]),
    ("hours count from the end of the day of an entry", "attended bought", "1h", "sequential",
     "attended 2026-03-01; bought 2026-03-02 01:00", [1, 1]),
    ("the window runs from the entry, not from the step before", "attended bought trial", "1d",
     "sequential", "attended 2026-03-01; bought 2026-03-02; trial 2026-03-03", [1, 1, 0]),
    ("any order takes the steps as they come", "attended bought trial", "30d", "any",
     "attended 2026-03-01 10:00; trial 2026-03-02 10:00; bought 2026-03-03 10:00", [1, 1, 1]),
    ("any order needs all steps before", "attended bought trial", "30d", "any",
     "attended 2026-03-01 10:00; trial 2026-03-02 10:00", [1, 0, 0]),
    ("any order counts nothing before the entry", "attended bought", "30d", "any",
     "bought 2026-03-01 09:00; attended 2026-03-01 10:00", [1, 0]),
    ("any order needs a touchpoint for each step", "attended bought bought", "30d", "any",
     "attended 2026-03-01 10:00; bought 2026-03-02 10:00", [1, 1, 0]),
    ("strict bears nothing between two steps", "attended bought", "30d", "strict",
     "attended 2026-03-01 10:00; gift 2026-03-01 11:00; bought 2026-03-01 12:00", [1, 0]),
    ("strict bears what comes at the same instant", "attended bought", "30d", "strict",
     "attended 2026-03-01 10:00; gift 2026-03-01 10:00; gift 2026-03-01 12:00;"
     "bought 2026-03-01 12:00", [1, 1]),
    ("strict bears what comes before and after", "attended bought", "30d", "strict",
     "gift 2026-03-01 09:00; attended 2026-03-01 10:00; bought 2026-03-01 12:00;"
     "gift 2026-03-01 13:00", [1, 1]),
    ("a day breaks strictness when all of it lies between", "attended bought", "30d", "strict",
     "attended 2026-03-01 10:00; gift 2026-03-02; bought 2026-03-03 00:00", [1, 0]),
    ("a day bears strictness when part of it lies outside", "attended bought", "30d", "strict",
     "attended 2026-03-01 10:00; gift 2026-03-02; bought 2026-03-02 23:59", [1, 1]),
    ("a strict step of a day may have been after what else was that day", "attended bought",
     "30d", "strict", "attended 2026-03-01; gift 2026-03-01 11:00; bought 2026-03-02 12:00",
     [1, 1]),
    ("a strict step of a day cannot be on both sides of it", "trial attended bought", "30d",
     "strict", "trial 2026-03-01 09:00; attended 2026-03-01; gift 2026-03-01 11:00;"
     "gift 2026-03-01 12:00; bought 2026-03-01 13:00", [1, 1, 0]),
    ("an attendance written twice breaks no strictness", "bought trial", "30d", "strict",
     "attended/A1 2026-03-01 10:00; bought 2026-03-01 11:00; attended/A1 2026-03-01 12:00;"
     "trial 2026-03-01 13:00", [1, 1]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "window", "kind", "text", "people"),
    [case[1:] for case in CHAINS],
    ids=[case[0] for case in CHAINS],
)
def test_a_chain_reaches_as_far_as_the_rule_says(
    steps: str, window: str, kind: str, text: str, people: list[int]
) -> None:
    assert counts(funnel(steps, window, kind), season(text)) == people
    assert counts(funnel(steps, window, kind), season(text)[::-1]) == people


def test_entries_lie_in_the_period_and_later_steps_need_not() -> None:
    for when, people in (
        ("2026-02-28 23:59", [0, 0]),
        ("2026-03-01 00:00", [1, 1]),
        ("2026-03-31 23:59", [1, 1]),
        ("2026-04-01 00:00", [0, 0]),
        ("2026-04-01", [0, 0]),
    ):
        met = [touchpoint("attended", when), touchpoint("bought", "2026-04-02")]
        assert counts(funnel("attended bought", "60d"), met) == people


def test_an_attendance_before_the_period_takes_the_later_sheet_with_it() -> None:
    sheets = season("attended/A1 2026-02-27 10:00; attended/A1 2026-03-02 10:00")
    assert counts(funnel("attended"), sheets) == [0]


def test_best_tries_every_entry_and_first_only_the_first() -> None:
    met = season("attended 2026-03-01; attended 2026-03-20; bought 2026-03-21 00:00")
    assert counts(funnel("attended bought", "5d", entry="best"), met) == [1, 1]
    assert counts(funnel("attended bought", "5d", entry="first"), met) == [1, 0]


def test_the_first_entry_is_the_first_in_effective_order() -> None:
    day = touchpoint("attended", "2026-03-01", rank=1)
    instant = touchpoint("attended", "2026-03-01 00:00", rank=0)
    bought = touchpoint("bought", "2026-03-02 00:30")
    asked = funnel("attended bought", "1h", entry="first")
    assert counts(asked, [day, instant, bought]) == [1, 0]
    earlier_day = touchpoint("attended", "2026-03-01", rank=-1)
    assert counts(asked, [earlier_day, instant, bought]) == [1, 1]


def test_the_median_runs_from_the_step_before_along_the_latest_entry() -> None:
    met = season(
        "attended 2026-03-01 00:00; attended 2026-03-03 00:00; bought 2026-03-04 00:00;"
        "bought 2026-03-05 00:00; trial 2026-03-08 00:00"
    )
    result = compute(funnel("attended bought trial"), met)
    assert medians_of(result) == [None, DAY, 4 * DAY]
    first = compute(funnel("attended bought trial", entry="first"), met)
    assert medians_of(first) == [None, 3 * DAY, 4 * DAY]


def test_a_longer_chain_of_an_earlier_entry_beats_a_later_entry() -> None:
    met = season(
        "attended 2026-03-01 00:00; trial 2026-03-02 00:00; attended 2026-03-05 00:00;"
        "bought 2026-03-06 00:00"
    )
    result = compute(funnel("attended trial bought"), met)
    assert medians_of(result) == [None, DAY, 4 * DAY]


@pytest.mark.parametrize("rank", [0, 2])
def test_of_entries_at_one_time_the_chain_with_the_earlier_steps_counts(rank: int) -> None:
    met = [
        touchpoint("bought", "2026-03-01 10:00", {"kind": "a"}, rank=rank),
        touchpoint("bought", "2026-03-01 10:00", rank=1),
        touchpoint("bought", "2026-03-01 11:00", {"kind": "a"}, rank=3),
        touchpoint("trial", "2026-03-01 12:00", rank=4),
    ]
    result = compute(funnel("bought bought:kind=a trial"), met)
    assert medians_of(result) == [None, 0, 7200]


def test_a_day_counts_as_its_midnight_and_a_median_is_never_below_zero() -> None:
    later = season("attended 2026-03-01 10:00; bought 2026-03-02")
    assert medians_of(compute(funnel("attended bought"), later)) == [None, 14 * 3600]
    same_day = season("attended 2026-03-01 10:00; bought 2026-03-01")
    assert medians_of(compute(funnel("attended bought"), same_day)) == [None, 0]


def test_of_an_even_number_the_median_is_the_mean_of_the_middle_two() -> None:
    met = [touchpoint("attended", "2026-03-01 10:00:00", person=p) for p in ("P1", "P2", "P3")]
    met.append(touchpoint("bought", "2026-03-01 10:00:10", person="P1"))
    met.append(touchpoint("bought", "2026-03-01 10:00:13", person="P2"))
    assert medians_of(compute(funnel("attended bought"), met)) == [None, 11.5]
    met.append(touchpoint("bought", "2026-03-01 10:09:00", person="P3"))
    median = compute(funnel("attended bought"), met).steps[1].median_seconds
    assert (median, type(median)) == (13, int)


def test_a_step_that_nobody_reached_has_no_median() -> None:
    result = compute(funnel("attended bought"), season("attended 2026-03-01"))
    assert result.steps == (StepResult(1, 1, None), StepResult(2, 0, None))
    assert compute(funnel("attended"), []).steps == (StepResult(1, 0, None),)


def test_a_person_counts_once_and_is_listed_at_each_step_reached() -> None:
    met = [
        touchpoint("attended", f"2026-03-0{day}", person=person)
        for person in ("P1", "P2")
        for day in (1, 2)
    ]
    met.append(touchpoint("bought", "2026-03-03", person="P2"))
    result = compute(funnel("attended bought"), met)
    assert people_of(result) == [2, 1]
    assert result.people == (frozenset({"P1", "P2"}), frozenset({"P2"}))


def test_a_breakdown_takes_the_value_of_the_first_entry() -> None:
    met = [
        touchpoint("attended", "2026-03-01", {"dealer": "D2"}, "P1"),
        touchpoint("attended", "2026-03-05", {"dealer": "D1"}, "P1"),
        touchpoint("bought", "2026-03-06", {"dealer": "D3"}, "P1"),
        touchpoint("attended", "2026-03-01", {"dealer": "D1"}, "P2"),
        touchpoint("attended", "2026-03-01", {}, "P3"),
    ]
    result = compute(funnel("attended bought", by="dealer"), met)
    assert result.groups == (
        GroupResult("D1", (StepResult(1, 1, None), StepResult(2, 0, None))),
        GroupResult("D2", (StepResult(1, 1, None), StepResult(2, 1, DAY))),
        GroupResult(None, (StepResult(1, 1, None), StepResult(2, 0, None))),
    )
    assert compute(funnel("attended bought"), met).groups == ()


def test_a_month_is_that_of_the_shanghai_day() -> None:
    met = [touchpoint("attended", "2026-03-01 00:30")]
    assert compute(funnel("attended", by="month"), met).groups[0].value == "2026-03"


def test_values_of_a_breakdown_are_text() -> None:
    met = [
        touchpoint("bought", "2026-03-01", {"quantity": 2, "gift": False, "influencers": []}, p)
        for p in ("P1", "P2")
    ]
    for by, value in (("quantity", "2"), ("gift", "false"), ("influencers", None)):
        (group,) = compute(funnel("bought", by=by), met).groups
        assert (group.value, group.steps[0].people) == (value, 2)


def test_hundreds_of_touchpoints_of_one_type_are_no_hardship() -> None:
    met = [
        touchpoint("bought", f"2026-03-{day:02}{time}", {"kind": "ab"[rank % 2]}, rank=rank)
        for day in range(1, 29)
        for time in ("", " 09:00", " 10:00")
        for rank in range(3)
    ]
    steps = "bought bought:kind=a bought bought:kind=b bought bought bought:kind=c"
    for kind in ("sequential", "any", "strict"):
        missing = touchpoint("bought", "2026-02-01", {"kind": "c"})
        assert counts(funnel(steps, "60d", kind), [*met, missing]) == [1, 1, 1, 1, 1, 1, 0]
