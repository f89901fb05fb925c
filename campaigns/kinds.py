"""What the check of an event must know of each type, looked up once and not for every event."""

import functools
import re
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import Meta, Struct, inspect

from campaigns.catalogue import WIRE_NAMES
from campaigns.events.base import ID_PATTERN, PERSONAL_FIELDS, EventData, Id, Moment
from campaigns.warnings import LOOKED_AT

_LONGEST_SOURCE = 256
_SOURCE_PATTERN = rf"^[!-~]{{1,{_LONGEST_SOURCE}}}\Z"
_SUBJECT_PATTERN = r"^[a-z_]{1,32}/[A-Za-z0-9._:\-]{1,64}\Z"
_NO_IDENTIFIER = frozenset({"serial", "serials", "evidence_sha256", "title", "venue"})
"""Texts that may look like a telephone number and are none."""


class Envelope(Struct, frozen=True, kw_only=True):
    """The attributes of an event as they come over the wire."""

    specversion: Literal["1.0"]
    id: Id
    source: Annotated[str, Meta(pattern=_SOURCE_PATTERN)]
    type: str
    time: Moment
    subject: Annotated[str, Meta(pattern=_SUBJECT_PATTERN)]
    datacontenttype: Annotated[str, Meta(pattern=r"^application/json *(;.*)?\Z")] | None = None
    timeprecision: Literal["second", "day"] | None = None
    sequence: Annotated[int, Meta(ge=1 - 2**53, le=2**53 - 1)] | None = None
    receivedat: Any = None
    actor: Any = None
    data: dict[str, Any]


class Attributes(Struct, frozen=True, kw_only=True):
    """The same for the quick way: the texts that every event has are checked by `well_named`."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: Moment
    subject: str
    datacontenttype: Annotated[str, Meta(pattern=r"^application/json *(;.*)?\Z")] | None = None
    timeprecision: Literal["second", "day"] | None = None
    sequence: Annotated[int, Meta(ge=1 - 2**53, le=2**53 - 1)] | None = None


class PastAttributes(Attributes, frozen=True, kw_only=True):
    """Of an event of history, which may say when it was received."""

    receivedat: Moment | None = None


_is_source = functools.lru_cache(maxsize=4_096)(re.compile(_SOURCE_PATTERN).match)
_is_id = re.compile(ID_PATTERN).match
_is_subject = re.compile(_SUBJECT_PATTERN).match


class Named(Protocol):
    """What bears the names of an event."""

    @property
    def id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def subject(self) -> str: ...


def well_named(attributes: Named) -> bool:
    """Whether id, source and subject are as in Envelope, whose patterns cost four times as much."""
    return (
        _is_id(attributes.id) is not None
        and _is_subject(attributes.subject) is not None
        # What is longer is not remembered: senders would fill the memory with it.
        and len(attributes.source) <= _LONGEST_SOURCE
        and _is_source(attributes.source) is not None
    )


class Kind(Struct, frozen=True, kw_only=True):
    """One type of event.

    envelope, past_envelope: the attributes with the data as the class of this type: both read
        in one pass.
    fields: those that the class knows.
    nested: fields that hold an object or a list of objects → the fields that these know.
    converters: of those of them that stay in plain, the types that keep only what is known.
    identifiers: fields that hold names of things; what the subject names is named by it.
    listed: fields that hold a list of objects → those fields of them that hold such names.
    lacks, faults: what may be wrong between fields, None where the class asks for nothing.
    subject: how it begins, and the field that it names.
    amounts: fields that hold money.
    moments: fields that hold a time.
    """

    event: type[EventData]
    envelope: type[Attributes]
    past_envelope: type[Attributes]
    fields: frozenset[str]
    nested: dict[str, frozenset[str]]
    converters: dict[str, Any]
    identifiers: tuple[str, ...]
    listed: dict[str, tuple[str, ...]]
    lacks: Callable[[dict[str, Any]], Iterable[str]] | None
    faults: bool
    subject: tuple[str, Callable[[EventData], str]]
    has_person: bool
    may_be_odd: bool
    amounts: tuple[str, ...]
    moments: tuple[str, ...]


class _Kinds(dict[str, "Kind"]):
    """Each type once it was asked for; what is no type is not remembered."""

    def __missing__(self, wire_name: str) -> "Kind | None":
        event = WIRE_NAMES.get(wire_name)
        if event is None:
            return None
        self[wire_name] = found = _kind(event)
        return found


kind_of: Callable[[str], Kind | None] = _Kinds().__getitem__
"""What the check must know of a type, by its wire name (`jinxi.card.registered.v1`)."""


def _kind(event: type[EventData]) -> Kind:
    described = inspect.type_info(event)
    assert isinstance(described, inspect.StructType)
    nested = {}
    identifiers = []
    moments = []
    listed = {}
    not_asked = {*_NO_IDENTIFIER, event.subject_field}
    for field in described.fields:
        (held, *_) = _alternatives(field.type)
        item = held.item_type if isinstance(held, inspect.VarTupleType) else held
        if isinstance(item, inspect.StructType):
            nested[field.name] = frozenset(item.cls.__struct_fields__)
            if item is not held:
                listed[field.name] = tuple(_texts_of(item))
        elif isinstance(item, inspect.StrType) and field.name not in not_asked:
            identifiers.append(field.name)
        elif isinstance(item, inspect.DateTimeType):
            moments.append(field.name)
    annotations = {field.name: field.type for field in msgspec.structs.fields(event)}
    return Kind(
        event=event,
        envelope=_envelope_with(event, Attributes),
        past_envelope=_envelope_with(event, PastAttributes),
        fields=frozenset(annotations),
        nested=nested,
        converters={name: annotations[name] for name in nested if name not in PERSONAL_FIELDS},
        identifiers=tuple(identifiers),
        listed={name: texts for name, texts in listed.items() if texts},
        lacks=event.lacks if _overrides(event, "lacks") else None,
        faults=_overrides(event, "faults"),
        subject=(f"{event.subject_kind}/", attrgetter(event.subject_field or "type_name")),
        has_person="person" in annotations,
        may_be_odd=not LOOKED_AT.isdisjoint(annotations),
        amounts=tuple(name for name in annotations if name.endswith("_fen")),
        moments=tuple(moments),
    )


def _envelope_with(event: type[EventData], attributes: type[Attributes]) -> type[Attributes]:
    made = msgspec.defstruct(
        f"{event.__name__}Envelope",
        [("data", event)],
        bases=(attributes,),
        frozen=True,
        kw_only=True,
    )
    assert issubclass(made, Attributes)
    return made


def _texts_of(item: inspect.StructType) -> Iterable[str]:
    for field in item.fields:
        (held, *_) = _alternatives(field.type)
        if isinstance(held, inspect.StrType):
            yield field.name


def _overrides(event: type[EventData], method: str) -> bool:
    return any(method in vars(base) for base in event.__mro__ if base is not EventData)


def _alternatives(described: inspect.Type) -> list[inspect.Type]:
    """What a field may hold, null aside."""
    members = described.types if isinstance(described, inspect.UnionType) else (described,)
    return [member for member in members if not isinstance(member, inspect.NoneType)]
