"""Instants, Shanghai days and the effective order: the only place that does arithmetic on time.

An instant is an `int` of microseconds since 1970-01-01T00:00Z (`…_us`); a day is a `date` in
China, which has been at UTC+8 without summer time since 1992.
"""

from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
_OFFSET_US = 8 * 3_600 * SECOND_US
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

OrderKey = tuple[int, int, str, str]
"""Effective order of an event: (start of its time in µs, sequence, source, id)."""


def instant_us(moment: datetime) -> int:
    """Microseconds since the epoch of a datetime that carries its zone."""
    return (moment - _EPOCH) // _MICROSECOND


def parse_instant_us(text: str) -> int:
    """Microseconds since the epoch of an RFC 3339 time; ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {text!r}")
    return instant_us(moment)


def moment_of(at_us: int) -> datetime:
    """The instant as an aware datetime in Shanghai."""
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(SHANGHAI)


def rfc3339(at_us: int) -> str:
    """The instant as RFC 3339 in Shanghai time, e.g. 2026-05-03T09:12:00+08:00."""
    return moment_of(at_us).isoformat()


def shanghai_day(at_us: int) -> date:
    """The Shanghai day that holds the instant."""
    return date.fromordinal((at_us + _OFFSET_US) // DAY_US + _EPOCH_ORDINAL)


def day_start_us(day: date) -> int:
    """The first instant of a Shanghai day."""
    return (day.toordinal() - _EPOCH_ORDINAL) * DAY_US - _OFFSET_US


def day_end_us(day: date) -> int:
    """The first instant after a Shanghai day: periods are half open."""
    return day_start_us(day) + DAY_US
