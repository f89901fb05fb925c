"""Numbers, days, times and names as people read them."""

from campaigns.times import moment_of, shanghai_day
from campaigns.wording.days import day_text
from campaigns.wording.languages import Language

_UNITS: tuple[tuple[int, dict[Language, str]], ...] = (
    (86_400, {"zh-CN": "天", "zh-TW": "天", "en": " d"}),
    (3_600, {"zh-CN": "小时", "zh-TW": "小時", "en": " h"}),
    (60, {"zh-CN": "分钟", "zh-TW": "分鐘", "en": " min"}),
    (1, {"zh-CN": "秒", "zh-TW": "秒", "en": " s"}),
)


_AT_ONCE: dict[Language, str] = {"zh-CN": "当天", "zh-TW": "當天", "en": "same day"}
"""What is called by its day alone, as paper is, took no time that anybody knows."""


def clock_text(at_us: int) -> str:
    """`09:12`, Shanghai time."""
    return moment_of(at_us).strftime("%H:%M")


def moment_text(at_us: int, language: Language, now_us: int) -> str:
    """`5月3日 周六 09:12`."""
    return f"{day_text(shanghai_day(at_us), language, shanghai_day(now_us))} {clock_text(at_us)}"


def number_text(number: int) -> str:
    """Thousands are separated."""
    return f"{number:,}"


def rate_text(part: int, whole: int) -> str | None:
    """`45%`; below ten with one decimal; None where there is no whole."""
    if whole == 0:
        return None
    per_mille = (part * 2000 + whole) // (2 * whole)
    if per_mille < 100 and per_mille % 10:
        return f"{per_mille // 10}.{per_mille % 10}%"
    return f"{(part * 200 + whole) // (2 * whole)}%"


def duration_text(seconds: float | None, language: Language) -> str | None:
    """A time between two steps in its largest fitting unit, with one decimal below ten."""
    if seconds is None:
        return None
    if seconds == 0:
        return _AT_ONCE[language]
    length, words = next((unit for unit in _UNITS if seconds >= unit[0]), _UNITS[-1])
    amount = seconds / length
    text = f"{amount:.1f}".removesuffix(".0") if amount < 10 else f"{amount:.0f}"
    return text + words[language]


def upper_first(text: str) -> str:
    """A word that stands alone, as in a list of places: it begins with a capital."""
    return text[:1].upper() + text[1:]


def words_of(value: object) -> str:
    """A value of a card as one line; empty when there is none."""
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
