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
- emptied: `event.voided`; what the sheet has no column for is left alone.
- the whole row was taken back: all of it is said anew.

The id of a new version comes from the card, the slot, its generation (how many came before) and a
keyed hash of its content (of a card: of what tells the person, so that a row is known after the
card is erased), so: the same edit sent twice, or by two people at once, is one event; editing back
is a third version; and nobody can try out values on an id. `sequence` is the generation, so the
later correction holds, for all have the day of the sheet as their time.

What headquarters voided stays voided: a row that says otherwise is refused. A row in which all that
is written belongs to somebody else now is refused: the ids are those of the first person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import short_name
from campaigns.events.consents import CATEGORIES
from campaigns.events.people import CardRegistered
from campaigns.identifiers import mobile_e164
from campaigns.ids import derived_id
from campaigns.sheets.columns import BY_KEY, CONSENT_PURPOSES, MEMBER, NAME
from campaigns.sheets.facts import registered_facts
from campaigns.sheets.model import RowFault, SheetActivity, SheetRow
from campaigns.sheets.wires import KNOWN_CARD, slot_of, wire_event
from campaigns.times import parse_instant_us
from crm.intake.known_rows import (
    History,
    folded,
    keyed_mark,
    merge_patch,
    person_mark,
    version_id,
)
from crm.intake.unsaid import speaks_of, with_unsaid
from crm.journal.logged_event import LoggedEvent

_COLUMN_OF_SLOT = {
    "card": NAME,
    "attended": "attended",
    "consulted": "systolic",
    "trial": "trial_sku",
    "purchase": "sku",
    "referral": MEMBER,
} | {f"consent/{purpose}": key for key, purpose in CONSENT_PURPOSES.items()}


@dataclass
class RowPlan:
    """What is to be sent for a row; nothing when there are faults.

    standing: events that say the same already.
    written, taken_back: the slots of which something new is said, or something is taken back; of a
    refusal `refused/PURPOSE`.
    changed_consents: headings of the consents whose answer is another one now.
    member_left_on: since when the member is none any more who is said to have referred.
    """

    wires: list[dict[str, Any]] = field(default_factory=list)
    standing: list[LoggedEvent] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    changed_consents: list[str] = field(default_factory=list)
    corrects: bool = False
    member_left_on: date | None = None


def plan_row(
    row: SheetRow, activity: SheetActivity, history: Sequence[LoggedEvent], secret: bytes
) -> RowPlan:
    """What to send for a row, given all that the journal has about its card."""
    planner = _Planner(row, activity, secret, History.of(history, activity.source))
    return planner.plan()


