"""Chains of many people at once, where each touchpoint can serve one step alone.

Then the earliest possible touchpoint is always right: of those whose last instant is not before the
step before, and whose first is within the window, the one that begins first.

`first` follows each person from its first entry: one array of where everybody stands, and each
step's touchpoints written into it back to front, so that the earliest stands. The best entry is
found by carrying the latest possible start from step to step, and then followed the same way; where
days are among the instants, every entry is followed, by binary search among keys of person and
place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from campaigns.times import DAY_US
from crm.funnels.codes import Array

NEVER_US = 1 << 62
_PLACE_BITS = 32
_PART = 1 << 16
_PERSON_BITS = _PLACE_BITS + 5
"""The length of a chain lies between: at most 20 steps."""
_PLACE = (1 << _PLACE_BITS) - 1


@dataclass(frozen=True, slots=True)
class Served:
    """The touchpoints that can serve a step, by time; `ends` are their last instants.

    chosen: their places in the columns of their type; None: they stand there one after the other,
    from `start`. days: whether any is known by its day alone.
    """

    time: Array
    ends: Array
    person: Array
    start: int
    chosen: Array | None
    days: bool

    @property
    def rows(self) -> Array:
        """Their places in the columns of their type."""
        return self.rows_at(np.arange(len(self.time))) if self.chosen is None else self.chosen

    def rows_at(self, places: Array) -> Array:
        """The same of some of them."""
        return places + self.start if self.chosen is None else self.chosen[places]


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries to be followed: their person, times, last instants, and the ends of their windows.

    after: 1 where the touchpoint that a person stands at may be met again, so that the next has to
    come later; else 0.
    """

    person: Array
    time: Array
    limit: Array
    after: Array


def follow_people(
    entries: Entries, steps: Sequence[Served], people: int, *, in_order: bool
) -> Array:
    """The times of each step (row) of each entry (column), NEVER_US where it was not reached.

    One entry of each person. people: how many there are in all.
    """
    count = len(entries.person)
    place = np.full(people, -1, np.int32)
    place[entries.person] = np.arange(count, dtype=np.int32)
    goes_on = np.zeros(people, np.bool_)
    goes_on[entries.person] = True
    times = np.full((len(steps) + 1, count), NEVER_US, np.int64)
    times[0] = entries.time
    need = entries.time + entries.after
    for step, served in enumerate(steps, 1):
        for part in _from_the_back(len(served.time)):
            person = served.person[part]
            rows = _where(goes_on, person)
            own = _taken(place, person[rows])
            time = served.time[part][rows]
            ends = served.ends[part][rows] if served.days else time
            fits = (ends >= _taken(need, own)) & (time <= _taken(entries.limit, own))
            fitting = np.flatnonzero(fits)[::-1]
            times[step][own[fitting]] = time[fitting]
        left = np.flatnonzero(times[step] == NEVER_US)
        if len(left) == count:
            break
        goes_on[entries.person[left]] = False
        if in_order:
            need = np.maximum(need, times[step] + entries.after)
    return times


def first_places(person: Array, people: int) -> Array:
    """Where each person comes first; -1: nowhere."""
    first = np.full(people, -1, np.int64)
    for part in _from_the_back(len(person)):
        own = person[part]
        first[own[::-1]] = np.arange(part.stop - 1, part.start - 1, -1)
    return first


