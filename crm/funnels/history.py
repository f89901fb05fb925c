"""The touchpoints of one person, laid out so that chains can be found quickly.

Touchpoints that may have been at the same instants (one exact instant, or one whole day) share a
*slot*. Which of a slot's touchpoints serves which step is left open; it is enough to know that
its steps can be served by different ones.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from crm.funnels.supply import Supply

NEVER_US = 1 << 80


class Slot(NamedTuple):
    """The instants at which a touchpoint may have been: first and last, both included."""

    earliest_us: int
    latest_us: int


class Mark(NamedTuple):
    """A touchpoint that can serve at least one step."""

    slot: Slot
    kinds: int


@dataclass(slots=True)
class History:
    """What chains need of one person.

    `entries` are in effective order. `instants_us` are per kind the exact touchpoints, `days_us`
    the last instants of the days of those with day precision, both sorted. For a strict funnel
    `starts_us` are the sorted starts of the slots of all touchpoints, and `ends_us` the earliest
    end among the slots from that one on; one longer.
    """

    entries: list[Mark]
    instants_us: list[list[int]]
    days_us: list[list[int]]
    supply: dict[Slot, Supply]
    starts_us: list[int] = field(default_factory=list)
    ends_us: list[int] = field(default_factory=list)

    def attainable(self, sequence: tuple[int, ...]) -> tuple[int, ...]:
        """The steps, as kinds, up to the first that no touchpoint of the person can serve."""
        for place, kind in enumerate(sequence):
            if not self.instants_us[kind] and not self.days_us[kind]:
                return sequence[:place]
        return sequence


def history_of(
    kind_count: int,
    entries: list[Mark],
    marks: Iterable[Mark],
    slots: Iterable[Slot] | None = None,
) -> History:
    """The history of one person. slots: of a strict funnel those of all touchpoints."""
    ordered = sorted(marks)
    history = History(entries, *_times(kind_count, ordered), _supply(ordered))
    if slots is not None:
        history.starts_us, history.ends_us = _following_ends(slots)
    return history


def _times(kind_count: int, marks: Sequence[Mark]) -> tuple[list[list[int]], list[list[int]]]:
    instants: list[list[int]] = [[] for _ in range(kind_count)]
    days: list[list[int]] = [[] for _ in range(kind_count)]
    for slot, kinds in marks:
        into = days if slot.latest_us > slot.earliest_us else instants
        while kinds:
            lowest = kinds & -kinds
            times = into[lowest.bit_length() - 1]
            # Marks come by time, so the times of a list only ever rise.
            if not times or times[-1] != slot.latest_us:
                times.append(slot.latest_us)
            kinds ^= lowest
    return instants, days


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
