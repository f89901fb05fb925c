"""Which fields a step may name, and which word was meant where one is wrong."""

import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from msgspec import structs

from campaigns.catalogue import CATALOGUE
from campaigns.wording.catalogues import N_
from crm.funnels.columns import ACTIVITY, LENT
from crm.funnels.definition import InvalidFunnel, InvalidStep, Step
from crm.funnels.gathering import IDENTITIES, REFERRAL
from crm.funnels.touchpoint import TOUCHPOINT_TYPES

DIMENSIONS = (
    *("month", "week", "programme", "activity_id", "activity_kind", "province", "city", "county"),
    *("dealer", "channel", "source", "member_kind", "age", "sex"),
)
"""By what a breakdown is offered; besides, by any field of a step."""
PLACES = ("province", "city", "county")
"""The levels of a region by which a breakdown is offered; as a condition each is the region."""
TRUTHS = ("true", "false")
"""The values of a field that is true or false, as touchpoints have them."""
_NEAR, _NEAR_HAN = 0.6, 0.5


@dataclass(frozen=True, slots=True)
class Spoken:
    """What codes are called in an answer; a code without a word stands for itself."""

    types: Mapping[str, str]
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    dimensions: Mapping[str, str]


CODES = Spoken({}, {}, {}, {})
"""To whoever writes codes they are called so."""


@cache
def fields_of(type_name: str) -> Mapping[str, tuple[str, ...]]:
    """The fields that a step of a type may name, with their values where these are given."""
    event = CATALOGUE[REFERRAL if type_name.startswith("referral.") else type_name]
    found = {
        each.name: _values(each.type)
        for each in structs.fields(event)
        if each.name not in IDENTITIES and _is_plain(each.type)
    }
    if ACTIVITY in found:
        for name in LENT:
            found.setdefault(name, activity_kinds() if name == "kind" else ())
    return found


@cache
def all_fields() -> frozenset[str]:
    """The fields of any type."""
    return frozenset(name for each in TOUCHPOINT_TYPES for name in fields_of(each))


def activity_kinds() -> tuple[str, ...]:
    """Of which kinds activities are."""
    kinds = next(
        each.type for each in structs.fields(CATALOGUE["activity.planned"]) if each.name == "kind"
    )
    return _values(kinds)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant."""
    # Of two characters one is half of the word.
    near = _NEAR if word.isascii() else _NEAR_HAN
    likeness = {each: SequenceMatcher(None, word, each).ratio() for each in known}
    found = max(likeness, key=likeness.__getitem__, default=None)
    return found if found is not None and likeness[found] >= near else None


def check_step(step: Step, spoken: Spoken = CODES) -> None:
    """InvalidStep where no touchpoint could ever fit, with the word that was likely meant."""
    known = fields_of(step.type)
    word_of = wording(spoken.fields)
    for field, value in step.conditions:
        if field in IDENTITIES:
            raise InvalidStep(
                N_("{field} 每次都不同，不能作条件；可用的字段：{known}"),
                field=word_of(field),
                known=", ".join(map(word_of, known)),
            )
        if field not in known:
            raise InvalidStep(
                N_("{type} 没有字段 {field}，{meant}有：{known}"),
                type=spoken.types.get(step.type, step.type),
                field=repr(field),
                meant=meant(field, known, word_of),
                known=", ".join(map(word_of, known)),
            )
        value_of = wording(spoken.values.get(field, {}))
        if known[field] and value not in known[field]:
            raise InvalidStep(
                N_("{field} 没有 {value} 这个值，{meant}有：{known}"),
                field=word_of(field),
                value=repr(value),
                meant=meant(value, known[field], value_of),
                known=", ".join(map(value_of, known[field])),
            )


def check_dimension(name: str, spoken: Spoken = CODES) -> None:
    """InvalidFunnel where nothing can be broken down by it."""
    known = {*DIMENSIONS, *all_fields()}
    if name not in known:
        word_of = wording(spoken.dimensions)
        offered = known if spoken is CODES else DIMENSIONS
        raise InvalidFunnel(
            N_("不能按 {name} 分组，{meant}可以按：{known}"),
            name=repr(name),
            meant=meant(name, offered, word_of),
            known=", ".join(map(word_of, sorted(offered))),
        )


def wording(words: Mapping[str, str]) -> Callable[[str], str]:
    """What a code is called by these words."""
    return lambda code: words.get(code, code)


def meant(word: str, known: Collection[str], word_of: Callable[[str], str] = str) -> str:
    """`是不是想写 X？` where there is one: a code, or what it is called."""
    words = {name: word_of(code) for code in known for name in (code, word_of(code))}
    found = nearest(word, words)
    return f"→ {words[found]}；" if found else ""


def _values(of_type: object) -> tuple[str, ...]:
    if bool in (of_type, *typing.get_args(of_type)):
        return TRUTHS
    for each in (of_type, *typing.get_args(of_type)):
        if typing.get_origin(each) is typing.Literal:
            return typing.get_args(each)
    return ()


def _is_plain(of_type: object) -> bool:
    """Whether it is a text, a number, a truth or a day: nothing of a person, no list."""
    if of_type is type(None) or typing.get_origin(of_type) is typing.Literal:
        return True
    if isinstance(of_type, type):
        return of_type.__module__ in ("builtins", "datetime")
    if typing.get_origin(of_type) is typing.Annotated:
        return _is_plain(typing.get_args(of_type)[0])
    return typing.get_origin(of_type) is not tuple and all(map(_is_plain, typing.get_args(of_type)))
