"""The best entries of many people at once, where each touchpoint can serve one step alone.

Then the earliest possible touchpoint is always right: of those whose last instant is not before the
step before, and whose first is within the window, the one that begins first.

The best entry is found by carrying the latest possible start from step to step
(crm/funnels/starting.py), and then followed as a first entry is (crm/funnels/following.py). Of whom
that tells nothing, every entry is followed, by binary search among keys of person and place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from campaigns.times import DAY_US
from crm.funnels.codes import Array
from crm.funnels.definition import day_starts_us

NEVER_US = 1 << 62
PLACE_BITS = 32
_PERSON_BITS = PLACE_BITS + 5
"""The length of a chain lies between: at most 20 steps."""
PLACE = (1 << PLACE_BITS) - 1


_PARTS, _PART = 64, 1 << 16
"""The touchpoints of a step are cut into so many parts, none of fewer."""


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

    def only(self, places: Array) -> "Served":
        """Some of them, by rising places."""
        time = self.time[places]
        ends = self.ends[places] if self.days else time
        return Served(time, ends, self.person[places], self.start, self.rows_at(places), self.days)


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


def follow_entries(entries: Entries, steps: Sequence[Served], *, in_order: bool) -> Array:
    """The times of each step (row) of each entry (column), NEVER_US where it was not reached."""
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
    keys = np.append(keys_of(person), -1)
    at = np.searchsorted(keys[:-1], (wanted << PLACE_BITS) | first)
    found = keys[at]
    same = (found >> PLACE_BITS) == wanted
    return np.where(same, time[np.where(same, found & PLACE, 0)], NEVER_US)


def taken(values: Array, places: Array) -> Array:
    """The same as an index, without a look whether every place is one: twice as quick."""
    return np.asarray(np.take(values, places, mode="clip"))


def keys_of(person: Array) -> Array:
    """People with their places, sorted."""
    keys = (person.astype(np.int64) << PLACE_BITS) | np.arange(len(person))
    keys.sort()
    return keys


def parts_of(line: Sequence[Served], *, days: bool) -> Iterator[list[slice]]:
    """The touchpoints of each step within one part of the time after the other.

    days: no day is cut in two, so that what ends after a part begins lies in it or behind it.
    """
    part = max(_PART, *(len(each.time) // _PARTS for each in line))
    cuts = np.concatenate([each.time[part::part] for each in line])
    cuts = np.unique(day_starts_us(cuts) if days else cuts)
    edges = [[0, *np.searchsorted(each.time, cuts).tolist(), len(each.time)] for each in line]
    yield from zip(*([slice(*span) for span in pairwise(each)] for each in edges), strict=True)


def best_of(entries: Entries, times: Array) -> Array:
    """Of each person the entry that counts: the longest, then the latest, then the earliest steps.

    The entries come by time; returns their places, by person.
    """
    length = (times < NEVER_US).sum(axis=0)
    places = np.arange(len(length))
    keys = (entries.person.astype(np.int64) << _PERSON_BITS) | (length << PLACE_BITS) | places
    keys.sort()
    order = keys & PLACE
    person = keys >> _PERSON_BITS
    last = np.flatnonzero(np.append(person[1:] != person[:-1], True)) if len(order) else order
    chosen = order[last]
    # Entries at one time, one of them known by its day alone, may lead to different chains.
    alike = keys[last - 1] >> PLACE_BITS == keys[last] >> PLACE_BITS
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
        keys[one] >> PLACE_BITS == keys[other] >> PLACE_BITS
        and entries.time[order[one]] == entries.time[order[other]]
    )
