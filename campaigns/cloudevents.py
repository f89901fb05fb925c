"""Bytes → a checked event: the envelope (CloudEvents 1.0), its data, and what must be encrypted.

Everything that can be said from one event alone is said here; nothing here reads a clock or a
store. Reasons and paths are those of docs/events.md.
"""

import datetime
import re
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson
from msgspec import Struct

from campaigns.canonical import canonical_json, plain_canonical_json
from campaigns.catalogue import CATALOGUE, PREFIX, SUFFIX
from campaigns.content import BYTE_ORDER_MARK, content_of
from campaigns.events.base import LARGEST_FEN, EventData, Fault, Person
from campaigns.events.people import PersonPatch
from campaigns.events.upkeep import DayReached, EventVoided
from campaigns.faults import data_faults, gravest, struct_faults
from campaigns.kinds import Attributes, Envelope, Kind, kind_of, well_named
from campaigns.personal import personal_identifiers, split
from campaigns.times import SECOND_US, day_start_us, instant_us, shanghai_day
from campaigns.warnings import warnings_of

LARGEST_EVENT_BYTES = 65_536
FUTURE_TOLERANCE_US = 300 * SECOND_US

DEEPEST_NESTING = 64
"""How many objects and lists may stand in one another, in fields that the catalogue knows not."""

