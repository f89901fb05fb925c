"""What the door finds wrong with an event, as a fault of the column that it comes from."""

from collections.abc import Mapping
from typing import Any

from campaigns.cloudevents import short_name
from campaigns.sheets.columns import BOUGHT_ON, BY_KEY, CONSENT_PURPOSES, MEMBER, NAME
from campaigns.sheets.model import RowFault
from campaigns.sheets.sentences import ROW_REASONS

_COLUMN_OF_PATH = {
    "person.name": NAME,
    "person.sex": "sex",
    "person.birth_date": "birth",
    "person.birth_year": "birth",
    "person.id_number": "id_number",
    "contact.phones": "phones",
    "contact.address": "address",
    "health.conditions": "conditions",
    "health.medicines": "medicines",
    "health.systolic_mmhg": "systolic",
    "health.diastolic_mmhg": "diastolic",
    "health.pulse_bpm": "pulse",
    "private.note": "note",
    "region": "region",
    "serial": "trial_serial",
    "quantity": "quantity",
    "unit_price_fen": "price",
    "member": MEMBER,
}
_COLUMN_OF_TYPE = {"trial.started": "trial_sku", "purchase.made": "sku", "referral.made": MEMBER}
"""Where that stands which makes a row say such an event at all."""
_COLUMN_OF_PURPOSE = {purpose: column for column, purpose in CONSENT_PURPOSES.items()}
_OF_THE_ROW = frozenset({"$", "$.id"})
"""Places that no cell says: the whole is too long, or is on its way already."""
_OF_A_PURCHASE = {"bad_value": "bad_day", "time_in_future": "bought_to_come"}


def fault_at(wire: Mapping[str, Any], reason: str, path: str) -> RowFault:
    """A fault that the door finds in an event, as one of the column that it comes from."""
    if path == "$.time" and _is_of_another_day(wire, reason):
        return RowFault(BY_KEY[BOUGHT_ON].heading, _OF_A_PURCHASE[reason])
    key = _COLUMN_OF_PATH.get(path.removeprefix("$.data.").partition("[")[0])
    if key is None:
        key = NAME if path in _OF_THE_ROW or path == "$.time" else _column_of_event(wire)
    if reason == "bad_value" and path.startswith("$.data."):
        reason = BY_KEY[key].bad
    return RowFault(BY_KEY[key].heading, reason if reason in ROW_REASONS else "bad_value")


def _is_of_another_day(wire: Mapping[str, Any], reason: str) -> bool:
    """Whether its day is that of the purchase; who referred did so then, or at the activity."""
    type_name = short_name(wire["type"])
    is_of_purchase = type_name == "purchase.made" and "activity_id" not in wire["data"]
    return is_of_purchase or (type_name == "referral.made" and reason == "bad_value")


def _column_of_event(wire: Mapping[str, Any]) -> str:
    type_name, data = short_name(wire["type"]), wire["data"]
    if type_name == "clinic.consulted":
        paths = (f"health.{name}" for name in data.get("health") or {})
        return next((_COLUMN_OF_PATH[path] for path in paths if path in _COLUMN_OF_PATH), NAME)
    of_purpose = _COLUMN_OF_PURPOSE.get(data.get("purpose") or "")
    return of_purpose or _COLUMN_OF_TYPE.get(type_name, NAME)
