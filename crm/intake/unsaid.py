"""What a sheet has no column for it says nothing about: what stood there stays."""

from collections.abc import Collection, Mapping
from typing import Any

from campaigns.sheets.columns import CONSENT_PURPOSES

_OF_SLOT = {
    "attended": (),
    "consulted": ("systolic", "diastolic", "pulse"),
    "trial": ("trial_sku", "trial_serial"),
    "purchase": ("quantity", "price", "sku"),
    "referral": ("member",),
} | {f"consent/{purpose}": (key,) for key, purpose in CONSENT_PURPOSES.items()}
_OF_CARD = {
    "name": ("person", ("name",)),
    "sex": ("person", ("sex",)),
    "birth": ("person", ("birth_date", "birth_year")),
    "id_number": ("person", ("id_number",)),
    "phones": ("contact", ("phones",)),
    "address": ("contact", ("address",)),
    "conditions": ("health", ("conditions",)),
    "medicines": ("health", ("medicines",)),
    "note": ("private", ("note",)),
}
"""Column → where a card has what stands in it."""


def speaks_of(slot: str, columns: Collection[str]) -> bool:
    """Whether a sheet with these columns says anything of a slot: an empty cell then is a word."""
    keys = _OF_SLOT.get(slot, ())
    return not keys or any(key in columns for key in keys)


def with_unsaid(
    said: Mapping[str, Any], now: Mapping[str, Any], columns: Collection[str]
) -> dict[str, Any]:
    """A card as a row has it now, with what was said before where the sheet has no column."""
    whole = {name: dict(part) if isinstance(part, Mapping) else part for name, part in now.items()}
    for key, (section, fields) in _OF_CARD.items():
        if key not in columns:
            before = said.get(section) or {}
            whole[section] |= {name: before[name] for name in fields if name in before}
    if "region" not in columns:
        whole["region"] = said.get("region")
    return whole
