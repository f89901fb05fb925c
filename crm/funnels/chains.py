"""The chain that counts for one entry of one person, found without trying all of them.

A chain is given as the times of its steps, day precision as the first instant of the day. It is
the longest there is, and of the longest the one whose steps come earliest, looked at in turn.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from heapq import merge
from typing import NamedTuple

from campaigns.times import DAY_US
from crm.funnels.history import History, Mark, Slot
from crm.funnels.supply import Supply, can_serve, without

Chain = tuple[int, ...]
_Used = tuple[tuple[Slot, tuple[int, ...]], ...]


class _State(NamedTuple):
    """After some steps: the instants the last one may have, and what can no longer serve.

    `used` are the kinds served so far by each slot that has not wholly passed.
    """

    earliest_us: int
    latest_us: int
    used: _Used


class _Move(NamedTuple):
    """One more step: its time, and where that leads."""

    time_us: int
    state: _State


class OrderedSearch:
    """Sequential or strict chains of one entry, when touchpoints can serve several steps.

    The instants a step may have, given those of the step before, are always one interval, so a
    state needs its ends only. In a strict chain a step is at the latest at the earliest end of
    a slot that begins after the step before: beyond it, that slot would lie wholly between.
    """

    def __init__(
        self,
        history: History,
        kinds: tuple[int, ...],
        entry: Mark,
        limit_us: int,
        *,
        strict: bool,
    ) -> None:
        self._history = history
        self._kinds = kinds
        self._entry = entry
        self._limit_us = limit_us
        self._strict = strict
        self._reached: dict[tuple[int, _State], int] = {}
        slot = entry.slot
        self._start = _State(slot.earliest_us, slot.latest_us, ())

    def length(self) -> int:
        """How many steps the longest chain has."""
        return self._reach(1, self._start)

    def chain(self) -> Chain:
        """The longest chain, and of several the one whose steps in turn come earliest."""
        length = self.length()
        times = [self._entry.slot.earliest_us]
        states = {self._start}
        for step in range(1, length):
            moves = [
                move
                for state in states
                for move in self._moves(step, state)
                if self._reach(step + 1, move.state) >= length
            ]
            earliest_us = min(move.time_us for move in moves)
            states = {move.state for move in moves if move.time_us == earliest_us}
            times.append(earliest_us)
        return tuple(times)

    def _reach(self, step: int, state: _State) -> int:
        known = self._reached.get((step, state))
        if known is not None:
            return known
        best = step
        if step < len(self._kinds):
            for move in self._moves(step, state):
                best = max(best, self._reach(step + 1, move.state))
                if best == len(self._kinds):
                    break
        self._reached[step, state] = best
        return best

    def _moves(self, step: int, state: _State) -> Iterator[_Move]:
        kind = self._kinds[step]
        last_us = self._limit_us
        if self._strict:
            following = bisect_right(self._history.starts_us, state.latest_us)
            last_us = min(last_us, self._history.ends_us[following])
        choose = self._all_slots if self._strict else self._undominated_slots
        for slot, served in choose(kind, state, last_us):
            earliest_us = max(state.earliest_us, slot.earliest_us)
            used = tuple(
                (other, kinds)
                for other, kinds in state.used
                if other.latest_us >= earliest_us and other != slot
            )
            after = _State(
                earliest_us,
                min(last_us, slot.latest_us),
                tuple(sorted((*used, (slot, served)))),
            )
            yield _Move(slot.earliest_us, after)

    def _all_slots(
        self, kind: int, state: _State, last_us: int
    ) -> Iterator[tuple[Slot, tuple[int, ...]]]:
        """The slots that can still serve the kind, with what they would then have served."""
        for slot in _slots_from(self._history, kind, state.earliest_us):
            if slot.earliest_us > last_us:
                return
            served = self._served(kind, state, slot)
            if served:
                yield slot, served

    def _undominated_slots(
        self, kind: int, state: _State, last_us: int
    ) -> Iterator[tuple[Slot, tuple[int, ...]]]:
        """The first day and the first instant that can serve the kind.

        Later ones gain nothing: once they are taken the first can serve no step any more. Only
        an instant within that day may leave the day free for a step that needs it.
        """
        day_end_us = None
        for slot, served in self._all_slots(kind, state, last_us):
            if day_end_us is not None and slot.earliest_us > day_end_us:
                return
            yield slot, served
            if slot.latest_us == slot.earliest_us:
                return
            day_end_us = slot.latest_us

    def _served(self, kind: int, state: _State, slot: Slot) -> tuple[int, ...]:
        served = next((kinds for other, kinds in state.used if other == slot), ())
        wanted = tuple(sorted((*served, kind)))
        return wanted if can_serve(wanted, self._supply(slot)) else ()

    def _supply(self, slot: Slot) -> Supply:
        supply = self._history.supply[slot]
        return without(supply, self._entry.kinds) if slot == self._entry.slot else supply


def _slots_from(history: History, kind: int, from_us: int) -> Iterator[Slot]:
    """The slots of a kind that have not passed, by start; of equal starts the day is first."""
    instants, days = history.instants_us[kind], history.days_us[kind]
    return merge(
        (Slot(ends - DAY_US + 1, ends) for ends in days[bisect_left(days, from_us) :]),
        (Slot(at, at) for at in instants[bisect_left(instants, from_us) :]),
        key=lambda slot: slot.earliest_us,
    )
