"""How a dealer names a person that it has in its copy: by the key of the row, not by a card."""

from typing import Any

import orjson

from campaigns.catalogue import WIRE_NAMES
from campaigns.cloudevents import LARGEST_EVENT_BYTES
from campaigns.events.upkeep import EventVoided

ROW = "row/"
_MARK = b'"row/'
"""What the bytes of an event that names a row must hold somewhere."""


def row_event(line: bytes) -> dict[str, Any] | None:
    """The event as it was sent, if it names a row and may; whether it is right is not said.

    Whatever can be said of a card can be written of a row, so that the door may say what of it is
    not allowed; a word that takes back another one as well. A card is not registered by a row.
    """
    if _MARK not in line or len(line) > LARGEST_EVENT_BYTES:
        return None
    try:
        wire = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
    if type(wire) is not dict or type(wire.get("data")) is not dict:
        return None
    subject, type_name = wire.get("subject"), wire.get("type")
    if type(subject) is not str or not subject.startswith(ROW) or type(type_name) is not str:
        return None
    kind = WIRE_NAMES.get(type_name)
    if kind is None or "card_id" in wire["data"]:
        return None
    if wire["data"].get("row_key", row_key_of(wire)) != row_key_of(wire):
        return None
    is_of_card = kind.subject_field == "card_id" and (kind.creates or ("",))[0] != "card"
    return wire if is_of_card or kind is EventVoided else None


def row_key_of(wire: dict[str, Any]) -> str:
    """The key that the subject names."""
    return str(wire["subject"]).removeprefix(ROW)


def of_card(wire: dict[str, Any], subject: str) -> dict[str, Any]:
    """The same event with a card's subject (`card/…`) instead of the row."""
    data = {name: value for name, value in wire["data"].items() if name != "row_key"}
    if WIRE_NAMES[wire["type"]] is not EventVoided:
        data["card_id"] = subject.partition("/")[2]
    return wire | {"subject": subject, "data": data}
