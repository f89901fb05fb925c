"""The touchpoints of one person, laid out so that chains can be found quickly.

Touchpoints that may have been at the same instants (one exact instant, or one whole day) share a
*slot*. Which of a slot's touchpoints serves which step is left open; it is enough to know that
its steps can be served by different ones.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from campaigns.times import DAY_US, day_start_us
from crm.funnels.definition import ChainKind, Funnel, Step
from crm.funnels.supply import Supply
from crm.funnels.touchpoint import ATTENDED, Touchpoint

NEVER_US = 1 << 80

_effective_order = attrgetter("order")


class Slot(NamedTuple):
    """The instants at which a touchpoint may have been: first and last, both included."""

    earliest_us: int
    latest_us: int


class Mark(NamedTuple):
    """A touchpoint that can serve at least one step."""

    slot: Slot
    kinds: int
    touchpoint: Touchpoint


@dataclass(frozen=True, slots=True)
class Plan:
    """A funnel made ready: its different steps, and for each step in turn which one it is."""

    funnel: Funnel
    kinds: tuple[Step, ...]
    sequence: tuple[int, ...]
    by_type: dict[str, tuple[tuple[int, Step], ...]]
    from_us: int
    to_us: int

    @property
    def strict(self) -> bool:
        """Whether every touchpoint matters, not only those that serve a step."""
        return self.funnel.kind == ChainKind.STRICT


@dataclass(slots=True)
class History:
    """What chains need of one person.

    `entries` are in effective order. `instants_us` are per kind the exact touchpoints, `days_us`
    the last instants of the days of those with day precision, both sorted. `separate` says that
    no touchpoint can serve two steps of the funnel. `supply` is filled when it cannot be said,
    or the funnel is strict. For a strict funnel `starts_us` are the sorted starts of the slots of
    all touchpoints, and `ends_us` the earliest end among the slots from that one on; one longer.
    """

    entries: list[Mark]
    instants_us: list[list[int]]
    days_us: list[list[int]]
    separate: bool
    supply: dict[Slot, Supply] = field(default_factory=dict)
    starts_us: list[int] = field(default_factory=list)
    ends_us: list[int] = field(default_factory=list)

    def attainable(self, plan: Plan) -> tuple[int, ...]:
        """The steps, as kinds, up to the first that no touchpoint of the person can serve."""
        for place, kind in enumerate(plan.sequence):
            if not self.instants_us[kind] and not self.days_us[kind]:
                return plan.sequence[:place]
        return plan.sequence


def plan_of(funnel: Funnel) -> Plan:
    """The funnel made ready for `history_of`."""
    kinds = tuple(dict.fromkeys(funnel.steps))
    by_type: dict[str, tuple[tuple[int, Step], ...]] = {}
    for index, step in enumerate(kinds):
        by_type[step.type] = (*by_type.get(step.type, ()), (1 << index, step))
    return Plan(
        funnel,
        kinds,
        tuple(kinds.index(step) for step in funnel.steps),
        by_type,
        day_start_us(funnel.from_day),
        day_start_us(funnel.to_day),
    )


def history_of(plan: Plan, touchpoints: list[Touchpoint]) -> History | None:
    """The history of one person, or None when nothing of it is an entry.

    An activity attended several times is taken once, the first in effective order.
    """
    touchpoints.sort(key=_effective_order)
    if plan.strict or ATTENDED in plan.by_type:
        touchpoints = _attended_once(touchpoints)
    marks = _marks(plan, touchpoints)
    first = 1 << plan.sequence[0]
    entries = [
        mark
        for mark in marks
        if mark.kinds & first and plan.from_us <= mark.touchpoint.starts_us < plan.to_us
    ]
    if not entries:
        return None
    history = History(entries, *_times(len(plan.kinds), marks), _separate(plan, marks))
    if plan.strict or not history.separate:
        history.supply = _supply(marks)
    if plan.strict:
        slots = [slot_of(touchpoint) for touchpoint in touchpoints]
        history.starts_us, history.ends_us = _following_ends(slots)
    return history


def slot_of(touchpoint: Touchpoint) -> Slot:
    """The instants at which the touchpoint may have been."""
    starts_us = touchpoint.starts_us
    return Slot(starts_us, starts_us + DAY_US - 1 if touchpoint.day_precision else starts_us)


def _attended_once(touchpoints: Sequence[Touchpoint]) -> list[Touchpoint]:
    seen: set[object] = set()
    kept = []
    for touchpoint in touchpoints:
        if touchpoint.type == ATTENDED:
            activity = touchpoint.fields.get("activity_id")
            if activity is not None and activity in seen:
                continue
            seen.add(activity)
        kept.append(touchpoint)
    return kept


def _marks(plan: Plan, touchpoints: Iterable[Touchpoint]) -> list[Mark]:
    marks = []
    for touchpoint in touchpoints:
        kinds = 0
        for bit, step in plan.by_type.get(touchpoint.type, ()):
            if not step.conditions or step.admits(touchpoint):
                kinds |= bit
        if kinds:
            marks.append(Mark(slot_of(touchpoint), kinds, touchpoint))
    return marks


def _times(kind_count: int, marks: Sequence[Mark]) -> tuple[list[list[int]], list[list[int]]]:
    instants: list[list[int]] = [[] for _ in range(kind_count)]
    days: list[list[int]] = [[] for _ in range(kind_count)]
    for slot, kinds, touchpoint in marks:
        into = days if touchpoint.day_precision else instants
        while kinds:
            lowest = kinds & -kinds
            times = into[lowest.bit_length() - 1]
            # Marks come in effective order, so the times of a list only ever rise.
            if not times or times[-1] != slot.latest_us:
                times.append(slot.latest_us)
            kinds ^= lowest
    return instants, days


def _separate(plan: Plan, marks: Iterable[Mark]) -> bool:
    if len(plan.kinds) < len(plan.sequence):
        return False
    return not any(mark.kinds & (mark.kinds - 1) for mark in marks)


def _supply(marks: Iterable[Mark]) -> dict[Slot, Supply]:
    counts: dict[Slot, Counter[int]] = {}
    for mark in marks:
        counts.setdefault(mark.slot, Counter())[mark.kinds] += 1
    return {slot: tuple(sorted(counter.items())) for slot, counter in counts.items()}


def _following_ends(slots: Iterable[Slot]) -> tuple[list[int], list[int]]:
    starts, ends = [], [NEVER_US]
    for slot in sorted(slots, reverse=True):
        starts.append(slot.earliest_us)
        ends.append(min(ends[-1], slot.latest_us))
    return starts[::-1], ends[::-1]
