"""What people type, as values: dates, amounts, numbers, lists, ticks.

Each function raises ValueError when the cell cannot be what is wanted; blank cells never come here.
"""

import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900, from_excel

from campaigns.identifiers import EARLIEST_BIRTH_YEAR, LATEST_BIRTH_YEAR
from campaigns.marks import visible
from campaigns.sheets.columns import NO, NOT_ASKED, YES

_CENTURY, _FEW_YEARS = 2000, 3
_EXACT_DIGITS = 15
"""Excel keeps so many digits of a number; those beyond are lost."""

_DAY = re.compile(r"(\d{4})\s*[-./年\s]\s*(\d{1,2})\s*[-./月\s]\s*(\d{1,2})\s*日?(?:\s+0?0:00.*)?")
_SHORT_DAY = re.compile(r"(\d{2})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
"""A day whose year has two digits."""
_SHORT_YEAR = re.compile(r"(\d{2})\s*(?:年|[-./年]\s*(?:0?[1-9]|1[0-2])\s*月?)")
_CLOCK = re.compile(r"[\sT]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_DAY_OF_YEAR = re.compile(r"(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"(\d{4})(?:\s*年|\s*[-./年]\s*(?:0?[1-9]|1[0-2])\s*月?|0[1-9]|1[0-2])?")
_SERIAL = re.compile(r"\d{4,5}(?:\.0*)?")
_FLOAT = re.compile(r"[0-9]+\.0+")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
_AMOUNT = re.compile(r"[¥￥]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*元?")
_UNITS = re.compile(r"(\d+)(?:\.0*)?\s*(?:台|盒|个|件|套|次/分|次|mmHg)?", re.IGNORECASE)
_PRESSURE = re.compile(
    r"(?:高压)?\s*(\d{2,3})\s*(?:mmhg)?\s*[-/\\~,、;—–一\s]\s*(?:低压)?\s*(\d{2,3})\s*(?:mmhg)?",
    re.IGNORECASE,
)
_FEW = re.compile(r"([一二两三四五六七八九十])\s*(?:台|盒|个|件|套)")
_FEW_NUMBERS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {"两": 2}
_BETWEEN_PHONES = re.compile(r"[、，,;；/|\n]+")
_BETWEEN_NAMES = re.compile(r"[、，,;；/／|&＆+＋\n]+")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,3}")
_BETWEEN_WORDS = re.compile(r"[、，,;；\n]+")
_NO_WORD = "无 無 没有 沒有 没 暂无 不详 不詳 不明 未知 不知道 不清楚 空 未填 未留 没留 不便 保密"
_NOTHING = frozenset((*_NO_WORD.split(), "n/a", "na", "none", "nil", "null", "/", "\\"))
_DASHES = re.compile(r"[-_.。~\u2010-\u2015\u2212\u2500\u2501\u30fc\uff0d\uff3f]+")

_MALE = "男 男性 男士 男的 先生 爷爷 大爷 m male man ♂"
_FEMALE = "女 女性 女士 女的 太太 小姐 奶奶 阿姨 大妈 f female woman ♀"
_SEXES = dict.fromkeys(_MALE.split(), "male") | dict.fromkeys(_FEMALE.split(), "female")
_YES = "是 是的 同意 已同意 愿意 可以 好 对 已签 已到 到 到场 来了 y yes true 1 √ ✓ ✔ ☑"
_NO = "否 不 不是 不同意 未同意 不愿意 不愿 拒绝 不可以 不行 未到 没来 缺席 n no false 0 x × ✗ ✘"
_TICKS = dict.fromkeys(_YES.split(), YES) | dict.fromkeys(_NO.split(), NO)
_TICKS |= dict.fromkeys(("未问", "没问", "未填", "-", "?"), NOT_ASKED)


class SeveralNames(ValueError):
    """Several people stand in one cell."""

    reason = "several_names"


class ShortYear(ValueError):
    """A birth whose year has two digits: of which century it is, nobody knows but who wrote it."""

    reason = "short_birth"


class DigitsLost(ValueError):
    """Excel kept a long number as a number and lost its last digits."""

    reason = "digits_lost"


def written(value: Any) -> str:
    """The cell as text, without blanks at its ends; numbers without a needless ".0"."""
    if value is None:
        return ""
    if isinstance(value, str):
        return visible(value).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, datetime):
        value = value.date()
    return str(value)


