"""The latest entry of each person that leads to a longest chain, of many people at once.

Where a touchpoint can serve one step alone, and may be met once: each touchpoint of a step carries
the latest entry from which it can be reached; if that one's window is over, so are those of all
before it. A part of the time comes after the other, and in each the steps in turn. What was reached
in parts before stands in one array over people for each step; within a part only those are searched
for who have touchpoints of both steps in it.

A touchpoint that is known by its day alone counts as its first instant. That is the same as long as
nobody has another of that day whose instant is known: of two entries within such a day neither need
be the better one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from campaigns.times import DAY_US
from crm.funnels.codes import NONE, Array
from crm.funnels.kernel import PLACE, PLACE_BITS, Served, keys_of, parts_of, taken


@dataclass(frozen=True, slots=True)
class Starts:
    """Who entered, rising; of each the places of the first entry and of the one that counts, and
    how many steps the chain has."""

    people: Array
    first: Array
    latest: Array
    length: Array


@dataclass(frozen=True, slots=True)
class _Reached:
    """Touchpoints of a step that were reached, by time, and the latest entry to each."""

    time: Array
    person: Array
    start: Array

    def only(self, rows: Array) -> "_Reached":
        return _Reached(taken(self.time, rows), taken(self.person, rows), taken(self.start, rows))


@dataclass(frozen=True, slots=True)
class _Limits:
    """The ends of the windows of the entries; the latest up to each, the earliest from each on."""

    of_each: Array
    latest: Array
    earliest: Array

    @classmethod
    def of(cls, limit: Array, *, rising: bool) -> "_Limits":
        if rising:
            return cls(limit, limit, limit)
        return cls(limit, np.maximum.accumulate(limit), np.minimum.accumulate(limit[::-1])[::-1])


def latest_starts(entered: Served, limit: Array, steps: Sequence[Served], people: int) -> Starts:
    """Of each person the entry that counts.

    limit: the ends of the windows of the entries; where days are among those, one that begins
    earlier may end later, but of one person none does. people: how many there are in all.
    """
    line = [entered, *steps]
    limits = _Limits.of(limit, rising=not entered.days)
    length = np.zeros(people, np.uint8)
    first = np.empty(people, np.int32)
    starts = np.full((len(line), people), NONE, np.int32)
    met = np.zeros(people, np.bool_)
    for parts in parts_of(line, days=False):
        reached = _enter(entered, parts[0], length, first)
        for step, part in enumerate(parts[1:], 1):
            able = np.flatnonzero(taken(length, line[step].person[part]) >= step)
            able += part.start
            time, person = taken(line[step].time, able), taken(line[step].person, able)
            found = _Reached(time, person.astype(np.intp), taken(starts[step - 1], person))
            if len(reached.person):
                _find_within(reached, found, met)
                starts[step - 1][reached.person] = reached.start
            reached = found.only(_in_window(found, limits))
            length[reached.person] = np.maximum(taken(length, reached.person), step + 1)
        starts[-1][reached.person] = reached.start
    entrants = np.flatnonzero(length > 0)
    length = taken(length, entrants)
    latest = starts[length - np.uint8(1), entrants]
    return Starts(entrants, taken(first, entrants), latest, length)


def _enter(entered: Served, part: slice, length: Array, first: Array) -> _Reached:
    person = entered.person[part].astype(np.intp)
    new = np.flatnonzero(taken(length, person) == 0)
    own = taken(person, new)
    # Written from the back the earliest stands.
    first[own[::-1]] = new[::-1] + part.start
    length[own] = 1
    places = np.arange(part.start, part.stop, dtype=np.int32)
    return _Reached(entered.time[part], person, places)


def _in_window(found: _Reached, limits: _Limits) -> Array:
    """The places of those whose start has its window open; none where there is no start."""
    if not len(found.time) or not len(limits.of_each):
        return np.empty(0, np.intp)
    # Of most the first and the last time tell whether the window is over, without a look at it.
    over = np.searchsorted(limits.latest, found.time[0])
    still_open = np.searchsorted(limits.earliest, found.time[-1])
    rows = np.flatnonzero(found.start >= over)
    unsure = np.flatnonzero(taken(found.start, rows) < still_open)
    limit = taken(limits.of_each, taken(found.start, rows[unsure]))
    late = taken(found.time, taken(rows, unsure)) > limit
    return np.delete(rows, unsure[late]) if late.any() else rows


def _find_within(reached: _Reached, found: _Reached, met: Array) -> None:
    """Put in the starts of those who were reached at the step before within this part, by the time
    of what they are to reach. met: all false."""
    met[reached.person] = True
    rows = np.flatnonzero(taken(met, found.person))
    met[reached.person] = False
    if not len(rows):
        return
    own = taken(found.person, rows)
    met[own] = True
    reached = reached.only(np.flatnonzero(taken(met, reached.person)))
    met[own] = False
    wanted = own << PLACE_BITS
    keys = keys_of(reached.person)
    before = np.searchsorted(reached.time, taken(found.time, rows), "right")
    key = keys[np.searchsorted(keys, wanted | before) - 1]
    same = np.flatnonzero((key ^ wanted) >> PLACE_BITS == 0)
    # The last key stands for the one before the first.
    same = same[(key[same] & PLACE) < before[same]]
    found.start[rows[same]] = reached.start[key[same] & PLACE]


def with_mixed_days(line: Sequence[Served], people: int) -> Array:
    """Of each person whether a day holds touchpoints known by it alone, and an instant's as well.

    people: how many there are in all.
    """
    mixed, has_day = np.zeros(people, np.bool_), np.zeros(people, np.bool_)
    if not any(each.days for each in line):
        return mixed
    by_day = [each.ends > each.time for each in line]
    days = np.unique(np.concatenate([each.time[of] for each, of in zip(line, by_day, strict=True)]))
    alone = [
        _by_days(each, np.flatnonzero(of), days, 1)
        for each, of in zip(line, by_day, strict=True)
        if each.days
    ]
    instants = [
        _by_days(each, np.flatnonzero(~of), days, DAY_US)
        for each, of in zip(line, by_day, strict=True)
    ]
    for of_day in zip(*alone, strict=True):
        for person in of_day:
            has_day[person] = True
        for of_step in instants:
            person = next(of_step)
            mixed[taken(person, np.flatnonzero(taken(has_day, person)))] = True
        for person in of_day:
            has_day[person] = False
    return mixed


def _by_days(served: Served, rows: Array, days: Array, length_us: int) -> Iterator[Array]:
    """Whose some rows are that begin within each of some days."""
    time, person = taken(served.time, rows), taken(served.person, rows)
    ends = np.searchsorted(time, days + length_us)
    for first, last in zip(np.searchsorted(time, days).tolist(), ends.tolist(), strict=True):
        yield person[first:last]
