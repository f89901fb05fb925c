"""What a row that is sent again changes: the row as it is now, against what it said before.

A row speaks of several things, its *slots* (the card, the attendance, the reading, the trial, the
purchase, each consent). What stands in a slot is the event that this sheet sent and did not take
back. Of each slot:

- the same as before: nothing is sent, it is a duplicate;
- the card: a `card.corrected` with only what differs from what **this sheet** said last, so that a
  correction made elsewhere in the meantime stays;
- anything else: `event.voided` (typed_wrong) and a new event. An answer about consent is mended
  the same way, never by `consent.withdrawn`: a slip of the pen is no withdrawal. The receipt names
  every consent that was changed;
- emptied: `event.voided`.

The id of a new version comes from the row, the slot, its generation (how many came before) and a
keyed hash of its content, so: the same edit sent twice, or by two people at once, is one event;
editing back is a third version; and nobody can try out values on an id. `sequence` is the
generation, so the later correction holds, for all have the day of the sheet as their time.

What headquarters voided stays voided: a row that says otherwise is refused. A row in which all that
is written belongs to somebody else now is refused: the ids are those of the first person.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from campaigns.canonical import canonical_json
from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import short_name
from campaigns.events.people import CardCorrected, CardRegistered
from campaigns.events.upkeep import EventVoided
from campaigns.identifiers import mobile_e164
from campaigns.ids import derived_id
from campaigns.sheets.columns import BY_KEY, CONSENT_PURPOSES, NAME
from campaigns.sheets.model import RowFault, SheetActivity, SheetRow
from campaigns.sheets.rows import slot_of, wire_event
from crm.journal.logged_event import LoggedEvent

_SECTIONS = ("person", "contact", "health", "private")
_TAKE_BACK_ANYTHING = frozenset({"headquarters", "system"})
_COLUMN_OF_SLOT = {
    "card": NAME,
    "attended": "attended",
    "consulted": "systolic",
    "trial": "trial_sku",
    "purchase": "sku",
} | {f"consent/{purpose}": key for key, purpose in CONSENT_PURPOSES.items()}


@dataclass
class RowPlan:
    """What is to be sent for a row; nothing when there are faults.

    standing: events that say the same already.
    changed_consents: headings of the consents whose answer is another one now.
    """

    wires: list[dict[str, Any]] = field(default_factory=list)
    standing: list[LoggedEvent] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    changed_consents: list[str] = field(default_factory=list)
    corrects: bool = False


def plan_row(
    row: SheetRow, activity: SheetActivity, history: Sequence[LoggedEvent], secret: bytes
) -> RowPlan:
    """What to send for a row, given all that the journal has about its card."""
    planner = _Planner(row, activity, secret, History.of(history, activity.source))
    return planner.plan()


@dataclass(frozen=True)
class History:
    """What the sheet has said of one card, and what was taken back of it."""

    versions: Mapping[str, list[LoggedEvent]]
    """Slot → what the sheet sent, in effective order."""
    taken_back: frozenset[str]
    """Ids that the sheet itself took back."""
    overruled: frozenset[str]
    """Ids that headquarters took back."""
    erased: bool

    @classmethod
    def of(cls, events: Sequence[LoggedEvent], source: str) -> "History":
        """Sort a card's events."""
        versions: dict[str, list[LoggedEvent]] = {}
        taken_back, overruled = set(), set()
        for event in sorted(events, key=lambda event: event.order):
            if isinstance(event.data, EventVoided):
                if event.data.of_source != source:
                    continue
                if event.source == source:
                    taken_back.add(event.data.of_id)
                elif event.role in _TAKE_BACK_ANYTHING:
                    overruled.add(event.data.of_id)
            elif event.source == source:
                slot = slot_of(event.type_name, getattr(event.data, "purpose", None))
                if slot is not None:
                    versions.setdefault(slot, []).append(event)
        erased = any(event.type_name == "card.erased" for event in events)
        return cls(versions, frozenset(taken_back), frozenset(overruled), erased)

    def standing(self, slot: str) -> list[LoggedEvent]:
        """What the sheet said and did not take back."""
        return [event for event in self.versions.get(slot, ()) if event.id not in self.taken_back]


