"""Week by week how many different people a step met: what the line of a season is drawn of."""

from datetime import date, timedelta

import numpy as np
from msgspec import Struct

from campaigns.times import DAY_US, day_start_us
from crm.funnels.codes import NONE, Array
from crm.funnels.columns import Columns
from crm.funnels.definition import Funnel
from crm.funnels.serving import served

WEEKS = 26
"""So many weeks are a season, the present one among them."""
_WEEK_US = 7 * DAY_US


class WeekCounts(Struct, frozen=True):
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


def weeks_of(columns: Columns, funnel: Funnel, field: str) -> tuple[WeekCounts, ...]:
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
    values, place = np.unique(codes, return_inverse=True)
    people = _different(place, person, len(values))
    weeks = _different(place * count + week, person, len(values) * count).reshape(-1, count)
    texts = columns.words[field]
    found = [
        WeekCounts(texts.text(code) or "", of_all, tuple(of_weeks))
        for code, of_all, of_weeks in zip(
            values.tolist(), people.tolist(), weeks.tolist(), strict=True
        )
    ]
    return tuple(sorted(found, key=lambda each: each.value))


def _different(place: Array, person: Array, places: int) -> Array:
    """How many different people stand at each place."""
    most = int(person.max(initial=0)) + 1
    pairs = np.sort(place * most + person)
    is_new = np.diff(pairs, prepend=-1) != 0
    return np.bincount(pairs[is_new] // most, minlength=places)
