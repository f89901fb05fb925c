"""Numbers, rates, times and masks as people read them."""

from datetime import date

import pytest

from campaigns.wording.days import day_text
from crm.web.view.formats import (
    duration_text,
    number_text,
    rate_text,
)


def test_a_day_is_read_with_its_weekday_and_another_year_with_the_year() -> None:
    day = date(2026, 5, 3)
    assert day_text(day, "zh-CN") == "5月3日 周日"
    assert day_text(day, "zh-TW") == "5月3日 週日"
    assert day_text(day, "en") == "Sun 3 May"
    assert day_text(day, "zh-CN", date(2027, 1, 1)) == "2026年5月3日"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, None), (0, 7, "0%"), (7, 7, "100%"), (1, 3, "33%"), (2, 3, "67%"), (7, 200, "3.5%")],
)
def test_a_rate_is_rounded_and_small_ones_have_a_decimal(
    part: int, whole: int, text: str | None
) -> None:
    assert rate_text(part, whole) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, None),
        (0, "当天"),
        (1, "1秒"),
        (59, "59秒"),
        (90, "1.5分钟"),
        (7_200, "2小时"),
        (1_468_800, "17天"),
    ],
)
def test_a_time_is_told_in_its_largest_unit(seconds: int | None, text: str | None) -> None:
    assert duration_text(seconds, "zh-CN") == text


def test_thousands_are_separated_in_numbers() -> None:
    assert number_text(1234567) == "1,234,567"