@dataclass
class _Planner:
    row: SheetRow
    activity: SheetActivity
    secret: bytes
    history: History
    result: RowPlan = field(default_factory=RowPlan)

    def plan(self) -> RowPlan:
        if self.history.erased:
            self._fault("card", "erased")
            return self.result
        wanted = {_slot_of_wire(wire): wire for wire in self.row.events}
        self._plan_card(wanted.pop("card"))
        for slot in dict.fromkeys((*wanted, *self.history.versions)):
            if slot != "card":
                self._plan_slot(slot, wanted.get(slot))
        if self.result.faults:
            self.result.wires.clear()
        return self.result

    def _fault(self, slot: str, reason: str) -> None:
        heading = BY_KEY[_COLUMN_OF_SLOT.get(slot, NAME)].heading
        self.result.faults.append(RowFault(heading, reason))

    def _plan_slot(self, slot: str, wanted: dict[str, Any] | None) -> None:
        standing = self.history.standing(slot)
        same = next((event for event in standing if _says(event, wanted)), None)
        overruled = any(event.id in self.history.overruled for event in standing)
        if same is not None:
            self.result.standing.append(same)
        elif overruled and wanted is None:
            return
        elif overruled:
            self._fault(slot, "voided_elsewhere")
            return
        for event in standing:
            if event is not same:
                self._take_back(event)
        if same is None and wanted is not None:
            self._add(slot, wanted)
        if same is None and standing and slot.startswith("consent/"):
            self.result.changed_consents.append(BY_KEY[_COLUMN_OF_SLOT[slot]].heading)

    def _add(self, slot: str, wanted: dict[str, Any]) -> None:
        """The first version has the row's own id; a later one is told from it by its content."""
        versions = self.history.versions.get(slot)
        if not versions:
            self.result.wires.append(wanted)
            return
        type_name, data = short_name(wanted["type"]), wanted["data"]
        self._version(slot, type_name, data, versions, [type_name, data])

    def _version(
        self,
        slot: str,
        type_name: str,
        data: dict[str, Any],
        earlier: Sequence[LoggedEvent],
        content: Any,
    ) -> None:
        generation = 1 + max(event.order[1] for event in earlier)
        mac = hmac.digest(self.secret, canonical_json(content), "sha256").hex()
        event_id = self._derived(slot, str(generation), mac)
        card_id = self.row.card_id
        self.result.wires.append(
            wire_event(self.activity, event_id, type_name, card_id, data, sequence=generation)
        )
        self.result.corrects = True

    def _take_back(self, event: LoggedEvent) -> None:
        data = {"of_source": event.source, "of_id": event.id, "reason_code": "typed_wrong"}
        event_id = self._derived("void", event.id)
        self.result.wires.append(
            wire_event(self.activity, event_id, "event.voided", self.row.card_id, data)
        )
        self.result.corrects = True

    def _derived(self, *parts: str) -> str:
        return derived_id("sheet", self.activity.activity_id, self.row.row_id, *parts)

    def _plan_card(self, wanted: dict[str, Any]) -> None:
        versions = self.history.versions.get("card", [])
        registered = [event for event in versions if isinstance(event.data, CardRegistered)]
        if not registered:
            self.result.wires.append(wanted)
            return
        said = _folded(versions)
        now = _card_state(_plain(msgspec.convert(wanted["data"], CardRegistered)))
        if said == now:
            self.result.standing.append(registered[0])
        elif registered[0].id in self.history.overruled:
            self._fault("card", "voided_elsewhere")
        elif _is_somebody_else(said, now):
            self._fault("card", "other_person")
        else:
            patch = {"card_id": self.row.card_id} | merge_patch(said, now)
            self._version("card", "card.corrected", patch, versions, now)


def _slot_of_wire(wire: dict[str, Any]) -> str:
    slot = slot_of(short_name(wire["type"]), wire["data"].get("purpose"))
    assert slot is not None
    return slot


def _says(event: LoggedEvent, wanted: dict[str, Any] | None) -> bool:
    if wanted is None or short_name(wanted["type"]) != event.type_name:
        return False
    said: bool = msgspec.convert(wanted["data"], CATALOGUE[event.type_name]) == event.data
    return said


def _plain(data: Any) -> dict[str, Any]:
    """As JSON has it: dates as text, tuples as lists."""
    plain: dict[str, Any] = orjson.loads(msgspec.json.encode(data))
    return plain


def _card_state(data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a card can be corrected."""
    state = {name: data.get(name) or {} for name in _SECTIONS}
    return state | {"region": data.get("region")}


def _folded(versions: Sequence[LoggedEvent]) -> dict[str, Any]:
    """The card as the sheet said it last: registered, then each correction of its own."""
    state: dict[str, Any] = {}
    for event in versions:
        data = _plain(event.data)
        if isinstance(event.data, CardRegistered) and not state:
            state = _card_state(data)
        elif isinstance(event.data, CardCorrected):
            for name in _SECTIONS:
                state[name] = _merged(state[name], data[name]) if name in data else state[name]
            state["region"] = data.get("region", state["region"])
    return state


def _merged(section: dict[str, Any], patch: dict[str, Any] | None) -> dict[str, Any]:
    merged = section | patch if patch is not None else {}
    return {name: value for name, value in merged.items() if value is not None}


def merge_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The patch (RFC 7396) that makes `after` of `before`; null clears."""
    patch: dict[str, Any] = {}
    for name in (*before, *(name for name in after if name not in before)):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        nested = isinstance(old, Mapping) and isinstance(new, Mapping)
        patch[name] = merge_patch(old, new) if nested else new  # type: ignore[arg-type]
    return patch


def _is_somebody_else(said: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether another person was written over the first: another name, and nothing agrees.

    Surnames say little: a fifth of all people share three of them.
    """
    if set(said["person"]["name"][1:]) & set(now["person"]["name"][1:]):
        return False
    agree = [
        set(one) & set(other)
        for one, other in zip(_evidence(said), _evidence(now), strict=True)
        if one and other
    ]
    return bool(agree) and not any(agree)


def _evidence(state: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    person, contact = state["person"], state["contact"]
    born = person.get("birth_date") or person.get("birth_year")
    return (
        tuple(mobile_e164(phone) or phone for phone in contact.get("phones") or ()),
        (person["id_number"],) if person.get("id_number") else (),
        (str(born)[:4],) if born else (),
    )
