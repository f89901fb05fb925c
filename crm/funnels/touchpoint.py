"""A touchpoint: one counted thing that a person did or that was done with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from campaigns.times import OrderKey

ATTENDED = "activity.attended"

TOUCHPOINT_TYPES = (
    ATTENDED,
    "card.registered",
    "clinic.consulted",
    "club.joined",
    "complaint.raised",
    "consent.given",
    "follow_up.done",
    "gift.given",
    "purchase.made",
    "referral.given",
    "referral.received",
    "trial.ended",
    "trial.started",
)
"""Every type a step may name, without `jinxi.` and `.v1`, sorted."""


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One counted touchpoint of one person; (order, type) tells two of a person apart.

    `starts_us` is the instant, or with `day_precision` the first instant of the Shanghai day.
    `order` is the effective order of the event behind it. `fields` are the event's own fields,
    then those of its activity (kind, programme, dealer, region) that the event lacks.
    """

    person: str
    type: str
    starts_us: int
    day_precision: bool
    order: OrderKey
    fields: Mapping[str, object]


def text_of(value: object) -> str | None:
    """A field as conditions and breakdowns see it: text, true, false, a decimal integer, a day.

    None for what is missing, a list or an object.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str | int) else None
