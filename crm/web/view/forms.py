"""The phone's form → events. The ids come with the form, so a second tap says nothing new."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from campaigns.catalogue import wire_name
from campaigns.cloudevents import Refusal, check
from campaigns.ids import derived_id
from campaigns.intake import Credential
from campaigns.sheets.model import NOTICE_VERSION
from campaigns.times import day_start_us, parse_instant_us, rfc3339, shanghai_day
from crm.activities.queries import ActivityRow
from crm.copies.row_names import ROW, of_card
from crm.intake.row_rights import PURPOSES_BY_ROW
from crm.people.queries import FoundPerson
from crm.web.view.signatures import UNSIGNED, Signature

SKUS = {"JX-B4": 69_300, "JX-B2": 59_700}
"""The devices that a form offers, with the price of one, fen."""
PURPOSES = ("archive", "health", "share_with_dealer", "marketing", "club")
_A_CARD = "card/of-the-row"
METHODS = ("screen", "paper", "voice")
GIVERS = ("self", "guardian", "agent")
READING_FIELDS = ("systolic_mmhg", "diastolic_mmhg", "pulse_bpm")

_FORM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
_BIRTH = re.compile(r"([12][0-9]{3})(?:[-./年]?([0-9]{1,2})[-./月]?([0-9]{1,2})日?)?")
_PLACES = {
    "$.data.person.name": "name",
    "$.data.person.sex": "sex",
    "$.data.person.birth_date": "born",
    "$.data.person.birth_year": "born",
    "$.data.person.id_number": "id_number",
    "$.data.contact.address": "address",
    "$.data.unit_price_fen": "price",
    "$.data.quantity": "quantity",
    "$.data.serial": "serial",
}

Text = Callable[[str], str]
"""The text of a field of the form, empty when it is missing."""


def purposes_of(person: FoundPerson | None) -> tuple[str, ...]:
    """What may be asked of a person; by way of a row not everything."""
    if person is None or not person.card_id.startswith(ROW):
        return PURPOSES
    return tuple(purpose for purpose in PURPOSES if purpose in PURPOSES_BY_ROW)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the form: which field (none: the whole), why, and the path, if any."""

    field: str | None
    reason: str
    path: str = "$"