_EARLIEST_US = day_start_us(datetime.date(2000, 1, 1))
_LATEST_US = day_start_us(datetime.date(9999, 12, 31))
_FINER = re.compile(r"(\.[0-9]{6})[0-9]+")
_SUBJECT_KINDS = frozenset(kind.subject_kind for kind in CATALOGUE.values())
_ATTRIBUTES = frozenset(Envelope.__struct_fields__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event was not taken: a reason of REASONS and the JSONPath of the fault."""

    reason: str
    path: str
    source: str | None = None
    id: str | None = None


class CheckedEvent(Struct, frozen=True):
    """An event that is right in itself, not yet compared with what is already kept."""

    source: str
    id: str
    type_name: str
    subject: str
    time: str
    """The time as sent."""
    starts_us: int
    day_precision: bool
    sequence: int
    received_us: int
    plain: dict[str, Any]
    """The data without what must be encrypted."""
    personal: dict[str, Any]
    """The personal objects and, below `$extra`, every unknown field."""
    content: bytes
    """Canonical bytes of what campaigns/content.py counts as content."""
    twin: bytes | None
    """The same with the source, for what brings a thing into being."""
    faults: tuple[Fault, ...]
    """Faults that are graver than none but less grave than `id_reused`."""
    warnings: tuple[str, ...]


def check(line: bytes, received_us: int, *, history: bool = False) -> CheckedEvent | Refusal:
    """Read one event; `received_us` is now, `history` takes it from the event's `receivedat`.

    A byte order mark before it and the end of the line after it are no part of the event.
    """
    line = line.removeprefix(BYTE_ORDER_MARK).rstrip(b"\r\n")
    if len(line) > LARGEST_EVENT_BYTES:
        return Refusal("too_large", "$")
    try:
        wire = orjson.loads(line)
    except orjson.JSONDecodeError:
        return Refusal("not_json", "$")
    return check_object(wire, received_us, history=history)


def check_object(wire: Any, received_us: int, *, history: bool = False) -> CheckedEvent | Refusal:
    """The same for an event that is already read from JSON."""
    if type(wire) is not dict or "specversion" not in wire:
        return Refusal("not_cloudevents", "$")
    kind = _kind_of(wire)
    if kind is None:
        return _refusal(wire, _all_faults(wire))
    read = _to_microseconds(wire if kind.event is not DayReached else _with_day(wire))
    try:
        envelope: Any = msgspec.convert(read, kind.past_envelope if history else kind.envelope)
    except msgspec.ValidationError:
        return _refusal(wire, _all_faults(wire, "$.receivedat" if history else "$"))
    if not well_named(envelope):
        return _refusal(wire, _all_faults(wire))
    event: EventData = envelope.data
    starts_us = _starts_us(envelope)
    faults = _faults_between(envelope, read["data"], event, kind, starts_us)
    if _lacks_colon(wire["time"]):
        faults.append(("bad_value", "$.time"))
    for name in kind.moments:
        if _lacks_colon(read["data"].get(name)):
            faults.append(("bad_value", f"$.data.{name}"))
    if history and envelope.receivedat is not None:
        sent_us = instant_us(envelope.receivedat)
        if starts_us <= sent_us <= received_us and not _lacks_colon(wire["receivedat"]):
            received_us = sent_us
        else:
            faults.append(("bad_value", "$.receivedat"))
    if starts_us > received_us + FUTURE_TOLERANCE_US:
        faults.append(("time_in_future", "$.time"))
    if faults:
        return _refusal(wire, faults)
    return _checked(wire, envelope, read["data"], event, kind, starts_us, received_us)


def _kind_of(wire: dict[str, Any]) -> Kind | None:
    name = wire.get("type")
    return kind_of(name) if type(name) is str else None


def _checked(
    wire: dict[str, Any],
    envelope: Attributes,
    data: dict[str, Any],
    event: EventData,
    kind: Kind,
    starts_us: int,
    received_us: int,
) -> CheckedEvent | Refusal:
    parts = split(data, {} if wire.keys() <= _ATTRIBUTES else _unknown_attributes(wire), kind)
    if not parts.familiar and _nested_deeper(wire, DEEPEST_NESTING):
        return _refusal(wire, [("bad_value", "$")])
    canonical = plain_canonical_json if parts.familiar and kind.event.exact else canonical_json
    by_day, sequence = envelope.timeprecision == "day", envelope.sequence or 0
    said = content_of(wire, starts_us, day_precision=by_day, sequence=sequence)
    content = canonical(said)
    creates = kind.event.creates is not None
    twin = canonical(said | {"source": envelope.source}) if creates else None
    return CheckedEvent(
        envelope.source,
        envelope.id,
        kind.event.type_name,
        envelope.subject,
        wire["time"],
        starts_us,
        by_day,
        sequence,
        received_us,
        parts.plain,
        parts.personal,
        content,
        twin,
        personal_identifiers(envelope.id, envelope.source, envelope.subject, parts.plain, kind),
        warnings_of(event) if kind.may_be_odd else (),
    )


def _with_day(wire: dict[str, Any]) -> dict[str, Any]:
    """The event of a day: its data may be empty, because the subject says it all."""
    data, subject = wire.get("data"), wire.get("subject")
    if type(data) is not dict or type(subject) is not str or "day" in data:
        return wire
    return {**wire, "data": {"day": subject.partition("/")[2], **data}}


def _to_microseconds(wire: dict[str, Any]) -> dict[str, Any]:
    """The event without finer parts of its times: they would be rounded, and the last moment of a
    day, as some systems write it (23:59:59.9999999), belongs to no other day."""
    for name in ("time", "receivedat"):
        text = wire.get(name)
        if type(text) is str and "." in text:
            wire = {**wire, name: _FINER.sub(r"\1", text)}
    return wire


def _unknown_attributes(wire: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wire.items() if name not in _ATTRIBUTES}


def _nested_deeper(value: Any, levels: int) -> bool:
    if type(value) is dict:
        value = value.values()
    elif type(value) is not list:
        return False
    return levels == 0 or any(_nested_deeper(item, levels - 1) for item in value)


def _refusal(wire: dict[str, Any], faults: list[Fault]) -> Refusal:
    reason, path = gravest(faults)
    source, event_id = wire.get("source"), wire.get("id")
    return Refusal(
        reason,
        path,
        source if isinstance(source, str) else None,
        event_id if isinstance(event_id, str) else None,
    )


def _all_faults(wire: dict[str, Any], otherwise: str = "$") -> list[Fault]:
    """Every fault by itself; `otherwise` is the place of one that only the quick way knows."""
    faults = list(struct_faults(wire, Envelope, "$"))
    kind = _kind_of(wire)
    if kind is None and isinstance(wire.get("type"), str):
        faults.append(("unknown_type", "$.type"))
    if kind is not None and isinstance(wire.get("data"), dict):
        read = wire if kind.event is not DayReached else _with_day(wire)
        faults += data_faults(read["data"], kind.event)
    return faults or [("bad_value", otherwise)]


def _faults_between(
    envelope: Attributes, data: dict[str, Any], event: EventData, kind: Kind, starts_us: int
) -> list[Fault]:
    """What is wrong between fields, and between the envelope and the data."""
    faults: list[Fault] = []
    if kind.lacks is not None:
        faults += [("missing_field", f"$.data.{place}") for place in kind.lacks(data)]
    if kind.faults:
        faults += [(reason, f"$.data.{place}") for reason, place in event.faults()]
    if starts_us < _EARLIEST_US:
        faults.append(("bad_value", "$.time"))
        return faults
    if not _subject_names(event, kind, envelope.subject):
        faults.append(("bad_value", "$.subject"))
    if kind.has_person:
        faults += _births_after(event, starts_us)
    for name in kind.amounts:
        amount = getattr(event, name)
        if type(amount) is int and amount > LARGEST_FEN:
            faults.append(("bad_value", f"$.data.{name}"))
    return faults


def _lacks_colon(moment: str | None) -> bool:
    """Whether a time that is read otherwise has a zone like `+0800`: none of RFC 3339."""
    return moment is not None and moment[-5] in "+-"


def _births_after(event: EventData, starts_us: int) -> list[Fault]:
    """A birth after the day on which it was written down is a slip of the pen."""
    person = getattr(event, "person", None)
    faults = []
    if isinstance(person, Person | PersonPatch):
        written_on = shanghai_day(starts_us)
        if isinstance(person.birth_date, datetime.date) and person.birth_date > written_on:
            faults.append(("bad_value", "$.data.person.birth_date"))
        if isinstance(person.birth_year, int) and person.birth_year > written_on.year:
            faults.append(("bad_value", "$.data.person.birth_year"))
    return faults


def _subject_names(event: EventData, kind: Kind, subject: str) -> bool:
    """Whether the subject names what the data names; a void may speak of any kind of thing."""
    if kind.event is EventVoided:
        return subject.partition("/")[0] in _SUBJECT_KINDS
    begins, name_of = kind.subject
    return subject == f"{begins}{name_of(event)}"


def _starts_us(envelope: Attributes) -> int:
    """The start of the event's time; the end of the calendar is no day of its own."""
    at_us = min(instant_us(envelope.time), _LATEST_US)
    if envelope.timeprecision == "day" and at_us >= _EARLIEST_US:
        return day_start_us(shanghai_day(at_us))
    return at_us


_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in CATALOGUE.items()}


def decode_data(type_name: str, plain: bytes, personal: bytes | None = b"{}") -> EventData:
    """The event's data as its class, from the two JSON objects in which it is kept.

    `personal` is None once the personal objects are erased: the required ones are then blank.
    """
    decoder = _DECODERS[type_name]
    if personal is None:
        personal = CATALOGUE[type_name].blank
    if len(personal) > 2:
        plain = plain[:-1] + (b"," if len(plain) > 2 else b"") + personal[1:]
    decoded: EventData = decoder.decode(plain)
    return decoded


def short_name(wire_type: str) -> str:
    """`card.registered` of `jinxi.card.registered.v1`."""
    return wire_type.removeprefix(PREFIX).removesuffix(SUFFIX)
