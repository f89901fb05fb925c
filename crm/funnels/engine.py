"""A funnel answered from columns: who came how far, and when.

The result is a function of the set of touchpoints; the order in which they came is no matter. Most
people are followed all at once (crm/funnels/following.py); those whose touchpoints may serve
several steps at one time, or stand in the way of a strict chain, one by one (crm/funnels/exact.py).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from campaigns.times import DAY_US, day_start_us
from crm.funnels.codes import NONE, Array
from crm.funnels.columns import BY_DAY, HIDDEN, Columns, latest
from crm.funnels.definition import ChainKind, EntryRule, Funnel, Step
from crm.funnels.exact import Case, Rules, chain_of
from crm.funnels.following import Followed, follow_people
from crm.funnels.history import Mark, Slot
from crm.funnels.kernel import NEVER_US, Entries, Served, best_of, follow_entries, taken
from crm.funnels.serving import served
from crm.funnels.starting import latest_starts, with_mixed_days


@dataclass(frozen=True, slots=True)
class Walks:
    """Everybody who entered, by number, and how each went on.

    people: their codes, rising. first_rows: where their first entry stands among the touchpoints of
    the first step's type. times: of each step (row) of the chain that counts, µs; NEVER_US where it
    was not reached. limits: the last instant of each one's window.
    """

    people: Array
    first_rows: Array
    times: Array
    limits: Array

    @property
    def length(self) -> Array:
        """How many steps each reached."""
        return np.asarray((self.times < NEVER_US).sum(axis=0))

    def only(self, which: Array | slice) -> "Walks":
        """Those of some, by place or by truth."""
        first_rows, limits = self.first_rows[which], self.limits[which]
        return Walks(self.people[which], first_rows, self.times[:, which], limits)


def walks_of(funnel: Funnel, columns: Columns) -> Walks:
    """Everybody who entered, with the chain that counts."""
    question = _Question(funnel, columns)
    entered = question.entered
    if not len(entered.person):
        none = np.empty(0, np.int64)
        return Walks(none, none, np.empty((len(funnel.steps), 0), np.int64), none)
    walks = question.best() if funnel.entry == EntryRule.BEST else question.first()
    question.try_all_of(walks)
    return _without_excluded(funnel, columns, walks)


class _Question:
    """A funnel over columns, with what both ways of following need."""

    def __init__(self, funnel: Funnel, columns: Columns) -> None:
        self.funnel = funnel
        self.columns = columns
        self.in_order = funnel.kind != ChainKind.ANY
        self.from_us = day_start_us(funnel.from_day)
        to_us = day_start_us(funnel.to_day)
        self.entered = served(columns, funnel.steps[0], self.from_us, to_us)
        # The latest entry has the latest window; that it may be a day makes it no shorter.
        last = self.entered.time[-1:]
        ends = funnel.window.last_instants_us(last, np.ones(len(last), np.int64))
        self.to_us = int(ends.max(initial=to_us)) + 1
        self._served: dict[Step, Served] = {}
        self._crowded, self._intricate = self._crowds()

    def served(self, step: Step) -> Served:
        """What can serve a step, whenever anybody's window allows it."""
        if step not in self._served:
            self._served[step] = served(self.columns, step, self.from_us, self.to_us)
        return self._served[step]

    def later(self) -> list[Served]:
        """The same of every step after the first."""
        return [self.served(step) for step in self.funnel.steps[1:]]

    def limits(self, time: Array, places: Array | slice) -> Array:
        """The ends of the windows of some of the entries."""
        by_day = self.entered.ends[places] > time if self.entered.days else np.zeros(1, np.bool_)
        return self.funnel.window.last_instants_us(time, by_day)

    def first(self) -> Walks:
        """Everybody from the first entry."""
        found = self._follow(self.entered, self.later())
        limits = self.limits(found.entered, found.entries)
        rows = self.entered.rows_at(found.entries)
        return Walks(found.people, rows, found.times(limits), limits)

    def best(self) -> Walks:
        """Everybody from the best entry."""
        limits = self.limits(self.entered.time, slice(None))
        if not self.in_order:
            return self._best_of_all(limits)
        walks = self._best_of_latest(limits)
        self._try_entries(walks, limits, self._undecided())
        return walks

    def _best_of_all(self, limits: Array) -> Walks:
        first = self._follow(self.entered, ())
        times = np.empty((len(self.funnel.steps), len(first.people)), np.int64)
        rows = self.entered.rows_at(first.entries)
        walks = Walks(first.people, rows, times, np.empty(len(first.people), np.int64))
        self._try_entries(walks, limits, np.ones(len(self.columns.people), np.bool_))
        return walks

    def _best_of_latest(self, limits: Array) -> Walks:
        """The same, right of those alone whose latest entry can be carried from step to step."""
        found = latest_starts(self.entered, limits, self.later(), len(self.columns.people))
        limits = limits[found.latest]
        times = np.full((len(self.funnel.steps), len(found.people)), NEVER_US, np.int64)
        times[0] = self.entered.time[found.latest]
        goes_on = np.flatnonzero(found.length > 1)
        is_chosen = np.zeros(len(self.entered.time), np.bool_)
        is_chosen[found.latest[goes_on]] = True
        chosen = self._follow(self.entered.only(np.flatnonzero(is_chosen)), self.later())
        for every, own in zip(times, chosen.times(limits[goes_on]), strict=True):
            every[goes_on] = own
        return Walks(found.people, self.entered.rows_at(found.first), times, limits)

    def _undecided(self) -> Array:
        """Of each person whether of two entries neither need be the better one."""
        found = with_mixed_days([self.entered, *self.later()], len(self.columns.people))
        return found | (self._crowded > 0) if len(self._crowded) else found

    def _try_entries(self, walks: Walks, limits: Array, who: Array) -> None:
        """Follow every entry of some people, and put the best of each in its place."""
        entered = self.entered.only(np.flatnonzero(taken(who, self.entered.person)))
        if not len(entered.person):
            return
        limits = limits[taken(who, self.entered.person)]
        steps = [each.only(np.flatnonzero(taken(who, each.person))) for each in self.later()]
        after = np.zeros(len(entered.person), np.int64)
        if len(self._crowded):
            after = self._crowded[entered.person]
        entries = Entries(entered.person, entered.time, limits, after)
        times = follow_entries(entries, steps, in_order=self.in_order)
        chosen = best_of(entries, times)
        places = np.searchsorted(walks.people, entered.person[chosen])
        walks.times[:, places] = times[:, chosen]
        walks.limits[places] = limits[chosen]

    def _follow(self, entered: Served, later: Sequence[Served]) -> Followed:
        people = len(self.columns.people)
        return follow_people(entered, later, people, self._crowded, in_order=self.in_order)

    def try_all_of(self, walks: Walks) -> None:
        """Put the chains of those who cannot be followed at once in their places."""
        # A strict chain is a sequential one: who has no second step there has none here.
        strict = self.funnel.kind == ChainKind.STRICT
        people = walks.people[walks.length > 1] if strict else self._intricate
        if not len(people):
            return
        alone = np.zeros(len(self.columns.people), np.bool_)
        alone[people] = True
        places = np.flatnonzero(alone[walks.people])
        numbers = {step: number for number, step in enumerate(dict.fromkeys(self.funnel.steps))}
        sequence = tuple(numbers[step] for step in self.funnel.steps)
        rules = Rules(sequence, self.funnel.kind, self.funnel.entry)
        cases = self._cases(alone, numbers)
        for place, person in zip(places.tolist(), walks.people[places].tolist(), strict=True):
            chain = chain_of(rules, cases[person])
            walks.times[:, place] = NEVER_US
            walks.times[: len(chain), place] = chain
            walks.limits[place] = next(
                limit for mark, limit in cases[person].entries if mark.slot[0] == chain[0]
            )

    def _crowds(self) -> tuple[Array, Array]:
        """For each person whether the next step has to come later than the one before; and who
        cannot be followed at once, because of what can serve two steps."""
        types = Counter(step.type for step in self.funnel.steps)
        shared = [name for name, count in types.items() if count > 1]
        if not shared or not len(self.entered.person):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        doubly = np.zeros(len(self.columns.people), np.bool_)
        for name in shared:
            steps = [self.served(step) for step in self.funnel.steps if step.type == name]
            rows, counts = np.unique(
                np.concatenate([each.rows for each in steps]), return_counts=True
            )
            doubly[self.columns.kind(name).column("person")[rows[counts > 1]]] = True
        entered = np.zeros_like(doubly)
        entered[self.entered.person] = True
        doubly &= entered
        if self.funnel.kind == ChainKind.ANY:
            return np.empty(0, np.int64), np.flatnonzero(doubly)
        intricate = self._at_one_time(doubly)
        return (doubly & ~intricate).astype(np.int64), np.flatnonzero(intricate)

    def _at_one_time(self, among: Array) -> Array:
        """Of some people those who have two touchpoints that may have been at one instant."""
        people, times, days = [], [], []
        for name in {step.type for step in self.funnel.steps}:
            steps = [self.served(step) for step in self.funnel.steps if step.type == name]
            rows = np.unique(np.concatenate([each.rows for each in steps]))
            kind = self.columns.kind(name)
            rows = rows[among[kind.column("person")[rows]]]
            people.append(kind.column("person")[rows])
            times.append(kind.column("time")[rows])
            days.append(kind.column("state")[rows] & BY_DAY)
        person, time, by_day = map(np.concatenate, (people, times, days))
        order = np.lexsort((time, person))
        person, time, by_day = person[order], time[order], by_day[order]
        same = (person[1:] == person[:-1]) & (time[1:] == time[:-1])
        found = np.zeros_like(among)
        found[person[1:][same]] = True
        found[person[by_day > 0]] = True
        return found

    def _cases(self, alone: Array, numbers: dict[Step, int]) -> dict[int, Case]:
        """All that is known of some people."""
        strict = self.funnel.kind == ChainKind.STRICT
        cases: dict[int, Case] = {}
        for name in self.columns.kinds if strict else {step.type for step in numbers}:
            kind = self.columns.kind(name)
            rows = kind.between(self.from_us, self.to_us)
            masks = np.zeros(kind.size, np.int32)
            for step, number in numbers.items():
                if step.type == name:
                    masks[self.served(step).rows] |= 1 << number
            counts = (kind.column("state")[rows] & HIDDEN) == 0
            concerned = alone[kind.column("person")[rows]] & counts
            places = np.flatnonzero(concerned) + rows.start
            time = kind.column("time")[places]
            ends = latest(time, kind.column("state")[places])
            person = kind.column("person")[places]
            for who, *slot, mask in zip(
                *(person.tolist(), time.tolist(), ends.tolist(), masks[places].tolist()),
                strict=True,
            ):
                case = cases.setdefault(who, Case([], [], [] if strict else None))
                if mask:
                    case.marks.append(Mark(Slot(*slot), mask))
                if case.slots is not None:
                    case.slots.append(Slot(*slot))
        self._add_entries(cases, alone, numbers)
        return cases

    def _add_entries(self, cases: dict[int, Case], alone: Array, numbers: dict[Step, int]) -> None:
        entered = self.entered
        masks = np.zeros(len(entered.rows), np.int32)
        for step, number in numbers.items():
            if step.type == self.funnel.steps[0].type:
                masks[np.isin(entered.rows, self.served(step).rows)] |= 1 << number
        places = np.flatnonzero(alone[entered.person])
        for who, start, end, limit, mask in zip(
            entered.person[places].tolist(),
            entered.time[places].tolist(),
            entered.ends[places].tolist(),
            self.limits(entered.time[places], places).tolist(),
            masks[places].tolist(),
            strict=True,
        ):
            cases[who].entries.append((Mark(Slot(start, end), mask), limit))


def _without_excluded(funnel: Funnel, columns: Columns, walks: Walks) -> Walks:
    """Whoever met an exclusion between the entry and the end of the window is left out."""
    out: list[Array] = [
        _met(served(columns, step, *_span(walks)), columns, walks) for step in funnel.without
    ]
    if not out or not len(walks.people):
        return walks
    return walks.only(~np.logical_or.reduce(out))


def _span(walks: Walks) -> tuple[int, int]:
    if not len(walks.people):
        return 0, 0
    # A day may have begun before an instant of it.
    return int(walks.times[0].min()) - DAY_US, int(walks.limits.max()) + 1


def _met(excluded: Served, columns: Columns, walks: Walks) -> Array:
    place = np.full(len(columns.people), NONE, np.int64)
    place[walks.people] = np.arange(len(walks.people))
    own = place[excluded.person]
    rows = np.flatnonzero(own >= 0)
    own = own[rows]
    within = (excluded.ends[rows] >= walks.times[0][own]) & (
        excluded.time[rows] <= walks.limits[own]
    )
    met = np.zeros(len(walks.people), np.bool_)
    met[own[within]] = True
    return met
