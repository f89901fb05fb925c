"""A fold as bytes: its events and what became of them, in a tenth of the memory.

Of a component that nobody touches for a while the bytes are kept instead of the objects: they are
unpacked sooner than they would be read, decrypted, decoded and judged once more. They never leave
the memory of the process: what is personal stands in them as it does in the objects.
"""

import functools
import operator
import zlib
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct, defstruct, msgpack
from msgspec.structs import fields

from campaigns.catalogue import CATALOGUE
from crm.components.fold import Fold
from crm.identity.resolution import Resolution
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.cards import restored_outcomes
from crm.outcomes.outcome import RECORDED, RECORDED_AGAIN, VOIDED, Outcome

_QUICK = 1
"""Of zlib's levels: ids and names of fields come again and again, so this one is enough."""
_SINGLE = {each: each for each in (RECORDED_AGAIN, VOIDED)}
"""Rules ask for them by identity."""


class _Event(Struct, array_like=True, gc=False):
    """What of an event does not follow from the rest."""

    position: int
    source: str
    id: str
    subject: str
    time: str
    starts_us: int
    day_precision: bool
    sequence: int
    received_us: int
    actor: str
    role: str
    twin: bytes | None
    blank: bool
    by_row: bool
    evidenced: bool


def _trusted(kind: Any) -> Any:
    """The type without patterns: what was checked when it came in is not checked again."""
    if get_origin(kind) is Annotated:
        plain, *bounds = get_args(kind)
        is_pattern = any(isinstance(each, Meta) and each.pattern for each in bounds)
        return plain if is_pattern else kind
    if get_origin(kind) in (Union, UnionType):
        return functools.reduce(operator.or_, map(_trusted, get_args(kind)))
    if get_origin(kind) is tuple:
        first, *more = get_args(kind)
        # What a tuple holds is known at run time alone.
        return tuple[(_trusted(first), *more)]  # type: ignore[misc]
    return kind


def _trusted_data(kind: Any) -> Any:
    """The same class of data, for rules that ask what it is; it is only decoded sooner."""
    given = []
    for each in fields(kind):
        default = () if each.default is NODEFAULT else (each.default,)
        given.append((each.name, _trusted(each.type), *default))
    return defstruct(kind.__name__, given, bases=(kind,), kw_only=True, frozen=True)


_EVENTS: dict[str, Any] = {
    name: defstruct(
        "_EventOf", [("data", _trusted_data(kind))], bases=(_Event,), tag=name, array_like=True
    )
    for name, kind in CATALOGUE.items()
    if kind.subject_kind in ("card", "reward") or name == "event.voided"
}
"""A class for each type of event that a component may have; the tag tells the type."""


_ANY_EVENT: Any = functools.reduce(operator.or_, _EVENTS.values())


class _Packed(Struct, array_like=True, gc=False):
    """outcomes: by place, of those that are not simply recorded."""

    outcomes: list[tuple[int, Outcome]]
    resolution: Resolution | None
    events: list[Any]


_ENCODER = msgpack.Encoder()
_DECODER = msgpack.Decoder(
    defstruct(
        "_Unpacked",
        [
            ("outcomes", list[tuple[int, Outcome]]),
            ("resolution", Resolution | None),
            ("events", list[_ANY_EVENT]),
        ],
        array_like=True,
        gc=False,
    )
)


def packed(fold: Fold) -> bytes:
    """The fold as bytes."""
    outcomes = fold.judged.outcomes
    judged = (outcomes[event.key] for event in fold.events)
    unusual = [(place, each) for place, each in enumerate(judged) if each is not RECORDED]
    events = list(map(_written, fold.events))
    content = _ENCODER.encode(_Packed(unusual, fold.known_resolution, events))
    return zlib.compress(content, _QUICK)


def unpacked(content: bytes) -> Fold:
    """The fold that was packed."""
    known: Any = _DECODER.decode(zlib.decompress(content))
    events = list(map(_read, known.events))
    outcomes = dict.fromkeys((event.key for event in events), RECORDED)
    for place, outcome in known.outcomes:
        outcomes[events[place].key] = _SINGLE.get(outcome, outcome)
    return Fold.restored(events, restored_outcomes(events, outcomes), known.resolution)


def _written(event: LoggedEvent) -> Any:
    return _EVENTS[event.type_name](
        event.position,
        event.source,
        event.id,
        event.subject,
        event.time,
        event.starts_us,
        event.day_precision,
        event.order[1],
        event.received_us,
        event.actor,
        event.role,
        event.twin,
        event.blank,
        event.by_row,
        event.evidenced,
        event.data,
    )


def _read(written: Any) -> LoggedEvent:
    source, event_id, starts_us = written.source, written.id, written.starts_us
    return LoggedEvent(
        written.position,
        source,
        event_id,
        written.data.type_name,
        written.subject,
        written.time,
        starts_us,
        written.day_precision,
        (starts_us, written.sequence, source, event_id),
        written.received_us,
        written.actor,
        written.role,
        written.twin,
        written.data,
        written.blank,
        written.by_row,
        written.evidenced,
    )