@dataclass
class _Planner:
    row: SheetRow
    activity: SheetActivity
    secret: bytes
    history: History
    result: RowPlan = field(default_factory=RowPlan)
    is_anew: bool = False

    def plan(self) -> RowPlan:
        if self.history.erased:
            self._fault("card", "erased")
            return self.result
        wanted = {_slot_of_wire(wire): wire for wire in self.row.events}
        self._leave_what_was_shared(wanted)
        self._plan_card(wanted.pop("card"))
        for slot in dict.fromkeys((*wanted, *self.history.versions)):
            if slot != "card":
                self._plan_slot(slot, wanted.get(slot))
        self.result.corrects = self.result.corrects and not self.is_anew
        if self.result.faults:
            self.result.wires.clear()
        return self.result

    def _leave_what_was_shared(self, wanted: dict[str, dict[str, Any]]) -> None:
        """A consent to share that was taken before sheets named what is shared stays as it is."""
        shared, health = (wanted.get(f"consent/{each}") for each in ("share_with_dealer", "health"))
        is_told = speaks_of("consent/health", self.row.columns)
        if shared is None or (is_told and not self._stands(health)):
            return
        named_nothing = {n: v for n, v in shared["data"].items() if n != "categories"}
        # Where the sheet does not ask about health, what was shared by the answer stays as well.
        for named in ({}, *([] if is_told else [{"categories": [*CATEGORIES]}])):
            before = shared | {"data": named_nothing | named}
            if self._stands(before):
                wanted["consent/share_with_dealer"] = before

    def _is_of_another_day(self, wanted: Mapping[str, Any]) -> bool:
        """Whether a row says when it was bought: the rest has the day of the activity."""
        return bool(wanted["time"] != self.activity.time)

    def _stands(self, wanted: dict[str, Any] | None) -> bool:
        if wanted is None:
            return False
        return any(
            self._says(event, wanted) for event in self.history.standing(_slot_of_wire(wanted))
        )

    def _says(self, event: LoggedEvent, wanted: dict[str, Any] | None) -> bool:
        if wanted is None or short_name(wanted["type"]) != event.type_name:
            return False
        if self._is_of_another_day(wanted) and parse_instant_us(wanted["time"]) != event.order[0]:
            return False
        said: bool = msgspec.convert(wanted["data"], CATALOGUE[event.type_name]) == event.data
        return said

    def _fault(self, slot: str, reason: str) -> None:
        heading = BY_KEY[_COLUMN_OF_SLOT.get(slot, NAME)].heading
        self.result.faults.append(RowFault(heading, reason))

    def _plan_slot(self, slot: str, wanted: dict[str, Any] | None) -> None:
        wanted = _of_known_thing(wanted, self.history.versions.get(slot, ()))
        standing = self.history.standing(slot)
        if wanted is None and not speaks_of(slot, self.row.columns):
            return
        same = next((event for event in standing if self._says(event, wanted)), None)
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
                self.result.taken_back.append(_slot_word(slot, event.type_name))
        if same is None and wanted is not None:
            self._add(slot, wanted)
        if slot.startswith("consent/") and _is_answered_otherwise(standing, wanted):
            self.result.changed_consents.append(BY_KEY[_COLUMN_OF_SLOT[slot]].heading)

    def _add(self, slot: str, wanted: dict[str, Any]) -> None:
        """The first version has the row's own id; a later one is told from it by its content."""
        versions = self.history.versions.get(slot)
        self.result.written.append(_slot_word(slot, short_name(wanted["type"])))
        if not versions:
            self.result.wires.append(wanted)
            return
        type_name, data = short_name(wanted["type"]), wanted["data"]
        time = wanted["time"] if self._is_of_another_day(wanted) else None
        mark = keyed_mark([type_name, data, *([time] if time else [])], self.secret)
        self._version(slot, type_name, data, versions, mark, time)

    def _version(
        self,
        slot: str,
        type_name: str,
        data: dict[str, Any],
        earlier: Sequence[LoggedEvent],
        mark: str,
        time: str | None = None,
    ) -> None:
        generation = 1 + max(event.order[1] for event in earlier)
        card_id = self.row.card_id
        event_id = version_id(self.activity, card_id, slot, generation, mark)
        said = (self.activity, event_id, type_name, card_id, data)
        self.result.wires.append(wire_event(*said, sequence=generation, time=time))
        self.result.corrects = True

    def _take_back(self, event: LoggedEvent) -> None:
        data = {"of_source": event.source, "of_id": event.id, "reason_code": "typed_wrong"}
        row = f"{KNOWN_CARD}{self.row.card_id}"
        event_id = derived_id("sheet", self.activity.activity_id, row, "void", event.id)
        self.result.wires.append(
            wire_event(self.activity, event_id, "event.voided", self.row.card_id, data)
        )
        self.result.corrects = True

    def _plan_card(self, wanted: dict[str, Any]) -> None:
        versions = self.history.versions.get("card", [])
        standing = self.history.standing("card")
        registered = [event for event in standing if isinstance(event.data, CardRegistered)]
        if not registered:
            self.result.written.append("card")
            if not versions:
                self.result.wires.append(wanted)
                return
            # The whole row was taken back: it is written anew, and corrects nothing.
            mark = person_mark(wanted["data"], self.secret)
            self._version("card", "card.registered", wanted["data"], versions, mark)
            self.is_anew = True
            return
        said = folded(standing)
        row_says = registered_facts(wanted["data"])
        now = with_unsaid(said, row_says, self.row.columns)
        if said == now:
            self.result.standing.append(registered[0])
        elif registered[0].id in self.history.overruled:
            self._fault("card", "voided_elsewhere")
        elif _is_somebody_else(said, row_says):
            self._fault("card", "other_person")
        else:
            patch = {"card_id": self.row.card_id} | merge_patch(said, now)
            mark = person_mark(now, self.secret)
            self._version("card", "card.corrected", patch, versions, mark)
            self.result.written.append("card")


def _slot_of_wire(wire: dict[str, Any]) -> str:
    slot = slot_of(short_name(wire["type"]), wire["data"].get("purpose"))
    assert slot is not None
    return slot


def _of_known_thing(
    wanted: dict[str, Any] | None, versions: Sequence[LoggedEvent]
) -> dict[str, Any] | None:
    """The event about the purchase or trial that the row spoke of before, whatever its id now."""
    if wanted is None or not versions:
        return wanted
    ids = {
        name: getattr(versions[0].data, name)
        for name in ("purchase_id", "trial_id", "referral_id")
        if name in wanted["data"] and hasattr(versions[0].data, name)
    }
    return wanted | {"data": wanted["data"] | ids}


def _is_answered_otherwise(
    standing: Sequence[LoggedEvent], wanted: Mapping[str, Any] | None
) -> bool:
    """Whether a yes is none any more, or a no; what a yes holds besides follows from others."""
    answer = short_name(wanted["type"]) if wanted is not None else None
    return any(event.type_name != answer for event in standing)


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


def _slot_word(slot: str, type_name: str) -> str:
    """A slot as people read it: a no is no consent."""
    return slot.replace("consent/", "refused/") if type_name == "consent.refused" else slot
