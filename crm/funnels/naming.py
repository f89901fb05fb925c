"""Steps and fields in the words of people: 到场:类别=大型义诊 for activity.attended:kind=…"""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.wording.catalogues import N_
from crm.funnels.definition import InvalidStep, Step, parse_step
from crm.funnels.fields import check_dimension, check_step, fields_of, meant
from crm.funnels.touchpoint import TOUCHPOINT_TYPES


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words → codes. steps: a word for a whole step, as it is written."""

    steps: Mapping[str, str]
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    dimensions: Mapping[str, str]


def read_step(text: str, words: Vocabulary) -> Step:
    """A step in codes or in words; InvalidStep says what was likely meant."""
    name, colon, rest = text.replace("：", ":").strip().partition(":")
    name = name.strip()
    if name not in TOUCHPOINT_TYPES:
        if name not in words.steps:
            raise _unknown(name, words)
        name, _, also = words.steps[name].partition(":")
        rest = ",".join(filter(None, (also, rest)))
    pairs = rest.replace("，", ",").split(",") if rest else []
    said = ",".join(_pair(name, pair, words) for pair in pairs)
    step = parse_step(f"{name}:{said}" if said or colon else name)
    check_step(step)
    return step


def read_dimension(text: str, words: Vocabulary) -> str:
    """By what is broken down, in codes or in words; InvalidFunnel says what was likely meant."""
    name = text.strip()
    name = words.dimensions.get(name) or words.fields.get(name) or name
    check_dimension(name)
    return name


def _pair(type_name: str, pair: str, words: Vocabulary) -> str:
    field, equals, value = (part.strip() for part in pair.partition("="))
    known = fields_of(type_name)
    if field and field not in known:
        field = words.fields.get(field, field)
    if field and field not in known and not field.isascii():
        offered = [word for word, code in words.fields.items() if code in known]
        raise InvalidStep(
            N_("{type} 没有字段 {field}，{meant}有：{known}"),
            type=type_name,
            field=repr(field),
            meant=meant(field, offered),
            known=", ".join(known),
        )
    values = known.get(field, ())
    if values and value not in values:
        value = words.values.get(field, {}).get(value, value)
    return f"{field}{equals}{value}"


def _unknown(name: str, words: Vocabulary) -> InvalidStep:
    return InvalidStep(
        N_("没有 {name} 这种接触，{meant}有：{known}"),
        name=repr(name),
        meant=meant(name, (*TOUCHPOINT_TYPES, *words.steps)),
        known=", ".join(TOUCHPOINT_TYPES),
    )
