"""One row → what it says: CloudEvents, or the faults of its cells.

Ids are computed from the row's id, so the same row always gives the same events:

- `card_id` = uuid5("sheet/ACTIVITY/ROW/card"); trial and purchase ids likewise;
- event id = uuid5("sheet/ACTIVITY/ROW/SLOT"), where the slot is what the row speaks of: `card`,
  `attended`, `consulted`, `trial`, `purchase`, `referral`, `consent/PURPOSE`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from campaigns.cloudevents import Refusal, check_object, short_name
from campaigns.events.consents import CATEGORIES
from campaigns.ids import derived_id
from campaigns.sheets import values
from campaigns.sheets.columns import (
    BOUGHT_ON,
    BY_KEY,
    CONSENT_PURPOSES,
    MEMBER,
    NAME,
    NO,
    NOT_ASKED,
    YES,
)
from campaigns.sheets.faults import fault_at
from campaigns.sheets.model import Broken, CellValue, RowFault, SheetActivity
from campaigns.sheets.wires import Data, card_id_of, slot_of, wire_event
from campaigns.times import day_start_us, rfc3339

_HOLDS_TYPED_TEXT = frozenset(
    {"card.registered", "clinic.consulted", "trial.started", "purchase.made", "referral.made"}
)
"""The others hold nothing that was not chosen from a list."""
_ANSWERS = frozenset({"attended", *CONSENT_PURPOSES})
"""Columns in which a dash is an answer."""
_READINGS = {"systolic": "systolic_mmhg", "diastolic": "diastolic_mmhg", "pulse": "pulse_bpm"}
_OF_HEALTH = ("conditions", "medicines", *_READINGS)


@dataclass
class RowReader:
    """Reads the cells of one row, by column key, and keeps what is wrong with them.

    said: the data of the card, as far as they could be read.
    """

    activity: SheetActivity
    row_id: str
    cells: Mapping[str, CellValue]
    faults: list[RowFault] = field(default_factory=list)
    said: Data = field(default_factory=dict)

    @cached_property
    def card_id(self) -> str:
        """The row's card."""
        return card_id_of(self.activity.activity_id, self.row_id)

    def events(self) -> tuple[dict[str, Any], ...]:
        """The events of the row; none when anything in it is wrong."""
        self._find_broken()
        said = [
            self._card(),
            self._attended(),
            self._consulted(),
            self._trial(),
            self._purchase(),
            self._referral(),
            *(self._consent(column, purpose) for column, purpose in CONSENT_PURPOSES.items()),
        ]
        self._find_refused_health()
        if self.faults:
            return ()
        wires = tuple(self._wire(*one) for one in said if one is not None)
        for wire in wires:
            if short_name(wire["type"]) in _HOLDS_TYPED_TEXT:
                self._check(wire)
        return () if self.faults else wires

    def _wire(self, type_name: str, data: Data) -> dict[str, Any]:
        slot = slot_of(type_name, data.get("purpose"))
        assert slot is not None
        data = {"card_id": self.card_id} | data
        time = self._time_of(type_name)
        event_id = self._derived(slot)
        return wire_event(self.activity, event_id, type_name, self.card_id, data, time=time)

    def _derived(self, *parts: str) -> str:
        return derived_id("sheet", self.activity.activity_id, self.row_id, *parts)

    def _fault(self, key: str, reason: str) -> None:
        self.faults.append(RowFault(BY_KEY[key].heading, reason))

    def _find_broken(self) -> None:
        for key, value in self.cells.items():
            if isinstance(value, Broken):
                self._fault(key, value.reason)

    def _check(self, wire: dict[str, Any]) -> None:
        """What the door would say of the event, as a fault of the cell that it comes from."""
        answer = check_object(wire, day_start_us(max(self.activity.day, self._bought_on)))
        reason, path = "", ""
        if isinstance(answer, Refusal):
            reason, path = answer.reason, answer.path
        elif answer.faults:
            reason, path = answer.faults[0]
        if reason:
            self.faults.append(fault_at(wire, reason, path))

    def _typed(self, key: str) -> bool:
        value = self.cells.get(key)
        if isinstance(value, Broken) or values.written(value) == "":
            return False
        return key in _ANSWERS or not values.is_nothing(value)

    def _read(self, key: str, read: Callable[[Any], Any]) -> Any:
        """The value of a cell; None when it is blank or wrong, which is then kept as a fault."""
        if not self._typed(key):
            return None
        try:
            return read(self.cells[key])
        except (values.DigitsLost, values.SeveralNames, values.ShortYear) as error:
            self._fault(key, error.reason)
        except (ValueError, OverflowError):
            self._fault(key, BY_KEY[key].bad)
        return None

    def _card(self) -> tuple[str, Data]:
        if not self._typed(NAME) and not isinstance(self.cells.get(NAME), Broken):
            self._fault(NAME, "missing_name")
        born = self._read("birth", values.birth) or {}
        objects = {
            "person": {
                "name": self._read(NAME, values.name),
                "sex": self._read("sex", values.sex),
                **born,
                "id_number": self._read("id_number", values.code),
            },
            "contact": {
                "phones": self._read("phones", values.phones),
                "address": self._read("address", values.written),
            },
            "health": {
                "conditions": self._read("conditions", values.words),
                "medicines": self._read("medicines", values.words),
            },
            "private": {"note": self._read("note", values.written)},
        }
        data: Data = {name: _filled(value) for name, value in objects.items()}
        data["region"] = self._read("region", values.region)
        data["source_kind"] = "activity"
        data["activity_id"] = self.activity.activity_id
        self.said = _filled(data)
        return "card.registered", self.said

    def _attended(self) -> tuple[str, Data] | None:
        """A name on a sign-in sheet came, unless it is said that it did not."""
        if self._read("attended", values.tick) in (NO, NOT_ASKED):
            return None
        return "activity.attended", {"activity_id": self.activity.activity_id}

    def _consulted(self) -> tuple[str, Data] | None:
        reading = _filled(
            {name: self._read(key, values.whole_number) for key, name in _READINGS.items()}
        )
        if not reading:
            return None
        data = {"activity_id": self.activity.activity_id, "health": reading}
        return "clinic.consulted", data

    def _find_refused_health(self) -> None:
        """What is of health is asked about where the person refused that it is kept."""
        if self._said_of_health() != NO:
            return
        for key in _OF_HEALTH:
            if self._typed(key):
                self._fault(key, "health_refused")

    def _said_of_health(self) -> str | None:
        """By a yes what is shared holds more than name and phone, as the notice says."""
        typed = self._typed("consent_health")
        return values.answer(self.cells["consent_health"]) if typed else None

    def _trial(self) -> tuple[str, Data] | None:
        sku = self._read("trial_sku", values.narrow)
        serial = self._read("trial_serial", values.code)
        if sku is None:
            if serial is not None and not isinstance(self.cells.get("trial_sku"), Broken):
                self._fault("trial_sku", "trial_incomplete")
            return None
        trial: Data = {"trial_id": self._derived("trial-id"), "sku": sku, "serial": serial}
        trial["activity_id"] = self.activity.activity_id
        return "trial.started", _filled(trial)

    @cached_property
    def _bought_on(self) -> date:
        """The day of the purchase: that of the activity, unless another one is written."""
        here = self.activity.day
        return self._read(BOUGHT_ON, lambda value: values.day(value, here)) or here

    def _purchase(self) -> tuple[str, Data] | None:
        keys = ("quantity", "price", "sku")
        if not any(map(self._typed, (*keys, BOUGHT_ON))):
            return None
        for key in keys:
            if not self._typed(key) and not isinstance(self.cells.get(key), Broken):
                self._fault(key, "purchase_incomplete")
        purchase = {
            "purchase_id": self._derived("purchase-id"),
            "sku": self._read("sku", values.narrow),
            "quantity": self._read("quantity", values.whole_number),
            "unit_price_fen": self._read("price", values.fen),
            "channel": "activity",
            "dealer": self.activity.dealer,
            "activity_id": self.activity.activity_id,
        }
        if self._bought_on != self.activity.day:
            purchase |= {"channel": "dealer", "activity_id": None}
        return "purchase.made", _filled(purchase)

    def _time_of(self, type_name: str) -> str | None:
        """Of what is of another day than the activity; nobody is referred who bought before."""
        day = {
            "purchase.made": self._bought_on,
            "referral.made": min(self._bought_on, self.activity.day),
        }.get(type_name, self.activity.day)
        return None if day == self.activity.day else rfc3339(day_start_us(day))

    def _referral(self) -> tuple[str, Data] | None:
        """Who referred the person, who agrees by having it written down."""
        member = self._read(MEMBER, values.narrow)
        if member is None:
            return None
        referral: Data = {"referral_id": self._derived("referral-id"), "member": member}
        return "referral.made", referral | {"patient_agreed": True}

    def _consent(self, key: str, purpose: str) -> tuple[str, Data] | None:
        answer = self._read(key, values.tick)
        if answer not in (YES, NO):
            return None
        data: Data = {"purpose": purpose}
        if purpose == "share_with_dealer":
            if self.activity.dealer is None:
                self._fault(key, "no_dealer")
                return None
            data["dealer"] = self.activity.dealer
        if answer == NO:
            return "consent.refused", data
        data |= {"notice_version": self.activity.notice(purpose), "method": "paper", "by": "self"}
        if purpose == "share_with_dealer" and self._said_of_health() == YES:
            data["categories"] = [*CATEGORIES]
        return "consent.given", data | {"activity_id": self.activity.activity_id}


def _filled(data: Data) -> Data:
    return {name: value for name, value in data.items() if value not in (None, {}, [], "")}
