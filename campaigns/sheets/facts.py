"""What a row says, without ids: by it one row is compared with another, and with what was taken."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import orjson

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import short_name
from campaigns.events.people import CardRegistered
from campaigns.sheets.wires import slot_of

SECTIONS = ("person", "contact", "health", "private")
_NO_FACTS = frozenset({"card_id", "purchase_id", "trial_id", "referral_id", "categories"})
"""Ids, and what follows from the answer of another column."""


def facts_of(wires: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Slot → what the events of a row say in it."""
    return dict(slot_fact(short_name(wire["type"]), wire["data"]) for wire in wires)


def slot_fact(type_name: str, data: Mapping[str, Any]) -> tuple[str, Any]:
    """(slot, what one event says in it); the data as JSON has it."""
    slot = slot_of(type_name, data.get("purpose"))
    assert slot is not None
    if slot == "card":
        return slot, registered_facts(data)
    plain = plain_data(msgspec.convert(data, CATALOGUE[type_name]))
    return slot, {"type": type_name} | {n: plain[n] for n in plain if n not in _NO_FACTS}


def card_facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a card can be corrected."""
    state = {name: data.get(name) or {} for name in SECTIONS}
    return state | {"region": data.get("region")}


def plain_data(data: Any) -> dict[str, Any]:
    """As JSON has it: dates as text, tuples as lists."""
    plain: dict[str, Any] = orjson.loads(msgspec.json.encode(data))
    return plain


def registered_facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same of the data of a registration, as the door would read it."""
    return card_facts(plain_data(msgspec.convert(data, CardRegistered)))
