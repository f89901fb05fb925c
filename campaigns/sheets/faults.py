"""What the door finds wrong with an event, as a fault of the column that it comes from."""

from campaigns.sheets.columns import BY_KEY, NAME
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
}


def fault_at(wire_type: str, reason: str, path: str) -> RowFault:
    """A fault that the door finds in an event, as one of the column that it comes from."""
    place = path.removeprefix("$.data.").partition("[")[0]
    if place == "sku":
        key = "trial_sku" if "trial" in wire_type else "sku"
    else:
        key = _COLUMN_OF_PATH.get(place, NAME)
    if reason == "bad_value" and path.startswith("$.data."):
        reason = BY_KEY[key].bad
    return RowFault(BY_KEY[key].heading, reason if reason in ROW_REASONS else "bad_value")
