"""An archive as its page shows it: what is masked, what was opened, what stands in the timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaigns.times import parse_instant_us, shanghai_day
from crm.masking import masked_mail, masked_name, masked_number
from crm.web.view.same_words import same_words

_CARD_FIELDS = {
    "name": ("person", "name"),
    "id_number": ("person", "id_number"),
    "birth_date": ("person", "birth_date"),
    "phones": ("contact", "phones"),
    "address": ("contact", "address"),
    "mail": ("contact", "mail"),
    "conditions": ("health", "conditions"),
    "medicines": ("health", "medicines"),
    "devices": ("health", "devices"),
}
_SECTIONS = ("person", "contact", "health", "private")
HEALTH_FIELDS = ("conditions", "medicines", "devices")
_WORDS = ("note", "text", "buyer_name", "giver_name")
_EVENT_FIELDS = ("health", "private")
_SHOWN_CODES = (
    *("kind", "sku", "serial", "quantity", "unit_price_fen", "channel", "item", "value_fen"),
    *("club", "outcome", "purpose", "dealer", "method", "expires_on", "reason_code", "relation"),
    *("member", "source_kind", "on"),
)


TIMELINE_GROUPS: dict[str, tuple[str, ...]] = {
    "consents": ("consent.",),
    "visits": ("activity.", "clinic.", "follow_up.", "gift.", "club.", "complaint."),
    "sales": ("trial.", "purchase.", "referral.", "reward."),
    "card": ("card.", "identity.", "relation.", "person.", "event."),
}
"""Group of the timeline → how the types in it begin."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One hidden field that a tap asks for: of a card, or of one event of it."""

    card_id: str
    field: str
    source: str = ""
    event_id: str = ""


def is_hidden_field(field: str) -> bool:
    """Whether this is a field that opens by a tap."""
    return field in _CARD_FIELDS or field in _EVENT_FIELDS


def is_health_field(field: str) -> bool:
    """Whether what opens may be about health; what an event keeps private may be anything."""
    return field in HEALTH_FIELDS or field in _EVENT_FIELDS


def hidden_value(archive: dict[str, Any], opened: Opened) -> str | None:
    """What stands in a hidden field; None when there is nothing, or this viewer may not see it."""
    if opened.field in _EVENT_FIELDS:
        named = (opened.source, opened.event_id, opened.card_id)
        found = (e for e in archive["timeline"] if (e["source"], e["id"], e["card_id"]) == named)
        return next((_joined(item["data"].get(opened.field)) for item in found), None)
    section, field = _CARD_FIELDS[opened.field]
    for card in archive["cards"]:
        if card["card_id"] == opened.card_id:
            return _joined(card[section].get(field))
    return None


def hidden_fields(archive: dict[str, Any]) -> list[tuple[str, str]]:
    """(card id, field) of every hidden field that holds something: what the whole text shows."""
    of_cards = [
        (card["card_id"], name)
        for card in archive["cards"]
        for name, (section, field) in _CARD_FIELDS.items()
        if _joined(card[section].get(field)) is not None
    ]
    of_events = [
        (item["card_id"], field)
        for item in archive["timeline"]
        for field in _EVENT_FIELDS
        if item["data"].get(field)
    ]
    return sorted({*of_cards, *of_events})


def _joined(value: Any) -> str | None:
    if value in (None, "", [], (), {}):
        return None
    if isinstance(value, dict):
        return _reading(value)
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return str(value)


def _reading(values: dict[str, Any]) -> str | None:
    """128/82 mmHg, 72/min, then free text."""
    parts = []
    if "systolic_mmhg" in values or "diastolic_mmhg" in values:
        high, low = values.get("systolic_mmhg", "–"), values.get("diastolic_mmhg", "–")
        parts.append(f"{high}/{low} mmHg")
    if "pulse_bpm" in values:
        parts.append(f"{values['pulse_bpm']}/min")
    parts += [str(values[name]) for name in _WORDS if values.get(name)]
    parts += [_joined(values[name]) or "" for name in HEALTH_FIELDS if values.get(name)]
    return "，".join(parts) or None


