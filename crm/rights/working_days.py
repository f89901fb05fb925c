"""The law's working days in China: holidays, the days moved for them, and how far they are known.

Each autumn the State Council says which days of the next year are off and which weekends are worked
for them; the library `holidays` knows what it has said since 2001. For a year of which nothing has
been said yet it knows the days that the law itself makes holidays, and no worked weekends. A day
that was counted through such a year is provisional.
"""

from datetime import date, timedelta
from functools import cache

from holidays import HolidayBase, country_holidays

_BORROWED = timedelta(days=7)
"""New Year's holiday may be paid for with a weekend of the December before."""


def after(day: date, count: int) -> date:
    """The last of so many working days; the day itself is not counted."""
    while count:
        day += timedelta(days=1)
        count -= _of_year(day.year).is_working_day(day)
    return day


def is_provisional(first: date, last: date) -> bool:
    """Whether these days reach into a year of which the State Council has said nothing yet."""
    years = range(first.year, (last + _BORROWED).year + 1)
    return not all(_is_announced(year) for year in years)


@cache
def _of_year(year: int) -> HolidayBase:
    # The neighbours too: a weekend worked for New Year's Day lies in the year before.
    return country_holidays("CN", years=range(year - 1, year + 2))


@cache
def _is_announced(year: int) -> bool:
    """No year has gone without a worked weekend since they began."""
    return any(day.year == year for day in _of_year(year).weekend_workdays)
