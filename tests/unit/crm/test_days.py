"""Which days are due: a clock is believed a week ahead, and what it did wrongly is taken back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crm.outcomes.days import DayEvidence, DayPlan, plan_days

FIRST, TODAY = date(2026, 3, 2), date(2026, 5, 16)
DAY = timedelta(days=1)
EVIDENCE = DayEvidence(FIRST, FIRST, TODAY - DAY, TODAY, None)


def test_the_day_that_is_missing_is_due() -> None:
    assert plan_days(EVIDENCE, TODAY) == DayPlan(TODAY, (TODAY,))
    begun = DayEvidence(FIRST, None, None, TODAY, None)
    assert plan_days(begun, TODAY).reach == tuple(
        FIRST + n * DAY for n in range((TODAY - FIRST).days + 1)
    )
    assert plan_days(DayEvidence(None, None, None, None, None), TODAY) == DayPlan(TODAY)


@pytest.mark.parametrize(("ahead", "doubted"), [(7, False), (8, True), (400, True)])
def test_a_week_ahead_is_believed_and_no_more(ahead: int, doubted: bool) -> None:
    plan = plan_days(replace(EVIDENCE, to=TODAY), TODAY + ahead * DAY)
    assert plan.doubted is doubted
    assert len(plan.reach) == (0 if doubted else ahead)


def test_a_doubted_clock_makes_the_days_that_others_vouch_for() -> None:
    plan = plan_days(replace(EVIDENCE, to=TODAY - 3 * DAY), TODAY + 400 * DAY)
    assert plan.reach == (TODAY - 2 * DAY, TODAY - DAY, TODAY)


def test_what_headquarters_has_confirmed_is_believed() -> None:
    far = TODAY + 400 * DAY
    plan = plan_days(replace(EVIDENCE, confirmed=far), far)
    assert (plan.doubted, plan.reach[-1], len(plan.reach)) == (False, far, 401)


def test_days_after_today_are_taken_back_the_last_first() -> None:
    plan = plan_days(replace(EVIDENCE, to=TODAY + 3 * DAY), TODAY)
    assert plan.take_back == (TODAY + 3 * DAY, TODAY + 2 * DAY, TODAY + DAY)
    assert plan.reach == ()


def test_a_clock_before_everything_takes_nothing_back() -> None:
    assert plan_days(EVIDENCE, date(1970, 1, 1)) == DayPlan(date(1970, 1, 1), doubted=True)
