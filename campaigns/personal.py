"""Which parts of an event are personal: what must be encrypted, and which names may not be names.

Personal data stands only in `person`, `contact`, `health` and `private`; what the catalogue does
not know may be personal too, and goes with them.
"""

import functools
from typing import Any

import msgspec
from msgspec import Struct

from campaigns.events.base import PERSONAL_FIELDS, Fault
from campaigns.identifiers import LIKE_A_NUMBER, looks_personal
from campaigns.kinds import Kind

EXTRA = "$extra"
"""Below this key of the personal objects stand the fields that the catalogue does not know."""
EXTRA_ATTRIBUTES = "$attributes"
"""Below EXTRA and this key stand the attributes that the envelope does not know."""

_is_like_a_number = LIKE_A_NUMBER.match


class Parts(Struct, frozen=True, gc=False):
    """An event's data, each field in exactly one part; `familiar`: all of it is catalogued."""

    plain: dict[str, Any]
    personal: dict[str, Any]
    familiar: bool


def split(data: dict[str, Any], unknown_attributes: dict[str, Any], kind: Kind) -> Parts:
    """What may be kept in plain, and what must be encrypted."""
    # Most data holds no object, whether or not its type may hold one.
    is_flat = not kind.nested or kind.nested.keys().isdisjoint(data)
    if is_flat and not unknown_attributes and data.keys() <= kind.fields:
        return Parts(data, {}, True)
    plain: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    familiar = True
    for name, value in data.items():
        if name not in kind.fields:
            extra[name] = value
        elif name not in kind.nested:
            plain[name] = value
        else:
            known = _holds_only(value, kind.nested[name])
            familiar = familiar and known
            if name in PERSONAL_FIELDS:
                personal[name] = value
            elif known:
                plain[name] = value
            else:
                plain[name] = _reduced(value, kind.converters[name])
                extra[name] = value
    if unknown_attributes:
        extra[EXTRA_ATTRIBUTES] = unknown_attributes
    if extra:
        personal[EXTRA] = extra
    return Parts(plain, personal, familiar and not extra)


def personal_identifiers(
    event_id: str, source: str, subject: str, plain: dict[str, Any], kind: Kind
) -> tuple[Fault, ...]:
    """Names of things that are a mobile or an ID card number, and so name a person."""
    places = []
    if _is_like_a_number(event_id) and looks_personal(event_id):
        places.append("$.id")
    if _source_is_personal(source):
        places.append("$.source")
    if _is_like_a_number(subject) and looks_personal(subject):
        places.append("$.subject")
    for name in kind.identifiers:
        value = plain.get(name)
        if type(value) is str:
            if _is_like_a_number(value) and looks_personal(value):
                places.append(f"$.data.{name}")
        elif value:
            for index, item in enumerate(value):
                if looks_personal(item):
                    places.append(f"$.data.{name}[{index}]")
    for name, texts in kind.listed.items():
        places += [
            f"$.data.{name}[{index}].{text}"
            for index, item in enumerate(plain.get(name) or ())
            for text in texts
            if type(item.get(text)) is str and looks_personal(item[text])
        ]
    return tuple([("id_is_personal", place) for place in places]) if places else ()


@functools.lru_cache(maxsize=4_096)
def _source_is_personal(source: str) -> bool:
    """Whether the last part of a source is a number of a person."""
    return looks_personal(source.rpartition("/")[2])


def _holds_only(value: Any, known: frozenset[str]) -> bool:
    """Whether an object, or each of a list, has no field beyond the known ones."""
    if type(value) is dict:
        return value.keys() <= known
    return value is None or all(item.keys() <= known for item in value)


def _reduced(value: Any, converter: Any) -> Any:
    """The value as its class has it, which drops every field that the class does not know."""
    return msgspec.to_builtins(msgspec.convert(value, converter))
