"""Funnels in words: what a step, a field, a value, a breakdown are called, and back again."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import cache

from campaigns.field_labels import LABELS
from campaigns.regions import region_name
from campaigns.wording.catalogues import LISTED, N_, translated
from campaigns.wording.days import said_day, whole_day_text
from campaigns.wording.languages import LANGUAGES, Language
from crm.funnels.comparing import Interval
from crm.funnels.definition import (
    ChainKind,
    EntryRule,
    Funnel,
    Step,
    Window,
    WindowUnit,
    parse_step,
)
from crm.funnels.document import Document
from crm.funnels.fields import TRUTHS, Spoken, fields_of
from crm.funnels.naming import MONEY, Vocabulary
from crm.funnels.touchpoint import TOUCHPOINT_TYPES
from crm.money import yuan_typed
from crm.web.view.code_words import PROGRAMMES, code_word
from crm.web.view.labels import ACTIVITY_KINDS, EVENTS, GROUPS, STEPS
from crm.web.view.reward_labels import MEMBER_KINDS

TOUCHPOINTS: dict[str, str] = {
    **{name: EVENTS[name] for name in TOUCHPOINT_TYPES if name in EVENTS},
    "referral.received": N_("被转介绍"),
    "referral.given": N_("转介绍别人"),
}
DIMENSION_WORDS: dict[str, str] = {
    "month": N_("月份"),
    "week": N_("周"),
    "programme": N_("所属项目"),
    "activity_id": N_("活动"),
    "activity_kind": N_("活动类别"),
    "province": N_("省份"),
    "city": N_("城市"),
    "county": N_("区县"),
    "dealer": N_("经销商"),
    "channel": N_("购买渠道"),
    "source": N_("来源渠道"),
    "member_kind": N_("会员类别"),
    "age": N_("年龄段"),
    "sex": N_("性别"),
}
KINDS = {
    ChainKind.SEQUENTIAL: N_("依次"),
    ChainKind.ANY: N_("不论次序"),
    ChainKind.STRICT: N_("紧接，中间没有别的接触"),
}
ENTRIES = {
    EntryRule.BEST: N_("每人取走得最远的一次"),
    EntryRule.FIRST: N_("每人只看第一次进入"),
}
_TRUTH_WORDS = {"true": N_("是"), "false": N_("否")}
_OF_TRUTH = frozenset(
    name
    for each in TOUCHPOINT_TYPES
    for name, values in fields_of(each).items()
    if values == TRUTHS
)
_UNITS = {
    WindowUnit.MINUTES: N_("{n} 分钟"),
    WindowUnit.HOURS: N_("{n} 小时"),
    WindowUnit.DAYS: N_("{n} 天"),
    WindowUnit.YEARS: N_("{n} 年"),
}


@cache
def vocabulary(language: Language) -> Vocabulary:
    """The words of every language that the pages speak, answered in one of them."""
    fields = {name for each in TOUCHPOINT_TYPES for name in fields_of(each)}
    given = {
        name: codes
        for name in sorted(fields)
        if (codes := sorted({code for each in TOUCHPOINT_TYPES for code in _codes_of(each, name)}))
    }
    values = {
        name: {code: value_word(name, code, language) for code in codes}
        for name, codes in given.items()
    }
    spoken = Spoken(
        {code: translated(word, language) for code, word in TOUCHPOINTS.items()},
        {name: translated(LABELS.get(name, name), language) for name in sorted(fields)},
        values,
        {name: dimension_word(name, language) for name in DIMENSION_WORDS},
    )
    return Vocabulary(
        {**_codes(TOUCHPOINTS), **_codes({k: v for k, v in STEPS.items() if k != "reached"})},
        _codes(LABELS),
        {
            name: _codes({code: _value_text(name, code) for code in codes})
            for name, codes in given.items()
        },
        _codes(DIMENSION_WORDS),
        spoken,
    )


def _codes_of(type_name: str, field: str) -> Collection[str]:
    """The codes of a field that have words: those that are given, and programmes."""
    if field == "programme":
        return PROGRAMMES
    return fields_of(type_name).get(field, ())


def _codes(texts: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, text in texts.items():
            found.setdefault(translated(text, language), code)
    return found


def step_word(step: str | Step, language: Language) -> str:
    """`到场 · 大型义诊`: the word for a step that has one, or its type with its conditions."""
    parsed = parse_step(step) if isinstance(step, str) else step
    if str(parsed) in STEPS:
        return translated(STEPS[str(parsed)], language)
    return _said_in_full(parsed, language)


def _said_in_full(step: Step, language: Language) -> str:
    said = [value_word(field, value, language) for field, value in step.conditions]
    return " · ".join([translated(TOUCHPOINTS[step.type], language), *said])


def bare_word(step: str, language: Language) -> str:
    """The word for a step that has one, or its type, without its conditions."""
    name = parse_step(step).type
    return translated(STEPS.get(step) or STEPS.get(name) or TOUCHPOINTS[name], language)


def condition_words(step: str, language: Language) -> str:
    """The conditions as they are typed: `类别=大型义诊,经销商=D1`."""
    return ",".join(condition_word(*pair, language) for pair in parse_step(step).conditions)


def condition_word(field: str, value: str, language: Language) -> str:
    """`类别=大型义诊`."""
    return f"{translated(LABELS.get(field, field), language)}={value_word(field, value, language)}"


def _value_text(field: str, value: str) -> str:
    if field == "kind" and value in ACTIVITY_KINDS:
        return ACTIVITY_KINDS[value]
    if value in TRUTHS and field in _OF_TRUTH:
        return _TRUTH_WORDS[value]
    word = code_word("", field, value)
    return GROUPS["value"].get(value, value) if word == value else word


def value_word(field: str, value: str | None, language: Language) -> str:
    """What a value of a field, or of a breakdown, is called."""
    if value is None:
        return translated(N_("（无）"), language)
    if field == "month":
        return said_day(value, language)
    if field == "week":
        return translated(N_("{day} 起一周"), language, day=said_day(value, language))
    if field in ("region", "province", "city", "county"):
        return region_name(value) or value
    if field.endswith(MONEY) and value.isdecimal():
        return f"¥{yuan_typed(int(value))}"
    if field == "activity_kind":
        return translated(ACTIVITY_KINDS.get(value, value), language)
    if field == "member_kind":
        return translated(MEMBER_KINDS.get(value, value), language)
    return translated(_value_text(field, value), language)


def dimension_word(name: str, language: Language) -> str:
    """What a breakdown is called."""
    return translated(DIMENSION_WORDS.get(name, LABELS.get(name, name)), language)


def window_words(window: Window, language: Language) -> str:
    """`90 天`."""
    return translated(_UNITS[window.unit], language, n=window.length)


def sentences(document: Document, today: date, language: Language) -> Iterator[str]:
    """What a funnel counts, and what it leaves out, in sentences."""
    funnel = document.funnel(today)
    last = funnel.to_day - timedelta(days=1)

    def say(text: str, **values: object) -> str:
        return translated(text, language, **values)

    yield say(
        N_("{first} 至 {last}（含）做过“{step}”的人，走完各步的期限是 {window}，每人只算一次。"),
        first=whole_day_text(funnel.from_day, language),
        last=whole_day_text(last, language),
        step=step_word(funnel.steps[0], language),
        window=window_words(funnel.window, language),
    )
    yield say(
        N_("次序：{kind}。进入：{entry}。"),
        kind=say(KINDS[funnel.kind]),
        entry=say(ENTRIES[funnel.entry]),
    )
    yield say(
        N_("只算已入档的：撤销的、整单退货的、同一活动重复登记的到场不算；迟到的算在发生那天。")
    )
    if funnel.without:
        yield say(
            N_("进入后到期限内做过“{steps}”的人不算。"),
            steps=say(LISTED).join(step_word(step, language) for step in funnel.without),
        )
    meant = [
        say(N_("“{step}”是“{what}”"), step=word, what=what)
        for step in funnel.steps
        if (word := step_word(step, language)) != (what := _said_in_full(step, language))
    ]
    if meant:
        yield say(N_("各步：{steps}。"), steps=say(LISTED).join(meant))


def unfinished_said(
    asked: Funnel, today: date, language: Language, say: Callable[..., str]
) -> Iterator[str]:
    """Who still may go on: numbers that look as if there were fewer of late."""
    first = asked.unfinished_from(today)
    if first == asked.from_day:
        yield say(N_("这段时间进入的人，期限都还没走完：后面几步的人数还会多。"))
    elif first is not None:
        yield say(
            N_("{first} 起进入的人，期限还没走完：后面几步的人数还会多，和早来的人不能直接比。"),
            first=whole_day_text(first, language),
        )


def interval_said(found: Interval, say: Callable[..., str]) -> str:
    """`+3.1 个百分点（95%：−1.0 至 +7.2）：还分不出`, as `say` says it."""
    ends = f"{found.low * 100:+.1f}", f"{found.high * 100:+.1f}"
    said = N_("{value} 个百分点（95%：{low} 至 {high}）")
    text = say(said, value=f"{found.value * 100:+.1f}", low=ends[0], high=ends[1])
    return text if found.is_clear else text + say(N_("，还分不出"))
