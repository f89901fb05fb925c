"""Which parts of an event are personal: what must be encrypted, and which names may not be names.

Personal data stands only in `person`, `contact`, `health` and `private`; what the catalogue does
not know may be personal too, and goes with them.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect

from campaigns.events.base import PERSONAL_FIELDS, EventData, Fault
from campaigns.identifiers import looks_personal

EXTRA = "$extra"
"""Below this key of the personal objects stand the fields that the catalogue does not know."""
EXTRA_ATTRIBUTES = "$attributes"
"""Below EXTRA and this key stand the attributes that the envelope does not know."""

_SHORTEST_NUMBER = 11
_NO_IDENTIFIER = frozenset({"serial", "serials", "evidence_sha256", "title", "venue"})
"""Texts that may look like a telephone number and are none."""


@dataclass(frozen=True, slots=True)
class Parts:
    """An event's data, each field in exactly one part; `familiar`: all of it is catalogued."""

    plain: dict[str, Any]
    personal: dict[str, Any]
    familiar: bool


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the splitting needs to know of a class.

    nested: fields that hold an object or a list of objects → the fields that these know.
    converters: of those of them that stay in plain, the types that keep only what is known.
    identifiers: fields that hold names of things; what the subject names is named by it.
    """

    fields: frozenset[str]
    nested: dict[str, frozenset[str]]
    converters: dict[str, Any]
    identifiers: tuple[str, ...]


def split(data: dict[str, Any], unknown_attributes: dict[str, Any], kind: type[EventData]) -> Parts:
    """What may be kept in plain, and what must be encrypted."""
    shape = _shape(kind)
    plain: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    familiar = True
    for name, value in data.items():
        if name not in shape.fields:
            extra[name] = value
        elif name not in shape.nested:
            plain[name] = value
        else:
            known = _holds_only(value, shape.nested[name])
            familiar = familiar and known
            if name in PERSONAL_FIELDS:
                personal[name] = value
            elif known:
                plain[name] = value
            else:
                plain[name] = _reduced(value, shape.converters[name])
                extra[name] = value
    if unknown_attributes:
        extra[EXTRA_ATTRIBUTES] = unknown_attributes
    if extra:
        personal[EXTRA] = extra
    return Parts(plain, personal, familiar and not extra)


def personal_identifiers(
    event_id: str, source: str, subject: str, plain: dict[str, Any], kind: type[EventData]
) -> Iterator[Fault]:
    """Names of things that are a mobile or an ID card number, and so name a person."""
    if looks_personal(event_id):
        yield "id_is_personal", "$.id"
    if _source_is_personal(source):
        yield "id_is_personal", "$.source"
    if looks_personal(subject):
        yield "id_is_personal", "$.subject"
    for name in _shape(kind).identifiers:
        value = plain.get(name)
        if type(value) is str:
            if len(value) >= _SHORTEST_NUMBER and looks_personal(value):
                yield "id_is_personal", f"$.data.{name}"
        elif value:
            for index, item in enumerate(value):
                if looks_personal(item):
                    yield "id_is_personal", f"$.data.{name}[{index}]"


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


@functools.cache
def _shape(kind: type[EventData]) -> _Shape:
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    nested = {}
    identifiers = []
    not_asked = {*_NO_IDENTIFIER, kind.subject_field}
    for field in described.fields:
        (held, *_) = _alternatives(field.type)
        item = held.item_type if isinstance(held, inspect.VarTupleType) else held
        if isinstance(item, inspect.StructType):
            nested[field.name] = frozenset(item.cls.__struct_fields__)
        elif isinstance(item, inspect.StrType) and field.name not in not_asked:
            identifiers.append(field.name)
    annotations = {field.name: field.type for field in msgspec.structs.fields(kind)}
    return _Shape(
        frozenset(annotations),
        nested,
        {name: annotations[name] for name in nested if name not in PERSONAL_FIELDS},
        tuple(identifiers),
    )


def _alternatives(described: inspect.Type) -> list[inspect.Type]:
    """What a field may hold, null aside."""
    members = described.types if isinstance(described, inspect.UnionType) else (described,)
    return [member for member in members if not isinstance(member, inspect.NoneType)]
