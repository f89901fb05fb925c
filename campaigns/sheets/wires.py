"""What a row says, as events are sent: of what each speaks, and whose card it is."""

from typing import Any

from campaigns.catalogue import wire_name
from campaigns.ids import derived_id
from campaigns.sheets.columns import CONSENT_PURPOSES
from campaigns.sheets.model import SheetActivity

_SLOTS = {
    "card.registered": "card",
    "card.corrected": "card",
    "activity.attended": "attended",
    "clinic.consulted": "consulted",
    "trial.started": "trial",
    "purchase.made": "purchase",
    "referral.made": "referral",
}
_CONSENTS = ("consent.given", "consent.refused")

KNOWN_CARD = "card:"
"""How the id of a row begins that is known by its card."""

Data = dict[str, Any]


def slot_of(type_name: str, purpose: str | None) -> str | None:
    """What of a row an event speaks of; None for what no sheet says.

    At most one event of a slot stands at a time. `purpose` is that of a consent.
    """
    if type_name in _CONSENTS and purpose in CONSENT_PURPOSES.values():
        return f"consent/{purpose}"
    return _SLOTS.get(type_name)


def card_id_of(activity_id: str, row_id: str) -> str:
    """The card that a row of a sheet brings into being; a row that was taken may name it."""
    if row_id.startswith(KNOWN_CARD):
        return row_id.removeprefix(KNOWN_CARD)
    return derived_id("sheet", activity_id, row_id, "card-id")


def wire_event(
    activity: SheetActivity,
    event_id: str,
    type_name: str,
    card_id: str,
    data: Data,
    *,
    sequence: int = 0,
    time: str | None = None,
) -> dict[str, Any]:
    """The event as it is sent: with the day of the activity, for paper knows no hours.

    time: of another day.
    """
    wire = {
        "specversion": "1.0",
        "id": event_id,
        "source": activity.source,
        "type": wire_name(type_name),
        "time": time or activity.time,
        "timeprecision": "day",
        "subject": f"card/{card_id}",
        "data": data,
    }
    return wire | {"sequence": sequence} if sequence else wire
