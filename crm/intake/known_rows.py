"""What the journal has of the rows of a sheet that was handed over before."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select

from campaigns.canonical import canonical_json
from campaigns.events.people import CardCorrected, CardRegistered
from campaigns.events.upkeep import EventVoided
from campaigns.ids import derived_id
from campaigns.sheets import RowSketch, SheetActivity
from campaigns.sheets.facts import SECTIONS, card_facts, plain_data, slot_fact
from campaigns.sheets.wires import KNOWN_CARD, slot_of
from crm.intake.row_matching import KnownRow
from crm.journal.events import JOURNAL, decode, last_position, rows_of_subjects
from crm.journal.logged_event import COMPANY, LoggedEvent
from crm.keyring.keyring import Keyring
from crm.storage.database import reading

_TAKE_BACK_ANYTHING = frozenset({"headquarters", "system"})


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

    def facts(self) -> dict[str, Any]:
        """Slot → what stands in it, as campaigns/sheets/facts.py has it."""
        facts: dict[str, Any] = {"card": folded(self.standing("card"))}
        for slot in self.versions:
            if slot != "card":
                for event in self.standing(slot):
                    facts[slot] = slot_fact(event.type_name, plain_data(event.data))[1]
        return facts


@dataclass
class KnownRows:
    """The rows of an activity's sheets, by their cards."""

    activity: SheetActivity
    secret: bytes
    events: Mapping[str, Sequence[LoggedEvent]]
    _corrections: dict[str, frozenset[tuple[str, int]]] = field(default_factory=dict)

    def rows(self) -> list[KnownRow]:
        """Each card that a sheet of this activity brought into being."""
        found = []
        for subject, events in self.events.items():
            card_id = subject.partition("/")[2]
            history = History.of(events, self.activity.source)
            if history.erased:
                self._corrections[card_id] = frozenset(
                    (event.id, event.order[1]) for event in history.versions.get("card", ())
                )
                found.append(KnownRow(card_id, {}, erased=True))
            elif history.standing("card"):
                found.append(KnownRow(card_id, history.facts()))
        return found

    def was_erased(self, card_id: str, sketch: RowSketch) -> bool:
        """Whether a row says of a person what the erased card was corrected to once."""
        mark = person_mark(sketch.facts["card"], self.secret)
        return any(
            event_id == correction_id(self.activity, card_id, generation, mark)
            for event_id, generation in self._corrections.get(card_id, ())
        )


def known_rows(
    engine: Engine, keyring: Keyring, activity: SheetActivity, secret: bytes, party: str = COMPANY
) -> KnownRows:
    """Read what was taken from sheets of this activity; a dealer knows none but its own."""
    with reading(engine) as connection:
        subjects = _subjects(connection, activity.source)
        kept = rows_of_subjects(connection, subjects, last_position(connection))
    events: dict[str, list[LoggedEvent]] = {}
    for event in decode(kept, keyring):
        events.setdefault(event.subject, []).append(event)
    if party != COMPANY:
        events = {subject: said for subject, said in events.items() if is_of(party, said)}
    return KnownRows(activity, secret, events)


def is_of(party: str, events: Sequence[LoggedEvent]) -> bool:
    """Whether a party brought a card into being, as far as these events of it tell."""
    first = [event.party for event in events if isinstance(event.data, CardRegistered)]
    return all(one == party for one in first)


def _subjects(connection: Connection, source: str) -> list[str]:
    query = select(JOURNAL.c.subject).where(
        JOURNAL.c.source == source, JOURNAL.c.type == "card.registered"
    )
    return list(connection.execute(query.distinct()).scalars())


def correction_id(activity: SheetActivity, card_id: str, generation: int, mark: str) -> str:
    """The id of the event by which a sheet corrects a card for the n-th time."""
    return version_id(activity, card_id, "card", generation, mark)


def version_id(activity: SheetActivity, card_id: str, slot: str, generation: int, mark: str) -> str:
    """The id of a later version of what a row says in one slot."""
    row = f"{KNOWN_CARD}{card_id}"
    return derived_id("sheet", activity.activity_id, row, slot, str(generation), mark)


def person_mark(card: Mapping[str, Any], secret: bytes) -> str:
    """A keyed hash of what tells a person; it outlives an erasure, and nobody can try it out."""
    person, contact = card.get("person") or {}, card.get("contact") or {}
    said = {"person": person, "phones": contact.get("phones") or []}
    return keyed_mark(said, secret)


def keyed_mark(content: Any, secret: bytes) -> str:
    """A keyed hash of some content."""
    return hmac.digest(secret, canonical_json(content), "sha256").hex()


def folded(versions: Sequence[LoggedEvent]) -> dict[str, Any]:
    """The card as the sheet said it last: registered, then each correction of its own."""
    state: dict[str, Any] = {}
    for event in versions:
        data = plain_data(event.data)
        if isinstance(event.data, CardRegistered) and not state:
            state = card_facts(data)
        elif isinstance(event.data, CardCorrected):
            for name in SECTIONS:
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
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            patch[name] = merge_patch(old, new)
        else:
            patch[name] = new
    return patch