def is_nothing(value: Any) -> bool:
    """Whether a cell says that there is nothing to say: 无, 没有, —, 不详 and the like."""
    text = narrow(value).lower()
    return text in _NOTHING or _DASHES.fullmatch(text) is not None


def answer(value: Any) -> str | None:
    """是, 否 or 未问 where the cell answers a question, else None."""
    return _TICKS.get(narrow(value).lower())


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
    parts = (code(part) for part in _BETWEEN_PHONES.split(code(value)))
    return [part for part in parts if part and not is_nothing(part)]


def pressure(value: Any) -> tuple[str, str] | None:
    """Both readings of 150/90, whatever stands between them."""
    match = _PRESSURE.fullmatch(narrow(value))
    return None if match is None else (match[1], match[2])


def name(value: Any) -> str:
    """The name of one person."""
    text = written(value)
    parts = [part.strip() for part in _BETWEEN_NAMES.split(text)]
    if len(parts) == 1 and (apart := text.split()) and all(map(_is_whole_name, apart)):
        parts = apart
    if len(parts) > 1 and all(len(part) > 1 for part in parts):
        raise SeveralNames
    return text


def _is_whole_name(text: str) -> bool:
    """Whether a word is surname and given name: of the commonest, so that 欧阳 志远 stays one."""
    return _HAN_NAME.fullmatch(text) is not None and text[0] in _SURNAMES


def words(value: Any) -> list[str]:
    """Each of the things that stand in one cell; 无 is nothing."""
    parts = (part.strip() for part in _BETWEEN_WORDS.split(written(value)))
    return [part for part in parts if part and not is_nothing(part)]


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
    text = narrow(value)
    match = _UNITS.fullmatch(text)
    if match is None and (few := _FEW.fullmatch(text)) is not None:
        return _FEW_NUMBERS[few[1]]
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
    if _SHORT_DAY.fullmatch(text) or _SHORT_YEAR.fullmatch(text):
        raise ShortYear
    raise ValueError


def day_of_activity(text: str) -> date:
    """The whole day that stands above a sheet; a year of two digits is of this century."""
    if match := _SHORT_DAY.fullmatch(narrow(text)):
        year, month, of_month = (int(part) for part in match.groups())
        return date(_CENTURY + year, month, of_month)
    return date.fromisoformat(birth(text)["birth_date"])


def day(value: Any, near: date) -> date:
    """A day; of one without its year that which lies nearest to another.

    Two digits are a year of this century, as far as it lies within a few of the other's.
    """
    if isinstance(value, bool):
        raise ValueError
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = _CLOCK.sub("", narrow(value))
    if match := _DAY_OF_YEAR.fullmatch(text):
        month, of_month = int(match[1]), int(match[2])
        years = (near.year - 1, near.year, near.year + 1)
        found = [date(year, month, of_month) for year in years if _is_day(year, month, of_month)]
        return min(found, key=lambda each: abs(each - near))
    if match := _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text):
        return date(*(int(part) for part in match.groups()))
    if match := _SHORT_DAY.fullmatch(text):
        year, month, of_month = (int(part) for part in match.groups())
        if abs(_CENTURY + year - near.year) <= _FEW_YEARS:
            return date(_CENTURY + year, month, of_month)
    if _SERIAL.fullmatch(text) and isinstance(counted := _counted(text), date):
        return counted
    raise ValueError


def _counted(text: str) -> Any:
    """The day that a number stands for, as Excel counts them."""
    found = from_excel(int(float(text)), CALENDAR_WINDOWS_1900)
    return found.date() if isinstance(found, datetime) else found


def _is_day(year: int, month: int, of_month: int) -> bool:
    return 1 <= month <= 12 and 1 <= of_month <= monthrange(year, month)[1]


def _of_date(value: Any) -> dict[str, Any]:
    if not isinstance(value, date):
        raise ValueError
    day = value.date() if isinstance(value, datetime) else value
    return {"birth_date": day.replace(year=_likely(day.year)).isoformat()}


def _likely(year: int) -> int:
    if not EARLIEST_BIRTH_YEAR <= year <= LATEST_BIRTH_YEAR:
        raise ValueError
    return year
