"""Everything a page says of a funnel, in one answer that can cross to another process."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
from msgspec import Struct

from campaigns.times import SECOND_US, day_end_us
from crm.funnels.answers import (
    gaps_us,
    groups_of,
    median_seconds,
    names_of,
    values_of,
)
from crm.funnels.attributes import Attributes
from crm.funnels.codes import Array
from crm.funnels.columns import RETURNED, Columns
from crm.funnels.definition import Funnel
from crm.funnels.document import Document
from crm.funnels.earlier import earlier_in
from crm.funnels.engine import Walks, walks_of
from crm.funnels.few import Shown, shown_in
from crm.funnels.kernel import NEVER_US
from crm.funnels.money import spent_fen
from crm.funnels.reasons import Passed, reasons_of
from crm.funnels.weeks import WeekCounts, weeks_of


class Listed(Struct, frozen=True):
    """Which people are asked for: who reached a step (from 1), or left: who went no further; of a
    group, where a dimension is named. earlier: of those who went no further, without those who had
    done the next step before they entered, or these alone."""

    step: int
    left: bool = False
    dimension: str | None = None
    value: str | None = None
    earlier: Literal["", "without", "alone"] = ""


class Question(Struct, frozen=True):
    """A funnel on a day. dealer: of what its copy holds alone; listed: with these people; why: with
    the walk of this person. as_of: as on the evening of this day, by what is known today.
    weeks_by: week by week, by this field of the first step."""

    document: Document
    today: date
    dealer: str | None = None
    listed: Listed | None = None
    why: str | None = None
    as_of: date | None = None
    weeks_by: str = ""


class StepCounts(Struct, frozen=True):
    """A step: who reached it; who went no further; the quartiles of the time from the step
    before, seconds, None where nobody reached it; what those who reached it bought from their entry
    to the end of their window, fen. earlier: where the next step is one that lasts, how many of
    those who went no further had done it before they entered: they are not lost."""

    step: str
    people: int
    left: int
    low: float | None
    median: float | None
    high: float | None
    spent_fen: int = 0
    earlier: int = 0


class GroupCounts(Struct, frozen=True):
    """A group: who reached each step, and what all of it bought; value: None where it has none.
    earlier: of each step, as of a step of the whole."""

    value: str | None
    people: tuple[int, ...]
    spent_fen: int = 0
    earlier: tuple[int, ...] = ()


def shown_of_groups(dimension: str, groups: Sequence[GroupCounts]) -> list[Shown]:
    """For each group of which steps the number is told to who sees no names."""
    return shown_in(dimension, [(each.value, each.people) for each in groups])


class Report(Struct, frozen=True):
    """The answer. groups: by dimension. listed: people, by their ids, or a dealer's by the keys of
    their rows; earlier: those of them who stopped at the step and had done the next one before they
    entered. left_out: who met an exclusion. returned: purchases in the period of the windows that
    count for nothing. unknown: conditions whose value no touchpoint has. touchpoints: of how many
    it was computed. as_of_us: when the last of them was recorded, or the copy changed; number: of
    which state of it."""

    steps: tuple[StepCounts, ...]
    groups: dict[str, tuple[GroupCounts, ...]]
    listed: tuple[str, ...] | None
    left_out: int
    returned: int
    unknown: tuple[str, ...]
    touchpoints: int
    as_of_us: int
    number: int
    why: tuple[Passed, ...] = ()
    weeks: tuple[WeekCounts, ...] = ()
    earlier: tuple[str, ...] = ()

    @property
    def people(self) -> list[int]:
        """How many reached each step."""
        return [step.people for step in self.steps]


class Standing(Struct, frozen=True):
    """What the columns are true of."""

    as_of_us: int
    number: int


def report_of(
    question: Question,
    columns: Columns,
    attributes: Attributes | None,
    standing: Standing,
) -> Report:
    """The answer: every number of it is of these columns, and of nothing else."""
    funnel = question.document.funnel(question.as_of or question.today)
    if question.as_of is not None:
        columns = columns.before(day_end_us(question.as_of))
    walks = walks_of(funnel, columns)
    by = list(dict.fromkeys(question.document.by))
    found = _Found(walks, spent_fen(columns, walks), earlier_in(funnel, columns, walks))
    groups = {name: _groups(funnel, columns, attributes, found, name) for name in by}
    listed: tuple[str, ...] | None = None
    earlier: tuple[str, ...] = ()
    if question.listed is not None:
        chosen = _listed(funnel, columns, attributes, found, question.listed)
        listed = _names(columns, walks, chosen)
        earlier = _names(columns, walks, chosen & found.earlier[question.listed.step - 1])
    return Report(
        _steps(question.document, found),
        groups,
        listed,
        _left_out(funnel, columns, walks),
        _returned(columns),
        _unknown(funnel, columns),
        columns.size,
        standing.as_of_us,
        standing.number,
        () if question.why is None else reasons_of(funnel, columns, walks, question.why),
        weeks_of(columns, funnel, question.weeks_by) if question.weeks_by else (),
        earlier,
    )


def _names(columns: Columns, walks: Walks, chosen: Array) -> tuple[str, ...]:
    return tuple(sorted(names_of(columns, walks.people[chosen])))


def _left_out(funnel: Funnel, columns: Columns, walks: Walks) -> int:
    if not funnel.without:
        return 0
    everybody = walks_of(replace(funnel, without=()), columns)
    return len(everybody.people) - len(walks.people)


class _Found(NamedTuple):
    """Of each walk what it bought, fen, and at each step whether it stopped there of somebody who
    had done the next before."""

    walks: Walks
    spent: Array
    earlier: list[Array]


def _steps(document: Document, of_all: _Found) -> tuple[StepCounts, ...]:
    found, walks = [], of_all.walks
    reached = [int((times < NEVER_US).sum()) for times in walks.times]
    for place, step in enumerate(document.steps):
        low = middle = high = None
        if place and reached[place]:
            gaps = gaps_us(walks, place)
            low, high = (float(each) / SECOND_US for each in np.percentile(gaps, (25, 75)))
            middle = median_seconds(gaps)
        left = reached[place] - reached[place + 1] if place + 1 < len(reached) else 0
        spent_by = int(of_all.spent[walks.times[place] < NEVER_US].sum())
        earlier = int(of_all.earlier[place].sum())
        found.append(StepCounts(step, reached[place], left, low, middle, high, spent_by, earlier))
    return tuple(found)


def _groups(
    funnel: Funnel,
    columns: Columns,
    attributes: Attributes | None,
    of_all: _Found,
    name: str,
) -> tuple[GroupCounts, ...]:
    values, codes = values_of(funnel, columns, attributes, of_all.walks, name)
    found = groups_of((values, codes), of_all.walks)
    of_value = {value: code for code, value in values.items()}
    earlier = [_counts(codes[at]) for at in of_all.earlier]
    return tuple(
        GroupCounts(
            group.value,
            tuple(step.people for step in group.steps),
            int(of_all.spent[codes == of_value[group.value]].sum()),
            tuple(each.get(of_value[group.value], 0) for each in earlier),
        )
        for group in found
    )


def _counts(codes: Array) -> dict[int, int]:
    known, counts = np.unique(codes, return_counts=True)
    return dict(zip(known.tolist(), counts.tolist(), strict=True))


def _listed(
    funnel: Funnel, columns: Columns, attributes: Attributes | None, of_all: _Found, listed: Listed
) -> Array:
    walks = of_all.walks
    length = walks.length
    chosen = length == listed.step if listed.left else length >= listed.step
    if listed.left and listed.earlier:
        earlier = of_all.earlier[listed.step - 1]
        chosen &= earlier if listed.earlier == "alone" else ~earlier
    if listed.dimension is not None:
        values, codes = values_of(funnel, columns, attributes, walks, listed.dimension)
        wanted = [code for code, value in values.items() if value == listed.value]
        chosen &= np.isin(codes, wanted)
    return np.asarray(chosen)


def _returned(columns: Columns) -> int:
    kind = columns.kind("purchase.made")
    return int(((kind.column("state") & RETURNED) > 0).sum()) if kind.hidden else 0


def _unknown(funnel: Funnel, columns: Columns) -> tuple[str, ...]:
    """Conditions that no touchpoint of any type fits, because their value never came up."""
    return tuple(
        dict.fromkeys(
            f"{field}={value}"
            for step in (*funnel.steps, *funnel.without)
            for field, value in step.conditions
            if not columns.wanted(field, value)
        )
    )