def _from_the_back(size: int) -> Iterator[slice]:
    """Parts that fit the processor's cache, the last one first."""
    for start in range((size - 1) // _PART * _PART, -1, -_PART):
        yield slice(start, min(size, start + _PART))


def follow_entries(entries: Entries, steps: Sequence[Served], *, in_order: bool) -> Array:
    """The same for any number of entries of each person."""
    count = len(entries.person)
    times = np.full((len(steps) + 1, count), NEVER_US, np.int64)
    times[0] = entries.time
    alive = np.arange(count)
    stands = entries.time
    for step, served in enumerate(steps, 1):
        person = entries.person[alive].astype(np.int64)
        from_us = stands + entries.after[alive]
        if served.days:
            by_day = served.ends > served.time
            found = np.minimum(
                _next_of(served.time[~by_day], served.person[~by_day], person, from_us),
                _next_of(
                    served.time[by_day], served.person[by_day], person, from_us - (DAY_US - 1)
                ),
            )
        else:
            found = _next_of(served.time, served.person, person, from_us)
        kept = np.flatnonzero(found <= entries.limit[alive])
        if not len(kept):
            break
        alive, found, stands = alive[kept], found[kept], stands[kept]
        times[step][alive] = found
        if in_order:
            stands = np.maximum(stands, found)
    return times


def _next_of(time: Array, person: Array, wanted: Array, from_us: Array) -> Array:
    """The first time of each wanted person that is not before its own; NEVER_US: there is none."""
    if not len(time):
        return np.full(len(wanted), NEVER_US, np.int64)
    first = np.searchsorted(time, from_us)
    keys = np.append(_keys(person), -1)
    at = np.searchsorted(keys[:-1], (wanted << _PLACE_BITS) | first)
    found = keys[at]
    same = (found >> _PLACE_BITS) == wanted
    return np.where(same, time[np.where(same, found & _PLACE, 0)], NEVER_US)


def latest_starts(entries: Entries, steps: Sequence[Served], people: int) -> Array:
    """Of each person the latest entry with a longest chain, by place among the entries.

    Where every touchpoint is an instant and may be met once: each touchpoint of a step carries the
    latest entry from which it can be reached. If that one's window is over, so are all before it.
    """
    chosen = np.full(people, -1, np.int32)
    met = np.zeros(people, np.bool_)
    reached = _Reached(entries.time, entries.person, np.arange(len(entries.time), dtype=np.int32))
    chosen[reached.person] = reached.start
    for served in steps:
        # Whoever has no touchpoint of both steps is let go before anything is looked for.
        met[reached.person] = True
        rows = _where(met, served.person)
        met[reached.person] = False
        time, person = served.time[rows], served.person[rows]
        met[person] = True
        reached = reached.only(_where(met, reached.person))
        met[person] = False
        start = _starts_before(reached, time, person, met)
        rows = np.flatnonzero(start >= 0)
        rows = rows[np.flatnonzero(time[rows] <= _taken(entries.limit, start[rows]))]
        if not len(rows):
            break
        reached = _Reached(time[rows], person[rows], start[rows])
        chosen[reached.person] = reached.start
    return np.asarray(chosen[chosen >= 0])


@dataclass(frozen=True, slots=True)
class _Reached:
    """The touchpoints of a step that were reached, by time, and the latest entry to each."""

    time: Array
    person: Array
    start: Array

    def only(self, rows: Array | slice) -> "_Reached":
        return _Reached(self.time[rows], self.person[rows], self.start[rows])


def _starts_before(reached: _Reached, time: Array, person: Array, met: Array) -> Array:
    """For each touchpoint of the next step the start of the last one that its person reached
    before, or at that time; -1: none.

    A part of the time after the other: what was reached in parts before stands in one array over
    people. Within a part only those are searched for who have both in it. met: all false.
    """
    stands = np.full(len(met), -1, np.int32)
    start = np.empty(len(time), np.int32)
    cuts = np.sort(np.concatenate((reached.time[_PART::_PART], time[_PART::_PART])))
    befores, afters = (
        pairwise([0, *np.searchsorted(each, cuts).tolist(), len(each)])
        for each in (reached.time, time)
    )
    for before, after in zip(befores, afters, strict=True):
        part, own = reached.only(slice(*before)), person[slice(*after)]
        found = _taken(stands, own)
        met[own] = True
        both = _where(met, part.person)
        met[own] = False
        if len(both):
            _find_within(part.only(both), time[slice(*after)], own, met, found)
        start[slice(*after)] = found
        stands[part.person] = part.start
    return start


def _find_within(part: _Reached, time: Array, person: Array, met: Array, found: Array) -> None:
    met[part.person] = True
    rows = _where(met, person)
    met[part.person] = False
    wanted = person[rows].astype(np.int64) << _PLACE_BITS
    keys = _keys(part.person)
    before = np.searchsorted(part.time, time[rows], "right")
    key = keys[np.searchsorted(keys, wanted | before) - 1]
    same = np.flatnonzero((key ^ wanted) >> _PLACE_BITS == 0)
    # The last key stands for the one before the first.
    same = same[(key[same] & _PLACE) < before[same]]
    found[rows[same]] = part.start[key[same] & _PLACE]


def _where(which: Array, person: Array) -> Array:
    """The places of the people of whom it is true."""
    return np.flatnonzero(_taken(which, person))


def _taken(values: Array, places: Array) -> Array:
    """The same as an index, without a look whether every place is one: twice as quick."""
    return np.asarray(np.take(values, places, mode="clip"))


def _keys(person: Array) -> Array:
    keys = (person.astype(np.int64) << _PLACE_BITS) | np.arange(len(person))
    keys.sort()
    return keys


def best_of(entries: Entries, times: Array) -> Array:
    """Of each person the entry that counts: the longest, then the latest, then the earliest steps.

    The entries come by time; returns their places, by person.
    """
    length = (times < NEVER_US).sum(axis=0)
    places = np.arange(len(length))
    keys = (entries.person.astype(np.int64) << _PERSON_BITS) | (length << _PLACE_BITS) | places
    keys.sort()
    order = keys & _PLACE
    person = keys >> _PERSON_BITS
    last = np.flatnonzero(np.append(person[1:] != person[:-1], True)) if len(order) else order
    chosen = order[last]
    # Entries at one time, one of them known by its day alone, may lead to different chains.
    alike = keys[last - 1] >> _PLACE_BITS == keys[last] >> _PLACE_BITS
    alike &= entries.time[order[last - 1]] == entries.time[chosen]
    for at in np.flatnonzero(alike & (last > 0)).tolist():
        end = first = int(last[at])
        while first > 0 and _are_alike(entries, keys, order, first - 1, end):
            first -= 1
        chosen[at] = min(
            order[first : end + 1].tolist(), key=lambda each: tuple(times[:, each].tolist())
        )
    return np.asarray(chosen)


def _are_alike(entries: Entries, keys: Array, order: Array, one: int, other: int) -> bool:
    """Whether two entries are of one person, one time, and their chains of one length."""
    return bool(
        keys[one] >> _PLACE_BITS == keys[other] >> _PLACE_BITS
        and entries.time[order[one]] == entries.time[order[other]]
    )
