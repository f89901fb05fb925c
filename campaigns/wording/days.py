"""Days as people read them."""

from datetime import date

from babel.dates import format_date

from campaigns.wording.languages import Language

_PATTERNS: dict[Language, str] = {"zh-CN": "M月d日 EEE", "zh-TW": "M月d日 EEE", "en": "EEE d MMM"}
_YEAR_PATTERNS: dict[Language, str] = {
    "zh-CN": "y年M月d日",
    "zh-TW": "y年M月d日",
    "en": "d MMM y",
}


def day_text(day: date, language: Language, today: date | None = None) -> str:
    """`5月3日 周六`; with its year when that is not the year of `today`."""
    patterns = _PATTERNS if today is None or day.year == today.year else _YEAR_PATTERNS
    return format_date(day, patterns[language], locale=language.replace("-", "_"))
