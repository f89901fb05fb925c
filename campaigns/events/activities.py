"""Activities: planned, changed, held, cancelled."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from campaigns.events.base import (
    LETTERS_PATTERN,
    Count,
    EventData,
    Fault,
    Fen,
    Id,
    Moment,
    Quantity,
    Region,
    Text,
)

ActivityKind = Literal[
    "health_lecture",
    "free_clinic",
    "expert_consultation",
    "device_trial",
    "book_gift",
    "club_meeting",
    "promotion",
]


MOST_MATERIALS = 50
"""So many things can be listed that are to be taken along to one activity."""


class Material(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A thing that has to be taken along to an activity, how many of it, and of what measure."""

    item: Text
    quantity: Quantity
    unit: Annotated[str, Meta(max_length=8, pattern=LETTERS_PATTERN)] = ""
    """`箱`, `台`, `boxes`: letters alone; none where they are pieces."""


Materials = Annotated[tuple[Material, ...], Meta(max_length=MOST_MATERIALS)]


class ActivityPlanned(EventData, frozen=True, kw_only=True):
    """An activity was planned by the company, to be carried out by a dealer (handbook p. 39).

    activity_id: the activity
    programme: the programme it belongs to
    kind: what sort of activity
    title: as announced
    region: where, GB/T 2260
    dealer: who carries it out
    starts_at: start, RFC 3339
    ends_at: end, RFC 3339
    venue: the place
    filing_no: filing number of a free clinic (备案号)
    co_organizers: ageing committee, hospital, community centre, …
    cost_fen: planned cost, fen
    materials: what has to be taken along, each thing once: item (roll-up stand, device to try,
        leaflet, gift, …) and quantity
    """

    type_name = "activity.planned"
    subject_kind, subject_field = "activity", "activity_id"
    creates = ("activity", "activity_id")

    activity_id: Id
    programme: Text
    kind: ActivityKind
    title: Text
    region: Region
    dealer: Id
    starts_at: Moment
    ends_at: Moment | None = None
    venue: Text | None = None
    filing_no: Text | None = None
    co_organizers: tuple[Text, ...] | None = None
    cost_fen: Fen | None = None
    materials: Materials | None = None

    def faults(self) -> Iterable[Fault]:
        """An activity ends after it starts; a thing to be taken along is listed once."""
        yield from _wrong_times(self.starts_at, self.ends_at)
        yield from _wrong_materials(self.materials)


class ActivityChanged(EventData, frozen=True, kw_only=True):
    """Something about an activity changed; only what changed is given, null clears.

    activity_id: the activity
    programme: see activity.planned
    kind: see activity.planned
    title: see activity.planned
    region: see activity.planned
    dealer: see activity.planned
    starts_at: see activity.planned
    ends_at: see activity.planned
    venue: see activity.planned
    filing_no: see activity.planned
    co_organizers: see activity.planned
    cost_fen: see activity.planned
    materials: see activity.planned
    """

    type_name = "activity.changed"
    subject_kind, subject_field = "activity", "activity_id"
    refers = (("activity", "activity_id"),)

    activity_id: Id
    programme: Text | UnsetType = UNSET
    kind: ActivityKind | UnsetType = UNSET
    title: Text | UnsetType = UNSET
    region: Region | UnsetType = UNSET
    dealer: Id | UnsetType = UNSET
    starts_at: Moment | UnsetType = UNSET
    ends_at: Moment | UnsetType | None = UNSET
    venue: Text | UnsetType | None = UNSET
    filing_no: Text | UnsetType | None = UNSET
    co_organizers: tuple[Text, ...] | UnsetType | None = UNSET
    cost_fen: Fen | UnsetType | None = UNSET
    materials: Materials | UnsetType | None = UNSET

    def faults(self) -> Iterable[Fault]:
        """An activity ends after it starts, as far as both are said; a thing is listed once."""
        yield from _wrong_times(self.starts_at, self.ends_at)
        yield from _wrong_materials(self.materials)


def _wrong_times(
    starts_at: datetime | UnsetType, ends_at: datetime | UnsetType | None
) -> Iterable[Fault]:
    """Times must be in the years of which days can be told, and in their order."""
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if isinstance(moment, datetime) and not 1900 <= moment.year <= 9998:
            yield "bad_value", name
    if isinstance(starts_at, datetime) and isinstance(ends_at, datetime) and ends_at < starts_at:
        yield "bad_value", "ends_at"


def _wrong_materials(materials: tuple[Material, ...] | UnsetType | None) -> Iterable[Fault]:
    """Two lines of one thing leave open how many are needed."""
    seen: set[str] = set()
    for place, each in enumerate(materials or ()):
        if each.item in seen:
            yield "bad_value", f"materials[{place}].item"
        seen.add(each.item)


class ActivityHeld(EventData, frozen=True, kw_only=True):
    """An activity took place.

    activity_id: the activity
    reached: people reached, a headcount
    cards_handed_out: cards handed out, a count
    """

    type_name = "activity.held"
    subject_kind, subject_field = "activity", "activity_id"
    refers = (("activity", "activity_id"),)

    activity_id: Id
    reached: Count
    cards_handed_out: Count


class ActivityCancelled(EventData, frozen=True, kw_only=True):
    """An activity will not take place.

    activity_id: the activity
    reason_code: why
    """

    type_name = "activity.cancelled"
    subject_kind, subject_field = "activity", "activity_id"
    refers = (("activity", "activity_id"),)

    activity_id: Id
    reason_code: Text


EVENTS = (ActivityPlanned, ActivityChanged, ActivityHeld, ActivityCancelled)
