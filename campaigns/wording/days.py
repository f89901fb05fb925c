"""Days as people read them."""

import re
from datetime import date
from functools import cache

from babel import Locale
from babel.dates import format_date

from campaigns.wording.languages import Language

_PATTERNS: dict[Language, str] = {"zh-CN": "M月d日 EEE", "zh-TW": "M月d日 EEE", "en": "EEE d MMM"}
_YEAR_PATTERNS: dict[Language, str] = {
    "zh-CN": "y年M月d日",
    "zh-TW": "y年M月d日",
    "en": "d MMM y",
}
_DATE_PATTERNS: dict[Language, str] = {"zh-CN": "M月d日", "zh-TW": "M月d日", "en": "d MMM"}
_MONTH_PATTERNS: dict[Language, str] = {"zh-CN": "y年M月", "zh-TW": "y年M月", "en": "MMMM y"}
_DAY, _MONTH = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d")


def day_text(day: date, language: Language, today: date | None = None) -> str:
    """`5月3日 周六`; with its year when that is not the year of `today`."""
    patterns = _PATTERNS if today is None or day.year == today.year else _YEAR_PATTERNS
    return _formatted(day, patterns, language)


def date_text(day: date, language: Language) -> str:
    """`5月3日`: for a day of these months of which the weekday tells nothing."""
    return _formatted(day, _DATE_PATTERNS, language)


def whole_day_text(day: date, language: Language) -> str:
    """`2026年5月3日`: for what is taken away, or read in another year."""
    return _formatted(day, _YEAR_PATTERNS, language)


def month_text(day: date, language: Language) -> str:
    """`2026年5月`."""
    return _formatted(day, _MONTH_PATTERNS, language)


def said_day(text: str, language: Language) -> str:
    """A day or a month as events write it, `2026-05-03` or `2026-05`, in words; else as it is."""
    try:
        if _DAY.fullmatch(text):
            return whole_day_text(date.fromisoformat(text), language)
        if _MONTH.fullmatch(text):
            return month_text(date.fromisoformat(f"{text}-01"), language)
    except ValueError:
        return text
    return text


def _formatted(day: date, patterns: dict[Language, str], language: Language) -> str:
    return format_date(day, patterns[language], locale=_locale(language))


@cache
def _locale(language: Language) -> Locale:
    # Named by its text it is parsed anew for each day, which takes longer than the day itself.
    return Locale.parse(language, sep="-")
