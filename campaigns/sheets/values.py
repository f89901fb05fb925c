"""What people type, as values: dates, amounts, numbers, lists, ticks.

Each function raises ValueError when the cell cannot be what is wanted; blank cells never come here.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900, from_excel, to_excel

from campaigns.identifiers import EARLIEST_BIRTH_YEAR, LATEST_BIRTH_YEAR
from campaigns.sheets.columns import NO, NOT_ASKED, YES

_EXACT_DIGITS = 15
"""Excel keeps so many digits of a number; those beyond are lost."""

_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_DAY = re.compile(r"(\d{4})\s*[-./年\s]\s*(\d{1,2})\s*[-./月\s]\s*(\d{1,2})\s*日?(?:\s+0?0:00.*)?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"(\d{4})(?:\s*年|\s*[-./年]\s*(?:0?[1-9]|1[0-2])\s*月?|0[1-9]|1[0-2])?")
_SERIAL = re.compile(r"\d{4,5}(?:\.0*)?")
_FLOAT = re.compile(r"[0-9]+\.0+")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
_AMOUNT = re.compile(r"[¥￥]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*元?")
_UNITS = re.compile(r"(\d+)(?:\.0*)?\s*(?:台|盒|个|件|套|次/分|次|mmHg)?", re.IGNORECASE)
_BETWEEN_PHONES = re.compile(r"[、，,;；/|\n]+")
_BETWEEN_WORDS = re.compile(r"[、，,;；\n]+")
_NOTHING = frozenset({"无", "没有", "-", "—", "/"})

_SEXES = {"男": "male", "女": "female", "m": "male", "f": "female"}
_SEXES |= {"male": "male", "female": "female", "先生": "male", "女士": "female"}
_TICKS = dict.fromkeys(("是", "同意", "y", "yes", "√", "✓", "✔", "1", "true", "对", "已到"), YES)
_TICKS |= dict.fromkeys(("否", "不同意", "n", "no", "×", "✗", "✘", "x", "0", "false", "不"), NO)
_TICKS |= dict.fromkeys(("未问", "没问", "未填", "-", "?"), NOT_ASKED)


class DigitsLost(ValueError):
    """Excel kept a long number as a number and lost its last digits."""


def written(value: Any) -> str:
    """The cell as text, without blanks at its ends; numbers without a needless ".0"."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.translate(_INVISIBLE).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, datetime):
        value = value.date()
    return str(value)


def narrow(value: Any) -> str:
    """The same with full-width digits and letters made narrow: for codes, not for names."""
    return unicodedata.normalize("NFKC", written(value)).strip()


def code(value: Any) -> str:
    """A number that is no amount (phone, ID card, region, serial) as its digits."""
    if isinstance(value, int | float) and abs(value) >= 10**_EXACT_DIGITS:
        raise DigitsLost
    text = narrow(value)
    if _SCIENTIFIC.fullmatch(text):
        raise DigitsLost
    return text.partition(".")[0] if _FLOAT.fullmatch(text) else text


def phones(value: Any) -> list[str]:
    """Each of the phones that stand in one cell."""
    return [code(part) for part in _BETWEEN_PHONES.split(code(value)) if part.strip()]


def words(value: Any) -> list[str]:
    """Each of the things that stand in one cell; 无 is nothing."""
    parts = (part.strip() for part in _BETWEEN_WORDS.split(written(value)))
    return [part for part in parts if part and part not in _NOTHING]


def region(value: Any) -> str:
    """A code of six digits."""
    text = code(value)
    if not re.fullmatch(r"[0-9]{6}", text):
        raise ValueError
    return text


def sex(value: Any) -> str:
    """male or female."""
    return _chosen(_SEXES, value)


def tick(value: Any) -> str:
    """是, 否 or 未问."""
    return _chosen(_TICKS, value)


def _chosen(choices: dict[str, str], value: Any) -> str:
    try:
        return choices[narrow(value).lower()]
    except KeyError as error:
        raise ValueError from error


def whole_number(value: Any) -> int:
    """A whole number, a unit behind it tolerated."""
    match = _UNITS.fullmatch(narrow(value))
    if match is None or isinstance(value, bool):
        raise ValueError
    return int(match[1])


def fen(value: Any) -> int:
    """An amount in yuan, with at most two decimals, as fen."""
    match = _AMOUNT.fullmatch(narrow(value))
    if match is None or isinstance(value, bool):
        raise ValueError
    try:
        amount = Decimal(match[1].replace(",", "") + (match[2] or "")) * 100
    except InvalidOperation as error:
        raise ValueError from error
    if amount != int(amount):
        raise ValueError
    return int(amount)


def birth(value: Any) -> dict[str, Any]:
    """`birth_date` (YYYY-MM-DD) or, when only the year is known, `birth_year`."""
    if isinstance(value, date):
        return _of_date(value)
    if isinstance(value, bool):
        raise ValueError
    text = narrow(value)
    match = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if match is not None:
        year, month, day = (int(part) for part in match.groups())
        return {"birth_date": date(_likely(year), month, day).isoformat()}
    match = _YEAR.fullmatch(text)
    if match is not None and EARLIEST_BIRTH_YEAR <= int(match[1]) <= LATEST_BIRTH_YEAR:
        return {"birth_year": int(match[1])}
    if _SERIAL.fullmatch(text):
        return _of_date(from_excel(int(float(text)), CALENDAR_WINDOWS_1900))
    raise ValueError


def _of_date(value: Any) -> dict[str, Any]:
    """A year typed into a cell that is formatted as a date is shown as a day of 1905."""
    if not isinstance(value, date):
        raise ValueError
    day = value.date() if isinstance(value, datetime) else value
    serial = int(to_excel(day))
    if 1900 <= serial <= LATEST_BIRTH_YEAR:
        return {"birth_year": serial}
    return {"birth_date": day.replace(year=_likely(day.year)).isoformat()}


def _likely(year: int) -> int:
    if not EARLIEST_BIRTH_YEAR <= year <= LATEST_BIRTH_YEAR:
        raise ValueError
    return year
