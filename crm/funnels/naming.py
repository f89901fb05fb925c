"""Steps and fields in the words of people: 到场:类别=大型义诊 for activity.attended:kind=…"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.regions import codes_named, region_name
from campaigns.wording.catalogues import N_
from crm.funnels.columns import REGION
from crm.funnels.definition import (
    InvalidStep,
    InvalidWindow,
    Step,
    Window,
    parse_step,
    parse_window,
)
from crm.funnels.fields import (
    CODES,
    PLACES,
    Spoken,
    check_dimension,
    check_step,
    fields_of,
    meant,
    wording,
)
from crm.funnels.touchpoint import TOUCHPOINT_TYPES
from crm.money import fen_in

_WINDOW = re.compile(r"([0-9]{1,6})\s*([^\W\d]*)")
_UNITS = {
    **dict.fromkeys(("d", "天", "日", "day", "days"), "d"),
    **dict.fromkeys(("h", "小时", "小時", "hour", "hours"), "h"),
    **dict.fromkeys(("min", "分", "分钟", "分鐘", "minute", "minutes"), "min"),
    **dict.fromkeys(("y", "年", "year", "years"), "y"),
}
MONEY = "_fen"
"""How the name of a field ends that holds an amount."""
_MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words → codes. steps: a word for a whole step, as it is written. spoken: codes → words, for
    who writes words; to who writes codes alone codes are answered."""

    steps: Mapping[str, str]
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    dimensions: Mapping[str, str]
    spoken: Spoken

    def answering(self, text: str) -> Spoken:
        """How to speak to whoever wrote this."""
        return CODES if text.isascii() else self.spoken


def read_window(text: str) -> Window:
    """`90天`, `90 days`, `720小时`, `90d`; a number alone are days. InvalidWindow otherwise."""
    found = _WINDOW.fullmatch(text.strip().casefold())
    if found is None or (found[2] and found[2] not in _UNITS):
        raise InvalidWindow(
            N_("看不懂期限 {window}：写成 90天、720小时、90分钟 或 1年；只写数字就是天数"),
            window=repr(text),
        )
    return parse_window(f"{int(found[1])}{_UNITS[found[2] or 'd']}")


def step_in_codes(text: str) -> Step | None:
    """A step that needs no words to be read; None: it may, or there is none such.

    The words of all languages take longer to read than most funnels to answer.
    """
    if not text.isascii() or any(name in text for name in (REGION, *PLACES)):
        return None
    try:
        step = parse_step(text)
        check_step(step)
    except InvalidStep:
        return None
    return step


def read_step(text: str, words: Vocabulary) -> Step:
    """A step in codes or in words; InvalidStep says what was likely meant."""
    spoken = words.answering(text)
    name, colon, rest = text.replace("：", ":").strip().partition(":")
    name = name.strip()
    if name not in TOUCHPOINT_TYPES:
        if name not in words.steps:
            raise _unknown(name, words, spoken)
        name, _, also = words.steps[name].partition(":")
        rest = ",".join(filter(None, (also, rest)))
    pairs = rest.replace("，", ",").split(",") if rest else []
    said = ",".join(_pair(name, pair, words, spoken) for pair in pairs)
    step = parse_step(f"{name}:{said}" if said or colon else name)
    check_step(step, spoken)
    return step


def read_dimension(text: str, words: Vocabulary) -> str:
    """By what is broken down, in codes or in words; InvalidFunnel says what was likely meant."""
    name = text.strip()
    name = words.dimensions.get(name) or words.fields.get(name) or name
    check_dimension(name, words.answering(text))
    return name


def _pair(type_name: str, pair: str, words: Vocabulary, spoken: Spoken) -> str:
    said, equals, value = (part.strip() for part in pair.partition("="))
    field, known = said, fields_of(type_name)
    if field and field not in known:
        field = words.fields.get(field, field)
    if REGION in known and (field in PLACES or words.dimensions.get(field) in PLACES):
        field = REGION
    if field and field not in known and not field.isascii():
        word_of = wording(spoken.fields)
        raise InvalidStep(
            N_("{type} 没有字段 {field}，{meant}有：{known}"),
            type=spoken.types.get(type_name, type_name),
            field=repr(field),
            meant=meant(field, known, word_of),
            known=", ".join(map(word_of, known)),
        )
    if field == REGION and REGION in known:
        value = _place(value)
    if field.endswith(MONEY) and field in known and (field != said or not value.isascii()):
        value = _amount(value)
    if value not in known.get(field, ()):
        value = words.values.get(field, {}).get(value, value)
    return f"{field}{equals}{value}"


def _amount(said: str) -> str:
    """What was typed in yuan, as fen; InvalidStep where it is no amount.

    Who writes the field as a code writes its fen.
    """
    fen = fen_in(said)
    if fen is None:
        raise InvalidStep(N_("{value} 不是金额，写成 527.30（元）"), value=repr(said))
    return str(fen)


def _place(said: str) -> str:
    """The code of the region that was meant; InvalidStep where there is none, or more than one."""
    codes = codes_named(said)
    if len(codes) == 1 or not said:
        return codes[0] if codes else said
    if not codes:
        raise InvalidStep(N_("没有 {value} 这个地区；写地名，例如 武汉市"), value=repr(said))
    raise InvalidStep(
        N_("{value} 不止一个地区，请写全：{known}"),
        value=repr(said),
        known=", ".join(region_name(code) or code for code in codes[:_MOST_PLACES]),
    )


def _unknown(name: str, words: Vocabulary, spoken: Spoken) -> InvalidStep:
    word_of = wording(spoken.types)
    return InvalidStep(
        N_("没有 {name} 这种接触，{meant}有：{known}"),
        name=repr(name),
        meant=meant(name, (*TOUCHPOINT_TYPES, *words.steps)),
        known=", ".join(map(word_of, TOUCHPOINT_TYPES)),
    )
