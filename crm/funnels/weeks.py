"""Week by week how many different people a step met: what the line of a season is drawn of."""

from datetime import date, timedelta

import numpy as np
from msgspec import Struct

from campaigns.times import DAY_US, day_start_us
from crm.funnels.codes import NONE, Array
from crm.funnels.columns import Columns
from crm.funnels.definition import Funnel
from crm.funnels.engine import served

WEEKS = 26
"""So many weeks are a season, the present one among them."""
_WEEK_US = 7 * DAY_US


class WeeksTold(Struct, frozen=True):
    """Of one value of a field: different people in all, and in each week.

    Who came in two weeks is counted in both, so the weeks may add up to more.
    """

    value: str
    people: int
    weeks: tuple[int, ...]


def season(today: date) -> tuple[date, date]:
    """The Monday that the weeks begin with, and the day after today."""
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(weeks=WEEKS - 1), today + timedelta(days=1)


def weeks_of(columns: Columns, funnel: Funnel, field: str) -> tuple[WeeksTold, ...]:
    """The first step of a funnel by a field of it, over its period; by value.

    Touchpoints without a value are nobody's.
    """
    from_us, to_us = day_start_us(funnel.from_day), day_start_us(funnel.to_day)
    step = funnel.steps[0]
    met = served(columns, step, from_us, to_us)
    codes = columns.field_codes(step.type, field, met.rows) if len(met.time) else None
    if codes is None:
        return ()
    has = codes != NONE
    codes, person = codes[has].astype(np.int64), met.person[has].astype(np.int64)
    week = (met.time[has] - from_us) // _WEEK_US
    count = -(-(to_us - from_us) // _WEEK_US)
    texts = columns.words[field]
    found = []
    for code in np.unique(codes).tolist():
        own = codes == code
        weeks = _different(week[own], person[own], count)
        people = len(np.unique(person[own]))
        found.append(WeeksTold(texts.text(code) or "", people, weeks))
    return tuple(sorted(found, key=lambda each: each.value))


def _different(week: Array, person: Array, count: int) -> tuple[int, ...]:
    pairs = np.unique(np.stack((week, person)), axis=1)
    return tuple(np.bincount(pairs[0], minlength=count).tolist())
