"""The phone's form → events. The ids come with the form, so a second tap says nothing new."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import orjson

from campaigns.catalogue import wire_name
from campaigns.cloudevents import Refusal, check
from campaigns.intake import Credential
from campaigns.times import day_start_us, parse_instant_us, rfc3339, shanghai_day
from crm.activities.queries import ActivityRow
from crm.copies.row_names import ROW, of_card
from crm.holdings.queries import Held
from crm.intake.row_rights import BY_ROW, PURPOSES_BY_ROW
from crm.people.found import FoundPerson
from crm.web.view.form_doubts import NO_HEALTH_CONSENT, Doubt
from crm.web.view.form_faults import HEALTH_CLOSED, HEALTH_REFUSED
from crm.web.view.form_fields import (
    ASKED_OF_THE_DOOR,
    FIELDS,
    PURPOSES,
    READING_FIELDS,
    UNTICKED,
    WANTED,
    fields_under,
    odd_birth,
    odd_number,
    odd_pressure,
    odd_price,
    out_of_range,
    unticked,
)
from crm.web.view.form_said import FormSaid
from crm.web.view.signatures import UNSIGNED as NO_SIGNATURE
from crm.web.view.signatures import Signature
from crm.web.view.typed import Typed

_A_CARD = "card/of-the-row"
_FORM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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
    "$.data.serials[0]": "purchase_serial",
    "$.data.item": "gift_item",
    "$.data.value_fen": "gift_value",
    "$.data.kind": "complaint_kind",
    "$.data.private.text": "complaint_text",
    "$.data.private.note": "trial_note",
    "$.data.member": "member",
    "$.data.trial_id": "trial_of",
    "$.data.outcome": "trial_outcome",
    "$.data.purchase_id": "return_of",
    "$.data.reason_code": "return_reason",
}
_ASKED_AT = {"id_number_unverified": "id_number", "phone_unusual": "phone"}
NOTHING_HELD = Held()
_PLACES_OF_A_RETURN = {"$.data.quantity": "return_quantity"}


def purposes_of(person: FoundPerson | None) -> tuple[str, ...]:
    """What may be asked of a person; by way of a row not everything."""
    if person is None or not person.card_id.startswith(ROW):
        return PURPOSES
    return tuple(purpose for purpose in PURPOSES if purpose in PURPOSES_BY_ROW)


def may_be_referred(person: FoundPerson | None) -> bool:
    """Whether it may be said who brought the person; by way of a row not."""
    return person is None or not person.card_id.startswith(ROW) or "referral.made" in BY_ROW


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
    text: Typed
    activity: ActivityRow
    signature: Signature = NO_SIGNATURE

    @property
    def is_new_card(self) -> bool:
        """Whether a new card is written."""
        return self.card_id is None

    @property
    def names_signature(self) -> bool:
        """Whether a consent of the form names the drawing."""
        return any("evidence_sha256" in data for _, _, data in self.said.everything())

    @cached_property
    def said(self) -> FormSaid:
        """What the form says."""
        return FormSaid(self.form_id, self.text, self.activity, self.signature, self.is_new_card)

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
            for place, (kind, type_name, data) in enumerate(self.said.everything(), 1)
        ]

    def _named(self) -> tuple[dict[str, str], str]:
        """(how the data name the person, the subject): by a card, or by a row of a copy."""
        card_id = self.card_id or self.form_id
        if card_id.startswith(ROW):
            return {"row_key": card_id.removeprefix(ROW)}, card_id
        return {"card_id": card_id}, f"card/{card_id}"

    def faults(self, health: bool | None = None) -> Iterator[Fault]:
        """What only the form can know to be wrong.

        health: whether the person's last word on readings is a yes; None: never asked.
        """
        if not _FORM_ID.fullmatch(self.form_id):
            yield Fault(None, "stale")
        if not list(self.said.everything()):
            yield Fault(None, "nothing_said")
        if self.signature.is_broken:
            yield Fault(None, "bad_signature")
        if self.is_new_card and not self.text("name"):
            yield Fault("name", "missing_field", "$.data.person.name")
        for name in self._in_effect():
            if out_of_range(FIELDS[name], self.text(name)):
                yield Fault(name, "out_of_range" if self.text(name) else "not_filled")
        for purpose in self.said.refusals:
            if purpose in self.said.consents:
                yield Fault(f"refused_{purpose}", "yes_and_no")
        reading = next(filter(self.text, READING_FIELDS), None)
        if reading and "health" not in self.said.consents:
            if "health" in self.said.refusals:
                yield Fault(reading, HEALTH_REFUSED)
            elif health is False:
                yield Fault(reading, HEALTH_CLOSED)

    def _in_effect(self) -> Iterator[str]:
        """The fields that say something: what is wanted by a tick may not be blank."""
        for field in FIELDS.values():
            if field.under and not self.text(field.under):
                continue
            is_wanted = bool(field.under) and field.kind in WANTED
            is_wanted = is_wanted or (field.name == "gift_value" and bool(self.text("gift_item")))
            if (is_wanted or self.text(field.name)) and (self.is_new_card or field.name != "born"):
                yield field.name

    def doubts(self, today: date, health: bool | None = None) -> list[Doubt]:
        """What is odd, and what would be left unsaid: each is asked about once.

        health: whether the person's last word on readings is a yes; None: never asked.
        """
        said = self.said
        found = [odd_number(FIELDS[name], self.text(name)) for name in self._in_effect()]
        if self.is_new_card:
            found.append(odd_birth(self.text("born"), today))
        found.append(odd_pressure(*(self.text(name) for name in READING_FIELDS[:2])))
        if self.text("purchase"):
            found.append(odd_price(self.text("purchase_sku"), self.text("price")))
        for tick in UNTICKED:
            typed = next((name for name in fields_under(tick) if self.text(name)), None)
            if typed is not None and not self.text(tick):
                found.append(unticked(tick, typed))
        found += said.doubts()
        is_asked = health is not None or "health" in (*said.consents, *said.refusals)
        if any(map(self.text, READING_FIELDS)) and not is_asked:
            found.append(NO_HEALTH_CONSENT)
        return [doubt for doubt in found if doubt is not None]

    @property
    def at_us(self) -> int:
        """The instant that what it says is of."""
        return parse_instant_us(self._when()["time"])

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


@dataclass(frozen=True, slots=True)
class Checked:
    """A form looked at before it is handed over. doubts: what is asked about once."""

    lines: list[bytes]
    faults: list[Fault]
    warnings: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """By what the form says next time that all of it was asked."""
        return tuple(doubt.code for doubt in self.doubts)


def checked(
    entry: Entry,
    source: str,
    credential: Credential,
    now_us: int,
    held: Held = NOTHING_HELD,
    known: Iterable[Doubt | Fault] = (),
) -> Checked:
    """All that can be said of the form beforehand, so that it is taken whole or not at all.

    known: what is wrong or odd by what is recorded already.
    """
    health = held.said.get("health")
    told_before = list(known)
    faults = [*entry.faults(health), *(each for each in told_before if isinstance(each, Fault))]
    is_readable = all(fault.field for fault in faults)
    lines: list[bytes] = []
    warnings: list[str] = []
    for event in entry.events(source) if is_readable else ():
        line = orjson.dumps(event)
        # The door puts the card in the place of a row; what else is said is looked at here.
        by_row = event["subject"].startswith(ROW)
        found = check(orjson.dumps(of_card(event, _A_CARD)) if by_row else line, now_us)
        if isinstance(found, Refusal):
            faults.append(Fault(_place(found.path, event), found.reason, found.path))
        else:
            path = found.faults[0][1] if found.faults else credential.forbidden_at(found)
            if path is not None:
                reason = found.faults[0][0] if found.faults else "not_allowed"
                faults.append(Fault(_place(path, event), reason, path))
            warnings += found.warnings
        lines.append(line)
    faults = [fault for place, fault in enumerate(faults) if _is_news(fault, faults[:place])]
    odd = entry.doubts(shanghai_day(now_us), health)
    told = tuple(dict.fromkeys(warnings))
    of_door = (Doubt(code, _ASKED_AT.get(code, ""), ASKED_OF_THE_DOOR[code], {}) for code in told)
    asked = (each for each in told_before if isinstance(each, Doubt))
    return Checked(lines, faults, told, (*of_door, *odd, *asked))


def _is_news(fault: Fault, told: list[Fault]) -> bool:
    """Of one field the first fault is enough."""
    return fault.field is None or fault.field not in {other.field for other in told}


def _place(path: str, event: dict[str, Any]) -> str | None:
    if path.startswith("$.data.contact.phones"):
        return "phone"
    if "return_id" in event["data"] and path in _PLACES_OF_A_RETURN:
        return _PLACES_OF_A_RETURN[path]
    field = path.removeprefix("$.data.health.")
    return field if field in READING_FIELDS else _PLACES.get(path)