@dataclass(frozen=True)
class Field:
    """One line of the archive: its mask, or its value once it is opened."""

    name: str
    card_id: str
    mask: str
    value: str | None
    source: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A field that cards of one person say differently: each word with its cards."""

    field: str
    said: dict[str, list[str]]


def _born(card: dict[str, Any]) -> str:
    """The year of birth that stands on a card; empty where none does."""
    written = card["person"].get("birth_date") or card["person"].get("birth_year") or ""
    return str(written)[:4]


@dataclass(frozen=True)
class ArchiveView:
    """Everything that the page shows; `opened` is what the last tap asked for.

    only: the group of the timeline that is shown; empty: all.
    """

    archive: dict[str, Any]
    opened: Opened | None
    today: date
    only: str = ""

    @property
    def person_id(self) -> str:
        """The address of the archive."""
        return str(self.archive["person_id"])

    @property
    def head(self) -> Field | None:
        """The name, of the first card that has one."""
        return next((f for f in self.fields("name")), None)

    @property
    def sex(self) -> str | None:
        """As written on the first card that says it."""
        people = (card["person"] for card in self.archive["cards"])
        return next((each["sex"] for each in people if "sex" in each), None)

    @property
    def contradictions(self) -> list[Contradiction]:
        """The years of birth and the sexes that stand on cards of this one person, where they are
        several: that of the first card is shown above."""
        found = []
        for name in ("birth_year", "sex"):
            said: dict[str, list[str]] = {}
            for card in self.archive["cards"]:
                if word := _born(card) if name == "birth_year" else card["person"].get("sex"):
                    said.setdefault(word, []).append(card["card_id"])
            if len(said) > 1:
                found.append(Contradiction(name, said))
        return found

    @property
    def died_on(self) -> date | None:
        """The day of death, where a recorded word tells it; the last one that does."""
        days = [
            item["data"]["on"]
            for item in self.archive["timeline"]
            if item["type"] == "person.deceased" and item["outcome"] == "recorded"
            if item["data"].get("on")
        ]
        return date.fromisoformat(str(days[-1])) if days else None

    @property
    def age(self) -> int | None:
        """Whole years by the year of birth; of who died, at the death."""
        for card in self.archive["cards"]:
            if born := _born(card):
                return (self.died_on or self.today).year - int(born)
        return None

    @property
    def regions(self) -> list[str]:
        """Where the person lives, by its code, as each card has it."""
        cards = self.archive["cards"]
        return list(dict.fromkeys(card["region"] for card in cards if card["region"]))

    def fields(self, name: str) -> Iterator[Field]:
        """A field on each card where it is written; the same twice is one line."""
        section, key = _CARD_FIELDS[name]
        seen = set()
        for card in self.archive["cards"]:
            value = _joined(card[section].get(key))
            if value is not None and (said := same_words(name, value)) not in seen:
                seen.add(said)
                yield self._field(name, card["card_id"], self._mask(name, value), value)

    def fields_of(self, card: dict[str, Any]) -> Iterator[Field]:
        """Everything hidden that stands on one card."""
        for name, (section, key) in _CARD_FIELDS.items():
            value = _joined(card[section].get(key))
            if value is not None:
                yield self._field(name, card["card_id"], self._mask(name, value), value)

    def corrected(self, item: dict[str, Any]) -> list[str]:
        """Which fields a correction named; never what stands in them."""
        if item["type"] != "card.corrected":
            return []
        data = item["data"]
        named = [name for each in _SECTIONS for name in data.get(each) or {}]
        return [*named, *(["region"] if "region" in data else [])]

    def event_field(self, item: dict[str, Any]) -> Field | None:
        """What an event of the timeline hides."""
        for name in _EVENT_FIELDS:
            value = _joined(item["data"].get(name))
            if value is not None and item["type"] != "card.registered":
                mask = masked_name(value) if item["type"] == "consent.given" else "•••"
                return self._field(name, item["card_id"], mask, value, item["source"], item["id"])
        return None

    def _field(
        self, name: str, card_id: str, mask: str, value: str, source: str = "", event_id: str = ""
    ) -> Field:
        is_open = self.opened == Opened(card_id, name, source, event_id)
        return Field(name, card_id, mask, value if is_open else None, source, event_id)

    def _mask(self, name: str, value: str) -> str:
        if name == "name":
            return masked_name(value)
        if name == "phones":
            return "、".join(map(masked_number, value.split("、")))
        if name == "birth_date":
            return f"{value[:4]}-**-**"
        if name == "id_number":
            return f"{value[:3]}{'*' * max(0, len(value) - 5)}{value[-2:]}"
        return masked_mail(value) if name == "mail" else "•••"

    @property
    def consents(self) -> list[dict[str, Any]]:
        """What stands now for each purpose and dealer; several cards that agree are one line."""
        lines: dict[tuple[str, str | None, str], dict[str, Any]] = {}
        for standing in self.archive["standings"]:
            key = standing["purpose"], standing["dealer"], standing["state"]
            lines.setdefault(key, standing)
        return list(lines.values())

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """Every word on every purpose, the latest first."""
        return [
            {**word, "at_us": parse_instant_us(word["time"])}
            for word in reversed(self.archive["consents"])
        ]

    @property
    def days(self) -> list[tuple[date, list[dict[str, Any]]]]:
        """The timeline by days, the latest first."""
        days: dict[date, list[dict[str, Any]]] = {}
        for item in reversed(self.archive["timeline"]):
            if self.only and not item["type"].startswith(TIMELINE_GROUPS[self.only]):
                continue
            at_us = parse_instant_us(item["time"])
            days.setdefault(shanghai_day(at_us), []).append({**item, "at_us": at_us})
        return list(days.items())

    def codes(self, item: dict[str, Any]) -> list[tuple[str, Any]]:
        """What an event says that is not personal."""
        data = item["data"]
        shown = [(name, data[name]) for name in _SHOWN_CODES if data.get(name) not in (None, "")]
        # A dealer that is named says already that it was sold by a dealer.
        if data.get("by") not in (None, "self"):
            shown.append(("by", data["by"]))
        return [pair for pair in shown if pair != ("channel", "dealer") or not data.get("dealer")]
