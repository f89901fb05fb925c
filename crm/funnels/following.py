"""Chains of many people at once, from the first entry of each: a part of the time after the other.

Where each touchpoint can serve one step alone, the earliest possible one is always right. Within a
part of the time the steps look in turn, each only at those who wait for it, and nobody is looked at
again who came to it. Who came to the step before in an earlier part may take whatever comes; times
are compared for those alone who came to it within this part. What is held of a person is small (how
many steps, and of each a row), so that what is found by person fits the processor's cache.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crm.funnels.codes import Array
from crm.funnels.kernel import NEVER_US, Served, parts_of, taken


@dataclass(frozen=True, slots=True)
class Followed:
    """Who entered, rising; where among the entries, and when.

    came: of each step after it who came to it, by place among the people, and when; whether the
    window was over by then is not asked, nor in any order whether they came to the steps before.
    """

    people: Array
    entries: Array
    entered: Array
    came: list[tuple[Array, Array]]

    def times(self, limit: Array) -> Array:
        """The times of each step (row) of each person (column), NEVER_US where it was not reached.

        limit: the end of each one's window.
        """
        times = np.empty((len(self.came) + 1, len(self.people)), np.int64)
        times[0], times[1:] = self.entered, NEVER_US
        for step, (places, time) in enumerate(self.came, 1):
            fits = (time <= taken(limit, places)) & (taken(times[step - 1], places) < NEVER_US)
            rows = np.flatnonzero(fits)
            times[step][taken(places, rows)] = taken(time, rows)
        return times


def follow_people(
    entered: Served, steps: Sequence[Served], people: int, after: Array, *, in_order: bool
) -> Followed:
    """The earliest touchpoint of each step after each person's first entry, and after those before.

    people: how many there are in all. after: of each of them 1 where what it stands at may be met
    again at that time, so that the next has to come later, else 0; empty: of all 0.
    """
    line = [entered, *steps]
    days = any(each.days for each in line)
    # Each person's next step. In any order everybody waits for every step at once.
    waits = [np.zeros(people, np.uint8) for _ in range(1 if in_order else len(line))]
    waits *= len(line) if in_order else 1
    found = np.empty((len(line), people), np.int32)
    for parts in parts_of(line, days=days):
        for step, part in enumerate(parts):
            person = line[step].person[part]
            rows = np.flatnonzero(taken(waits[step], person) == step)
            own = taken(person, rows).astype(np.intp)
            rows += part.start
            for before in _before(step, days=days, in_order=in_order):
                stands = taken(found[before], own)
                fresh = np.flatnonzero(stands >= parts[before].start)
                need = line[before].time[stands[fresh]]
                if len(after):
                    need = need + after[own[fresh]]
                early = fresh[line[step].ends[rows[fresh]] < need]
                if len(early):
                    rows, own = np.delete(rows, early), np.delete(own, early)
            if len(own):
                # Written from the back the earliest stands.
                found[step][own[::-1]] = rows[::-1]
                waits[step][own] = step + 1
                if not in_order and step == 0:
                    for later, each in enumerate(waits[1:], 1):
                        each[own] = later
    return _followed(line, waits, found)


def _before(step: int, *, days: bool, in_order: bool) -> range:
    """Which steps a step may not be earlier than."""
    if not in_order:
        return range(min(step, 1))
    # A day may have begun before the step before it, whose time then still has to be heeded.
    return range(0 if days else max(0, step - 1), step)


def _followed(line: Sequence[Served], waits: Sequence[Array], found: Array) -> Followed:
    people = np.flatnonzero(waits[0] > 0)
    entries = taken(found[0], people)
    came = []
    for step in range(1, len(line)):
        places = np.flatnonzero(taken(waits[step], people) > step)
        rows = taken(found[step], taken(people, places))
        came.append((places, taken(line[step].time, rows)))
    return Followed(people, entries, taken(line[0].time, entries), came)
