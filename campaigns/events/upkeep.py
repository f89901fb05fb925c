"""Upkeep of the history itself: taking an event back, and the passing of days."""

from typing import Annotated, Literal

from msgspec import Meta

from campaigns.events.base import Day, EventData, Id


class EventVoided(EventData, frozen=True, kw_only=True):
    """Another event counts as never having happened.

    of_source: the other event's source
    of_id: the other event's id
    reason_code: typed_wrong, duplicate_entry, did_not_happen
    """

    type_name = "event.voided"
    subject_kind, subject_field = "", None

    of_source: Annotated[str, Meta(min_length=1, max_length=256)]
    of_id: Id
    reason_code: Literal["typed_wrong", "duplicate_entry", "did_not_happen"]


class DayReached(EventData, frozen=True, kw_only=True):
    """A Shanghai day began; made by the CRM itself.

    day: the day; may be left out, because the subject names it
    """

    type_name = "day.reached"
    subject_kind, subject_field = "day", "day"

    day: Day


EVENTS = (EventVoided, DayReached)
