"""Steps, windows and funnels as they are written."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from campaigns.times import parse_instant_us
from crm.funnels.definition import (
    MAXIMUM_STEPS,
    Funnel,
    InvalidFunnel,
    InvalidStep,
    InvalidWindow,
    Step,
    Window,
    WindowUnit,
    parse_step,
    parse_window,
)
from crm.funnels.touchpoint import TOUCHPOINT_TYPES

from .samples import counts, funnel, touchpoint


def test_a_step_is_a_type_and_conditions_in_any_order() -> None:
    step = Step("activity.attended", (("dealer", "D1"), ("kind", "free_clinic")))
    assert parse_step("activity.attended:kind=free_clinic,dealer=D1") == step
    assert parse_step(" activity.attended: dealer = D1 , kind = free_clinic ") == step
    assert parse_step("purchase.made") == Step("purchase.made")


def test_a_step_writes_itself_so_that_it_can_be_read_again() -> None:
    for text in ("purchase.made", "activity.attended:dealer=D1,kind=free_clinic"):
        assert str(parse_step(text)) == text


def test_every_type_of_touchpoint_can_be_a_step() -> None:
    assert len(TOUCHPOINT_TYPES) == 13
    assert [parse_step(name).type for name in TOUCHPOINT_TYPES] == list(TOUCHPOINT_TYPES)


@pytest.mark.parametrize("text", ["", "referral.made", "jinxi.purchase.made.v1", "club.left:a=b"])
def test_an_unknown_type_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(InvalidStep, match=r"is no type of touchpoint; known are activity\.att"):
        parse_step(text)


@pytest.mark.parametrize("condition", ["", "kind", "kind=", "=a", "kind=a,", "Kind=a", "a b=c"])
def test_a_malformed_condition_is_refused(condition: str) -> None:
    with pytest.raises(InvalidStep, match="is no condition: write field=value"):
        parse_step(f"gift.given:{condition}")


def test_a_field_named_twice_is_refused() -> None:
    with pytest.raises(InvalidStep, match="named twice"):
        parse_step("gift.given:item=book,item=towel")


def test_a_condition_compares_as_text() -> None:
    made = touchpoint("bought", "2026-03-01", {"quantity": 2, "first": True, "tags": ["a"]})
    assert counts(funnel("purchase.made:quantity=2,first=true"), [made]) == [1]
    assert counts(funnel("purchase.made:quantity=02"), [made]) == [0]
    assert counts(funnel("purchase.made:first=True"), [made]) == [0]
    assert counts(funnel("purchase.made:first=1"), [made]) == [0]
    assert counts(funnel("purchase.made:tags=a"), [made]) == [0]
    assert counts(funnel("purchase.made:dealer=None"), [made]) == [0]


def test_a_window_is_days_or_hours() -> None:
    assert parse_window("30d") == Window(30, WindowUnit.DAYS)
    assert parse_window("720h") == Window(720, WindowUnit.HOURS)
    assert str(parse_window("720h")) == "720h"


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "1.5h", "30m", "30d 2h", "٣d", "9999999d"])
def test_other_windows_are_refused(text: str) -> None:
    with pytest.raises(InvalidWindow, match="write days as 30d or hours as 720h"):
        parse_window(text)


@pytest.mark.parametrize(
    ("window", "entry", "last"),
    [
        ("1d", "2026-03-01 10:00", "2026-03-02T23:59:59.999999+08:00"),
        ("1d", "2026-03-01", "2026-03-02T23:59:59.999999+08:00"),
        ("0d", "2026-03-01 00:00", "2026-03-01T23:59:59.999999+08:00"),
        ("24h", "2026-03-01 10:00", "2026-03-02T10:00:00+08:00"),
        ("24h", "2026-03-01", "2026-03-03T00:00:00+08:00"),
    ],
)
def test_a_window_ends_with_a_day_or_after_exact_hours(window: str, entry: str, last: str) -> None:
    met = touchpoint("attended", entry)
    ends = parse_window(window).last_instants_us(
        np.array([met.starts_us]), np.array([met.day_precision])
    )
    last_us = int(ends[0])
    assert last_us == parse_instant_us(last)


def test_a_funnel_has_steps_and_a_period_with_a_day_in_it() -> None:
    asked = funnel("attended bought")
    with pytest.raises(InvalidFunnel, match="this one has 0"):
        replace(asked, steps=())
    with pytest.raises(InvalidFunnel, match=f"1 to {MAXIMUM_STEPS} steps"):
        replace(asked, steps=asked.steps * MAXIMUM_STEPS)
    with pytest.raises(InvalidFunnel, match="holds no day"):
        replace(asked, to_day=date(2026, 3, 1))
    with pytest.raises(InvalidFunnel, match="no name of a field"):
        replace(asked, by="dealer; drop")


@pytest.mark.parametrize(
    ("window", "today", "first"),
    [
        ("30d", date(2026, 9, 30), date(2026, 8, 31)),
        ("30d", date(2026, 10, 1), None),
        ("30d", date(2026, 7, 1), date(2026, 6, 2)),
        ("90d", date(2026, 6, 20), date(2026, 6, 2)),
        ("12h", date(2026, 8, 31), date(2026, 8, 31)),
        ("30d", date(2026, 6, 1), None),
    ],
)
def test_who_had_no_whole_window_yet_may_still_go_on(
    window: str, today: date, first: date | None
) -> None:
    steps = (Step("activity.attended"), Step("purchase.made"))
    asked = Funnel(steps, date(2026, 6, 2), date(2026, 9, 1), parse_window(window))
    assert asked.unfinished_from(today) == first
    assert replace(asked, steps=steps[:1]).unfinished_from(today) is None
