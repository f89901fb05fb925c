"""What is wrong with an event, all of it, so that the sender hears the gravest fault first.

The fast path reads a good event in one pass and stops at the first trouble; only then is the
event walked through here, field by field.
"""

import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct, UnsetType

from campaigns.events.base import EventData, Fault

REASONS = (
    "too_large",
    "not_json",
    "not_cloudevents",
    "unknown_type",
    "missing_field",
    "bad_value",
    "time_in_future",
    "id_reused",
    "id_is_personal",
    "not_allowed",
)
"""Every reason to refuse an event at the door, the gravest first."""

_PLACE = re.compile(r" - at `\$([^`]*)`$")


def gravest(faults: list[Fault]) -> Fault:
    """The fault to name: by the order of REASONS, then in the order in which they stand."""
    return min(faults, key=lambda fault: REASONS.index(fault[0]))


def struct_faults(value: Any, kind: type[Struct], path: str) -> Iterator[Fault]:
    """Every fault of a JSON value that should be a `kind`; paths start with `path`."""
    if not isinstance(value, dict):
        yield "bad_value", path
        return
    for field in _fields(kind):
        place = f"{path}.{field.name}"
        if field.name not in value:
            if field.is_required:
                yield "missing_field", place
            continue
        yield from _value_faults(value[field.name], field, place)


def data_faults(data: dict[str, Any], kind: type[EventData], path: str = "$.data") -> list[Fault]:
    """Every fault of an event's data; what is wrong between fields only when each is right."""
    faults = list(struct_faults(data, kind, path))
    lacking = [("missing_field", f"{path}.{place}") for place in kind.lacks(data)]
    if faults:
        return faults + lacking
    event = msgspec.convert(data, kind)
    return lacking + [(reason, f"{path}.{place}") for reason, place in event.faults()]


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a class; choices: what it may be, kept: the same as a type to convert to."""

    name: str
    is_required: bool
    choices: tuple[Any, ...]
    kept: Any


@cache
def _fields(kind: type[Struct]) -> tuple[_Field, ...]:
    """Looked up once: whoever sends rubbish would have it looked up for each event."""
    return tuple(
        _Field(field.encode_name, field.required, choices, _without_unset(choices))
        for field in msgspec.structs.fields(kind)
        for choices in [_choices(field.type)]
    )


def _value_faults(value: Any, field: _Field, path: str) -> Iterator[Fault]:
    if value is None and type(None) in field.choices:
        return
    for choice in field.choices:
        if isinstance(choice, type) and issubclass(choice, Struct):
            yield from struct_faults(value, choice, path)
            return
        item = _item_struct(choice)
        if item is not None and isinstance(value, list):
            for index, element in enumerate(value):
                yield from struct_faults(element, item, f"{path}[{index}]")
            return
    try:
        msgspec.convert(value, field.kept)
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        yield "bad_value", path + (place.group(1) if place else "")


def _choices(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)


def _item_struct(annotation: Any) -> type[Struct] | None:
    if typing.get_origin(annotation) is tuple:
        item = typing.get_args(annotation)[0]
        if isinstance(item, type) and issubclass(item, Struct):
            return item
    return None


def _without_unset(choices: tuple[Any, ...]) -> Any:
    kept = tuple(choice for choice in choices if choice is not UnsetType)
    return typing.Union[kept]  # noqa: UP007 - the members are only known at run time
