"""The period that a funnel is held against: the same funnel of another time, watched as long."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec import structs

from campaigns.wording.catalogues import N_
from crm.funnels.definition import InvalidFunnel
from crm.funnels.document import Document

_QUARTER_MONTHS, _YEAR_MONTHS = 3, 12


@dataclass(frozen=True, slots=True)
class Other:
    """The same funnel of another period.

    as_of: the day on whose evening it is looked at, as long after its end as today is after that of
    the period it is compared with. Without, its people would have had the longer time to go on.
    """

    document: Document
    as_of: date


def other_period(document: Document, today: date) -> Other | None:
    """The same funnel of the period that it asks to be held against; None: not compared.

    InvalidFunnel where the days of that period are not said, or are not over before it begins: who
    entered in both would stand on both sides, and a later one cannot be watched for as long.
    """
    if not document.compare:
        return None
    from_day, to_day = document.period(today)
    length = to_day - from_day
    if document.compare == "before":
        first, after = from_day - length, from_day
    elif document.compare == "year":
        first, after = (_months_before(day, _YEAR_MONTHS) for day in (from_day, to_day))
    elif document.compare == "quarter":
        first = _months_before(from_day, _QUARTER_MONTHS)
        # What goes on has as many days behind it; what is over is compared as the whole it is.
        is_whole = to_day <= today and (from_day.day, to_day.day) == (1, 1)
        after = _months_before(to_day, _QUARTER_MONTHS) if is_whole else first + length
    else:
        first, after = _chosen(document, length)
        if after > from_day:
            raise InvalidFunnel(N_("比的那一段要在这一段开始以前结束；要比后来的，就把两段对调"))
    shifted = structs.replace(
        document,
        from_day=first,
        to_day=after,
        last_days=None,
        by=(),
        compare="",
        compare_from=None,
        compare_to=None,
    )
    return Other(shifted, after + (today - to_day))


def _chosen(document: Document, length: timedelta) -> tuple[date, date]:
    """The days that somebody chose; without an end, as many as those they are compared with."""
    first = document.compare_from
    if first is None:
        raise InvalidFunnel(N_("缺了比的那一段从哪天起"))
    after = document.compare_to or first + length
    if after <= first:
        raise InvalidFunnel(N_("比的那一段，“到”在“从”的前面"))
    return first, after


def _months_before(day: date, months: int) -> date:
    """The same day so many months before; where that month is shorter, the day after its last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1) + timedelta(
        days=min(day.day - 1, monthrange(year, month + 1)[1])
    )