@dataclass(frozen=True)
class Entry:
    """One form that was filled in.

    form_id: made when the form was rendered; written_at: RFC 3339, likewise.
    card_id: of a known person, or `row/KEY` of the dealer's copy; None: a new card is written.
    """

    form_id: str
    written_at: str
    card_id: str | None
    text: Text
    activity: ActivityRow
    signature: Signature = UNSIGNED

    @property
    def is_new_card(self) -> bool:
        """Whether a new card is written."""
        return self.card_id is None

    @property
    def names_signature(self) -> bool:
        """Whether a consent of the form names the drawing."""
        return any("evidence_sha256" in data for _, _, data in self._said())

    def events(self, source: str) -> list[dict[str, Any]]:
        """What the form says, as CloudEvents in the order in which it happened."""
        named, subject = self._named()
        when = self._when()
        return [
            {
                "specversion": "1.0",
                "id": f"{self.form_id}-{kind}",
                "source": source,
                "type": wire_name(type_name),
                "subject": subject,
                "sequence": place,
                **when,
                "data": {**named, **data},
            }
            for place, (kind, type_name, data) in enumerate(self._said(), 1)
        ]

    def _named(self) -> tuple[dict[str, str], str]:
        """(how the data name the person, the subject): by a card, or by a row of a copy."""
        card_id = self.card_id or self.form_id
        if card_id.startswith(ROW):
            return {"row_key": card_id.removeprefix(ROW)}, card_id
        return {"card_id": card_id}, f"card/{card_id}"

    def faults(self) -> Iterator[Fault]:
        """What only the form can know to be wrong."""
        if not _FORM_ID.fullmatch(self.form_id):
            yield Fault(None, "stale")
        if not list(self._said()):
            yield Fault(None, "nothing_said")
        if self.signature.is_broken:
            yield Fault(None, "bad_signature")
        if self.is_new_card:
            if not self.text("name"):
                yield Fault("name", "missing_field", "$.data.person.name")
            if self.text("born") and not self._birth():
                yield Fault("born", "bad_birth")
        if self.text("purchase"):
            if _fen(self.text("price")) is None:
                yield Fault("price", "bad_price")
            if not self.text("quantity").isdecimal():
                yield Fault("quantity", "bad_quantity")

    def _when(self) -> dict[str, str]:
        """Written on the activity's day: the instant; entered afterwards: the day alone."""
        day = shanghai_day(self.activity.starts_us)
        try:
            written_us = parse_instant_us(self.written_at)
        except ValueError:
            written_us = self.activity.starts_us
        if shanghai_day(written_us) == day:
            return {"time": rfc3339(written_us)}
        return {"time": rfc3339(day_start_us(day)), "timeprecision": "day"}

    def _said(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(suffix of the id, type, data) of each thing."""
        here = {"activity_id": self.activity.activity_id}
        if self.is_new_card:
            yield "card", "card.registered", {**self._card(), **here}
        if self.text("attended"):
            yield "attended", "activity.attended", here
        reading = {name: _number(self.text(name)) for name in READING_FIELDS if self.text(name)}
        if reading:
            yield "reading", "clinic.consulted", {"health": reading, **here}
        for purpose in PURPOSES:
            if self.text(f"consent_{purpose}"):
                yield f"consent-{purpose}", "consent.given", {**self._consent(purpose), **here}
        if self.text("trial"):
            trial = {"trial_id": self._made_id("trial"), "sku": self.text("trial_sku")}
            if self.text("serial"):
                trial["serial"] = self.text("serial")
            yield "trial", "trial.started", {**trial, **here}
        if self.text("purchase"):
            yield "purchase", "purchase.made", {**self._purchase(), **here}

    def _card(self) -> dict[str, Any]:
        person = {"name": self.text("name")} if self.text("name") else {}
        person |= {name: self.text(name) for name in ("sex", "id_number") if self.text(name)}
        card: dict[str, Any] = {"person": {**person, **self._birth()}, "source_kind": "activity"}
        contact: dict[str, Any] = {}
        if self.text("phone"):
            contact["phones"] = [self.text("phone")]
        if self.text("address"):
            contact["address"] = self.text("address")
        return card | ({"contact": contact} if contact else {})

    def _birth(self) -> dict[str, Any]:
        """1950, 1950-3-2, 1950年3月2日 or 19500302."""
        found = _BIRTH.fullmatch(self.text("born").replace(" ", ""))
        if found is None:
            return {}
        year, month, day = found.groups()
        if month is None:
            return {"birth_year": int(year)}
        try:
            return {"birth_date": date(int(year), int(month), int(day)).isoformat()}
        except ValueError:
            return {}

    def _consent(self, purpose: str) -> dict[str, Any]:
        consent = {
            "purpose": purpose,
            "notice_version": self.text(f"notice_{purpose}") or NOTICE_VERSION,
            "method": self.text("method") or METHODS[0],
            "by": self.text("by") or GIVERS[0],
        }
        if self.signature.content and consent["method"] == METHODS[0]:
            consent["evidence_sha256"] = self.signature.sha256
        if purpose == "share_with_dealer":
            consent["dealer"] = self.activity.dealer
        return consent

    def _made_id(self, kind: str) -> str:
        """The same for a second tap; who reads it learns neither the form's id nor the card's."""
        return derived_id("form", self.form_id, kind)

    def _purchase(self) -> dict[str, Any]:
        return {
            "purchase_id": self._made_id("purchase"),
            "sku": self.text("purchase_sku"),
            "quantity": _number(self.text("quantity")),
            "unit_price_fen": _fen(self.text("price")),
            "channel": "activity",
            "dealer": self.activity.dealer,
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """A form looked at before it is handed over."""

    lines: list[bytes]
    faults: list[Fault]
    warnings: tuple[str, ...]


def checked(entry: Entry, source: str, credential: Credential, now_us: int) -> Checked:
    """All that can be said of the form beforehand, so that it is taken whole or not at all."""
    faults = list(entry.faults())
    is_readable = all(fault.field for fault in faults)
    lines: list[bytes] = []
    warnings: list[str] = []
    for event in entry.events(source) if is_readable else ():
        line = orjson.dumps(event)
        # The door puts the card in the place of a row; what else is said is looked at here.
        by_row = event["subject"].startswith(ROW)
        found = check(orjson.dumps(of_card(event, _A_CARD)) if by_row else line, now_us)
        if isinstance(found, Refusal):
            faults.append(Fault(_place(found.path), found.reason, found.path))
        else:
            path = found.faults[0][1] if found.faults else credential.forbidden_at(found)
            if path is not None:
                reason = found.faults[0][0] if found.faults else "not_allowed"
                faults.append(Fault(_place(path), reason, path))
            warnings += found.warnings
        lines.append(line)
    faults = [fault for place, fault in enumerate(faults) if _is_news(fault, faults[:place])]
    return Checked(lines, faults, tuple(dict.fromkeys(warnings)))


def _is_news(fault: Fault, told: list[Fault]) -> bool:
    """Of one field the first fault is enough."""
    return fault.field is None or fault.field not in {other.field for other in told}


def _place(path: str) -> str | None:
    if path.startswith("$.data.contact.phones"):
        return "phone"
    field = path.removeprefix("$.data.health.")
    return field if field in READING_FIELDS else _PLACES.get(path)


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) < 10 else text


def _fen(text: str) -> int | None:
    found = _YUAN.fullmatch(text.replace(",", "").removeprefix("¥"))
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
