"""Columns of what is recorded: read whole once, then kept fresh by what the recording noted."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Connection

from campaigns.events.base import LARGEST_FEN
from crm.funnels import rows as reading
from crm.funnels.codes import Array
from crm.funnels.columns import BY_DAY, RETURNED, Columns
from crm.funnels.gathering import FEN, PURCHASE, REFERRAL, RETURN, Gathering
from crm.funnels.notes import numbers
from crm.funnels.rows import EventRow, Noted
from crm.funnels.touchpoint import ATTENDED

RECEIVED, GIVEN = "referral.received", "referral.given"
READ_ALL_FROM = 200_000
"""So many events are not looked up one by one: all is read again."""
_PURCHASE = "#purchase"
"""A column that no step can name: the purchase as a number, by which its return finds it."""
_NOTHING = np.empty(0, np.int64)


@dataclass(slots=True)
class Stored:
    """The columns, and of what they are true.

    number, made_us: of the last note that was heeded. highest: the last position that was read.
    returned: by purchase the units of each return, by its position. version rises with whatever
    changes, details with what cards say of people.
    """

    columns: Columns = field(default_factory=Columns)
    number: int = 0
    made_us: int = 0
    highest: int = 0
    returned: dict[str, dict[int, int]] = field(default_factory=dict)
    version: int = 0
    details: int = 0

    def refresh(self, connection: Connection) -> int:
        """Heed what was noted since; returns how many events were read for it."""
        notes = reading.notes_from(connection, self.number)
        if not self._goes_on(notes):
            return self._read_all(connection)
        new = [each.note for each in notes if each.number > self.number]
        if not new:
            return 0
        positions = {at for note in new for at in numbers(note.positions)}
        if any(note.everything for note in new) or len(positions) > READ_ALL_FROM:
            return self._read_all(connection)
        activities = {name for note in new for name in note.activities}
        self.columns.set_lent((name, {}) for name in activities)
        self.columns.set_lent(reading.lent_by(connection, activities))
        cards = {name for note in new for name in note.cards}
        members = {name for note in new for name in note.members}
        members |= reading.members_of_cards(connection, cards)
        positions |= reading.positions_of_cards(connection, cards) | self._of_members(members)
        self._read_some(connection, positions)
        self.version += 1
        self.details += any(note.details for note in new)
        self.number, self.made_us, _ = notes[-1]
        return len(positions)

    def _goes_on(self, notes: Sequence[Noted]) -> bool:
        """Whether the history goes on that was read, and no other: its last note stands there."""
        if not self.version:
            return False
        if self.number == 0:
            return not notes or notes[0].number == 1
        return bool(notes) and notes[0][:2] == (self.number, self.made_us)

    def _read_all(self, connection: Connection) -> int:
        self.number, self.made_us = reading.last_note(connection)
        self.columns, self.returned = Columns(), {}
        self.version, self.details = self.version + 1, self.details + 1
        self.columns.set_lent(reading.lent_by(connection, None))
        for row in reading.returns(connection):
            self._take_return(row)
        people = reading.people_of(connection, None)
        taking = _Taking(self, people, reading.cards_of_members(connection, None))
        read, self.highest = 0, 0
        for row in reading.rows_in_turn(connection):
            taking.take(row)
            read, self.highest = read + 1, row.position
        self._replace(connection, {}, taking)
        self.columns.mark_attended_again()
        return read

    def _read_some(self, connection: Connection, positions: set[int]) -> None:
        rows = reading.rows_at(connection, positions)
        of_returns = [row for row in rows if row.type == RETURN]
        for row in of_returns:
            self._take_return(row)
        rows += reading.rows_at(connection, self._bought(of_returns) - positions)
        gone = self._gone(rows)
        attending = self._attending(gone)
        members = {m for row in rows if row.type == REFERRAL and (m := _member(row)) is not None}
        own_cards = reading.cards_of_members(connection, members)
        cards = {_card(row) for row in rows} | {c for c in own_cards.values() if c is not None}
        taking = _Taking(self, reading.people_of(connection, cards), own_cards)
        for row in rows:
            taking.take(row)
        self._replace(connection, gone, taking)
        attending |= taking.attending
        self.columns.mark_attended_again(np.fromiter(attending, np.int64, len(attending)))
        self.highest = max((self.highest, *(row.position for row in rows)))

    def _replace(
        self, connection: Connection, gone: Mapping[str, Array], taking: "_Taking"
    ) -> None:
        for name in sorted({*gone, *taking.gathered}):
            batch = taking.gathered.get(name, Gathering(self.columns)).batch()
            if name == PURCHASE:
                batch.fields[_PURCHASE] = np.array(taking.bought, np.int64)
                batch.fields[FEN] = np.array(taking.paid_fen, np.int64)
            self.columns.kind(name).replace(
                gone.get(name, _NOTHING),
                batch,
                lambda events: reading.orders_of(connection, events),
            )

    def _gone(self, rows: Sequence[EventRow]) -> dict[str, Array]:
        """Where the touchpoints stand that were made of these events before, by type."""
        gone: dict[str, Array] = {}
        for type_name in {row.type for row in rows}:
            known = [r for r in rows if r.type == type_name and r.position <= self.highest]
            times = np.array([row.starts_us for row in known], np.int64)
            events = np.array([row.position for row in known], np.int64)
            for name in (RECEIVED, GIVEN) if type_name == REFERRAL else (type_name,):
                if known and name in self.columns.kinds:
                    gone[name] = self.columns.kinds[name].places_of(times, events)
        return gone

    def _attending(self, gone: Mapping[str, Array]) -> set[int]:
        """Whose attendance of an activity is taken out: another may count instead."""
        if ATTENDED not in gone:
            return set()
        return set(self.columns.kinds[ATTENDED].column("person")[gone[ATTENDED]].tolist())

    def _of_members(self, members: set[str]) -> set[int]:
        """The positions of the referrals of some members."""
        kind, words = self.columns.kinds.get(RECEIVED), self.columns.words.get("member")
        codes = None if kind is None else kind.codes("member")
        if kind is None or words is None or codes is None:
            return set()
        known = [code for name in members if (code := words.known(name)) is not None]
        return set(kind.column("event")[np.isin(codes, known)].tolist()) if known else set()

    def _bought(self, of_returns: Iterable[EventRow]) -> set[int]:
        """The positions of the purchases that returns speak of."""
        kind = self.columns.kinds.get(PURCHASE)
        keys = None if kind is None else kind.codes(_PURCHASE)
        wanted = [purchase_key(orjson.loads(row.plain)["purchase_id"]) for row in of_returns]
        if kind is None or keys is None or not wanted:
            return set()
        return set(kind.column("event")[np.isin(keys, wanted)].tolist())

    def _take_return(self, row: EventRow) -> None:
        plain = orjson.loads(row.plain)
        units = self.returned.setdefault(plain["purchase_id"], {})
        units.pop(row.position, None)
        if row.counts:
            units[row.position] = plain["quantity"]
        if not units:
            del self.returned[plain["purchase_id"]]

    def units_left(self, plain: Mapping[str, Any]) -> int:
        """How much of a purchase did not come back."""
        units = self.returned.get(plain["purchase_id"], {})
        quantity: int = plain["quantity"]
        return max(0, quantity - sum(units.values()))


class _Taking:
    """Events on their way into the columns, as touchpoints."""

    def __init__(
        self, stored: Stored, people: Mapping[str, str], own_cards: Mapping[str, str | None]
    ) -> None:
        self.stored = stored
        self.people = people
        self.own_cards = own_cards
        self.gathered: dict[str, Gathering] = {}
        self.bought: list[int] = []
        """The purchases, as numbers, in the order in which they were gathered."""
        self.paid_fen: list[int] = []
        """What was paid for each, as far as it did not come back."""

    @property
    def attending(self) -> set[int]:
        """Who attended anything."""
        found = self.gathered.get(ATTENDED)
        return set() if found is None else set(found.person)

    def take(self, row: EventRow) -> None:
        """What an event makes, if it counts."""
        if not row.counts or row.type == RETURN:
            return
        fields = orjson.loads(row.plain)
        if row.type != REFERRAL:
            self._add(row, row.type, _card(row), fields)
            return
        self._add(row, RECEIVED, _card(row), fields)
        own_card = self.own_cards.get(fields["member"])
        if own_card is not None:
            self._add(row, GIVEN, own_card, fields)

    def _add(self, row: EventRow, name: str, card: str, fields: Mapping[str, Any]) -> None:
        person = self.people.get(card)
        if person is None:
            return
        state = BY_DAY if row.by_day else 0
        if name == PURCHASE:
            self.bought.append(purchase_key(fields["purchase_id"]))
            left = self.stored.units_left(fields)
            # What was taken before amounts had a bound may be larger than any number of a column.
            self.paid_fen.append(min(left * fields["unit_price_fen"], LARGEST_FEN))
            state |= 0 if left else RETURNED
        into = self.gathered.get(name)
        if into is None:
            into = self.gathered[name] = Gathering(self.stored.columns)
        into.add(person, row.starts_us, row.position, state, fields)


def purchase_key(purchase_id: str) -> int:
    """A purchase as a whole number below 2^62."""
    digest = hashlib.blake2b(purchase_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 2


def _card(row: EventRow) -> str:
    return row.subject.partition("/")[2]


def _member(row: EventRow) -> str | None:
    found: str | None = orjson.loads(row.plain).get("member")
    return found
