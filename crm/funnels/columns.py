"""Touchpoints as columns: one set for each type, sorted by time, so that a period is a slice.

What a question needs of a step lies side by side in memory. A column has room to spare at its end,
where new touchpoints mostly come: only what lies after the first change is moved.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from campaigns.regions import covers
from campaigns.times import DAY_US, OrderKey
from crm.funnels.codes import NONE, Array, Codes, fitting
from crm.funnels.touchpoint import ATTENDED

BY_DAY, AGAIN, RETURNED = 1, 2, 4
"""Bits of a touchpoint's state: only its day is known; the activity was attended before; all of the
purchase came back. Those of the last two do not count."""
HIDDEN = AGAIN | RETURNED
ACTIVITY = "activity_id"
REGION = "region"
LENT = ("kind", "programme", "dealer", "region")
"""The fields that an activity lends to the touchpoints at it."""

OrderOf = Callable[[Sequence[int]], Mapping[int, OrderKey]]
"""The effective order of events, by their numbers."""

_BASE: dict[str, type[np.generic]] = {
    "time": np.int64,
    "person": np.int32,
    "event": np.int32,
    "state": np.uint8,
}
_SPARE = 16
"""A sixteenth of a column is room to spare."""


@dataclass(slots=True)
class Kind:
    """The touchpoints of one type, by time; those of one person at one time in effective order.

    time: µs, of a day its first instant. event: the number of the event behind it. fields: codes.
    """

    size: int = 0
    base: dict[str, Array] = field(
        default_factory=lambda: {name: np.empty(0, dtype) for name, dtype in _BASE.items()}
    )
    fields: dict[str, Array] = field(default_factory=dict)
    by_day: bool = False
    """Whether any is known by its day alone."""
    hidden: bool = False
    """Whether any does not count."""

    def column(self, name: str) -> Array:
        """One of time, person, event, state."""
        return self.base[name][: self.size]

    def codes(self, name: str) -> Array | None:
        """The codes of a field; None where none of these touchpoints has it."""
        found = self.fields.get(name)
        return None if found is None else found[: self.size]

    def between(self, from_us: int, to_us: int) -> slice:
        """The rows of a period, half open."""
        first, last = np.searchsorted(self.column("time"), [from_us, to_us])
        return slice(int(first), int(last))

    def before(self, at_us: int) -> "Kind":
        """Those that began before an instant."""
        size = int(np.searchsorted(self.column("time"), at_us))
        base, fields = ({n: e[:size] for n, e in held.items()} for held in (self.base, self.fields))
        return Kind(size, base, fields, self.by_day, self.hidden)

    def bytes_held(self) -> int:
        """How much memory the columns take, room to spare included."""
        return sum(each.nbytes for each in (*self.base.values(), *self.fields.values()))

    def replace(self, gone: Array, added: "Batch", order_of: OrderOf) -> None:
        """Take out the rows of some places (rising), and put in others."""
        added = added.sorted(order_of)
        places = self._places(added, order_of)
        if not len(gone) and not len(places):
            return
        first = int(min(gone.min(initial=self.size), places.min(initial=self.size)))
        inserted = places - np.searchsorted(gone, places) - first
        size = self.size - len(gone) + len(places)
        names = {**added.fields, **self.fields}
        for name in names:
            new = added.fields.get(name)
            values = np.full(len(places), NONE, np.int8) if new is None else new
            old = self.fields.get(name)
            if old is None:
                old = np.full(self.size, NONE, np.int8)
            values = fitting(values, old)
            old = old if old.dtype == values.dtype else old.astype(values.dtype)
            self.fields[name] = _spliced(old, self.size, size, first, gone, inserted, values)
        for name, old in self.base.items():
            new = added.base[name]
            self.base[name] = _spliced(old, self.size, size, first, gone, inserted, new)
        self.size = size
        self.by_day = self.by_day or bool((added.base["state"] & BY_DAY).any())
        self.hidden = self.hidden or bool((added.base["state"] & HIDDEN).any())

    def _places(self, added: "Batch", order_of: OrderOf) -> Array:
        """Before which row each comes: after all of its time, but for later ones of its person."""
        times, people = self.column("time"), self.column("person")
        low = np.searchsorted(times, added.base["time"], "left")
        places = np.searchsorted(times, added.base["time"], "right")
        for at in np.flatnonzero(places > low).tolist():
            rows = slice(int(low[at]), int(places[at]))
            own = np.flatnonzero(people[rows] == added.base["person"][at]) + rows.start
            if not len(own):
                continue
            events = self.column("event")[own].tolist()
            mine = int(added.base["event"][at])
            orders = order_of([mine, *events])
            for row, event in zip(own.tolist(), events, strict=True):
                if orders[mine] < orders[event]:
                    places[at] = row
                    break
        return places

    def places_of(self, times_us: Array, events: Array) -> Array:
        """The rows of some events that are here, rising; times_us: those of the events."""
        found: list[Array] = []
        for time_us in np.unique(times_us).tolist():
            rows = self.between(time_us, time_us + 1)
            wanted = events[times_us == time_us]
            found.append(np.flatnonzero(np.isin(self.column("event")[rows], wanted)) + rows.start)
        return np.concatenate(found) if found else np.empty(0, np.int64)


def _spliced(
    old: Array, size: int, new_size: int, first: int, gone: Array, places: Array, values: Array
) -> Array:
    """A column with rows taken out and put in; in place where there is room."""
    tail = np.delete(old[first:size], gone - first)
    tail = np.insert(tail, places, values)
    if new_size > len(old):
        grown = np.empty(new_size + new_size // _SPARE, old.dtype)
        grown[:first] = old[:first]
        old = grown
    old[first:new_size] = tail
    return old


@dataclass(slots=True)
class Batch:
    """Touchpoints of one type on their way into the columns."""

    base: dict[str, Array]
    fields: dict[str, Array]

    def sorted(self, order_of: OrderOf) -> "Batch":
        """By time, then by person, then in effective order."""
        order = np.lexsort((self.base["person"], self.base["time"]))
        time, person = self.base["time"][order], self.base["person"][order]
        tied = (time[1:] == time[:-1]) & (person[1:] == person[:-1])
        if tied.any():
            order = self._in_order(order, tied, order_of)
        return Batch(
            {name: each[order] for name, each in self.base.items()},
            {name: each[order] for name, each in self.fields.items()},
        )

    def _in_order(self, order: Array, tied: Array, order_of: OrderOf) -> Array:
        edges = np.flatnonzero(np.diff(np.concatenate(([0], tied.view(np.int8), [0]))))
        events = self.base["event"]
        runs = [slice(int(a), int(b) + 1) for a, b in edges.reshape(-1, 2)]
        wanted = [event for run in runs for event in events[order[run]].tolist()]
        orders = order_of(wanted)
        for run in runs:
            order[run] = sorted(order[run].tolist(), key=lambda row: orders[int(events[row])])
        return order


@dataclass(slots=True)
class Columns:
    """All touchpoints. words: the texts of each field; lent: by activity, the codes of LENT."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    people: Codes = field(default_factory=Codes)
    words: dict[str, Codes] = field(default_factory=dict)
    lent: dict[str, Array] = field(default_factory=dict)

    def kind(self, name: str) -> Kind:
        """The touchpoints of a type."""
        return self.kinds.setdefault(name, Kind())

    def word_codes(self, name: str) -> Codes:
        """The texts of a field."""
        return self.words.setdefault(name, Codes())

    def wanted(self, name: str, value: str) -> list[int]:
        """The codes of a field that a condition asks for; of a region with what lies in it."""
        words = self.words.get(name, Codes())
        if name == REGION:
            return [code for code, text in enumerate(words.texts) if covers(value, text)]
        known = words.known(value)
        return [] if known is None else [known]

    @property
    def size(self) -> int:
        """How many touchpoints there are."""
        return sum(kind.size for kind in self.kinds.values())

    def before(self, at_us: int) -> "Columns":
        """The touchpoints that began before an instant, as they are known now."""
        kinds = {name: kind.before(at_us) for name, kind in self.kinds.items()}
        return Columns(kinds, self.people, self.words, dict(self.lent))

    def field_codes(self, type_name: str, name: str, rows: slice | Array) -> Array | None:
        """A field of some rows: the event's own, else the one its activity lends."""
        kind = self.kind(type_name)
        own = kind.codes(name)
        activities = kind.codes(ACTIVITY)
        lent = self.lent.get(name)
        if lent is None or activities is None:
            return None if own is None else own[rows]
        if len(lent) <= len(self.words[ACTIVITY]):
            lent = self.lent[name] = _grown(lent, len(self.words[ACTIVITY]))
        borrowed: Array = lent[activities[rows]]
        return borrowed if own is None else np.where(own[rows] == NONE, borrowed, own[rows])

    def mark_attended_again(self, people: Array | None = None) -> None:
        """Of the attendances of one activity by one person the first counts, in effective order.

        people: of whom it may have changed; None: of all.
        """
        kind = self.kinds.get(ATTENDED)
        if kind is None or not kind.size:
            return
        activities = kind.codes(ACTIVITY)
        if activities is None:
            return
        rows = np.arange(kind.size)
        if people is not None:
            concerned = np.zeros(len(self.people), np.bool_)
            concerned[people] = True
            rows = np.flatnonzero(concerned[kind.column("person")])
        own, at = kind.column("person")[rows], activities[rows]
        order = np.lexsort((rows, at, own))
        own, at = own[order], at[order]
        again = np.zeros(len(rows), np.bool_)
        again[1:] = (own[1:] == own[:-1]) & (at[1:] == at[:-1]) & (at[1:] != NONE)
        state = kind.column("state")
        rows = rows[order]
        state[rows] = np.where(again, state[rows] | AGAIN, state[rows] & ~np.uint8(AGAIN))
        kind.hidden = kind.hidden or bool(again.any())

    def set_lent(self, activities: Iterable[tuple[str, Mapping[str, object]]]) -> None:
        """What these activities lend from now on."""
        codes = self.word_codes(ACTIVITY)
        for name, fields in activities:
            code = codes.code(name)
            for lent in LENT:
                held = self.lent.get(lent, _NOTHING)
                if code >= len(held) - 1:
                    held = self.lent[lent] = _grown(held, code)
                value = fields.get(lent)
                held[code] = NONE if value is None else self.word_codes(lent).code(str(value))


_NOTHING = np.empty(0, np.int32)


def _grown(lent: Array, most: int) -> Array:
    """With room for codes up to `most`; the last place stays free: it is that of no activity."""
    grown = np.full(2 * most + 16, NONE, np.int32)
    grown[: len(lent)] = lent
    return grown


def latest(time: Array, state: Array) -> Array:
    """The last instant at which each may have been."""
    return np.asarray(time + (state & BY_DAY).astype(np.int64) * (DAY_US - 1))
