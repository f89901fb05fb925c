"""What a funnel comes to: people and median times per step, whole and broken down, and who."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from campaigns.times import SECOND_US, shanghai_day
from crm.funnels.attributes import Attributes, Values, attributes_of, of_walks
from crm.funnels.codes import NONE, Array, fitting, present
from crm.funnels.columns import Columns
from crm.funnels.definition import MONTH, Funnel, day_starts_us
from crm.funnels.engine import Walks, walks_of
from crm.funnels.kernel import NEVER_US, taken


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step, numbered from 1: who reached it, and the median time from the step before.

    `median_seconds` is an int when it is whole, else a float; None for the first step, which
    has none before it, and for a step that nobody reached.
    """

    step: int
    people: int
    median_seconds: int | float | None


@dataclass(frozen=True, slots=True)
class GroupResult:
    """The steps of those whose first entry has this value; None: it has none."""

    value: str | None
    steps: tuple[StepResult, ...]


@dataclass(frozen=True, slots=True)
class FunnelResult:
    """The steps of all, the groups by value (none last), and who reached each step.

    The people of the groups add up to those of the whole; without a breakdown there are none.
    """

    steps: tuple[StepResult, ...]
    groups: tuple[GroupResult, ...]
    people: tuple[frozenset[str], ...]


def answer(funnel: Funnel, columns: Columns, attributes: Attributes | None = None) -> FunnelResult:
    """The funnel over all touchpoints; attributes: what breakdowns by what people are need."""
    walks = walks_of(funnel, columns)
    groups: tuple[GroupResult, ...] = ()
    if funnel.by is not None:
        groups = groups_of(values_of(funnel, columns, attributes, walks, funnel.by), walks)
    length = walks.length
    people = tuple(
        frozenset(names_of(columns, walks.people[length > place]))
        for place in range(len(funnel.steps))
    )
    return FunnelResult(steps_of(walks), groups, people)


def names_of(columns: Columns, people: Array) -> list[str]:
    """The people of some codes."""
    return [columns.people.texts[code] for code in people.tolist()]


def steps_of(walks: Walks) -> tuple[StepResult, ...]:
    """How many reached each step, and after how long."""
    return tuple(
        StepResult(place + 1, len(reached), median_seconds(_gaps_us(walks, place, reached)))
        for place, reached in enumerate(_reached(walks))
    )


def gaps_us(walks: Walks, place: int) -> Array:
    """How long those who reached a step (counted from 0) took from the one before."""
    return _gaps_us(walks, place, np.flatnonzero(walks.times[place] < NEVER_US))


def _reached(walks: Walks) -> Iterator[Array]:
    """Of each step the places of those who reached it."""
    reached = np.arange(len(walks.people))
    for place, time in enumerate(walks.times):
        if place:
            reached = reached[np.flatnonzero(taken(time, reached) < NEVER_US)]
        yield reached


def _gaps_us(walks: Walks, place: int, reached: Array) -> Array:
    """Of the first step there are none."""
    if not place:
        return np.empty(0, np.int64)
    # A day counts as its first instant, so it may seem to lie before an instant.
    gaps = taken(walks.times[place], reached) - taken(walks.times[place - 1], reached)
    return np.asarray(np.maximum(0, gaps))


def values_of(
    funnel: Funnel, columns: Columns, attributes: Attributes | None, walks: Walks, by: str
) -> Values:
    """The group of each walk."""
    known = attributes or attributes_of(columns, (), {})
    found = of_walks(funnel, columns, known, walks, by)
    return group_codes(funnel, columns, walks, by) if found is None else found


def groups_of(of_each: Values, walks: Walks) -> tuple[GroupResult, ...]:
    """The groups of a breakdown, by value."""
    values, codes = of_each
    codes = fitting(codes)
    known = present(codes)
    found: dict[str | None, list[StepResult]] = {values[code]: [] for code in known.tolist()}
    for place, reached in enumerate(_reached(walks)):
        own = taken(codes, reached)
        order = np.argsort(own, kind="stable")
        gaps = _gaps_us(walks, place, taken(reached, order))
        edges = [*np.searchsorted(taken(own, order), known).tolist(), len(order)]
        for code, (start, end) in zip(known.tolist(), pairwise(edges), strict=True):
            median = median_seconds(gaps[start:end])
            found[values[code]].append(StepResult(place + 1, end - start, median))
    ordered = sorted(found, key=lambda value: (value is None, value or ""))
    return tuple(GroupResult(value, tuple(found[value])) for value in ordered)


def group_codes(
    funnel: Funnel, columns: Columns, walks: Walks, by: str
) -> tuple[dict[int, str | None], Array]:
    """What the first entry of each says: values by code, and the code of each."""
    type_name = funnel.steps[0].type
    if by == MONTH:
        return _months(columns.kind(type_name).column("time")[walks.first_rows])
    codes = columns.field_codes(type_name, by, walks.first_rows)
    if codes is None:
        return {NONE: None}, np.full(len(walks.people), NONE)
    texts = columns.words[by]
    return {code: texts.text(code) for code in present(codes).tolist()}, codes


def _months(times_us: Array) -> tuple[dict[int, str | None], Array]:
    days, at = np.unique(day_starts_us(times_us), return_inverse=True)
    names = [shanghai_day(day).isoformat()[:7] for day in days.tolist()]
    months = sorted(set(names))
    numbers = np.asarray([months.index(name) for name in names], np.int64)
    return dict(enumerate(months)), numbers[at]


def median_seconds(gaps: Array) -> int | float | None:
    """Of an even number the mean of the middle two."""
    if not len(gaps):
        return None
    low, high = (len(gaps) - 1) // 2, len(gaps) // 2
    middle = np.partition(gaps, (low, high))
    twice_us = int(middle[low]) + int(middle[high])
    whole, rest = divmod(twice_us, 2 * SECOND_US)
    return twice_us / (2 * SECOND_US) if rest else whole
