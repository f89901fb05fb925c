"""Why a person is counted in a funnel or not: the walk through the steps, and what decided."""

from typing import Literal

import numpy as np
from msgspec import Struct

from campaigns.times import day_start_us
from crm.funnels.codes import Array
from crm.funnels.columns import BY_DAY, HIDDEN, Columns
from crm.funnels.definition import Funnel
from crm.funnels.engine import Walks
from crm.funnels.kernel import NEVER_US
from crm.funnels.serving import served

Verdict = Literal["reached", "never", "before", "after", "order", "left_out"]
"""Of a step: it was reached; or not: it never happened; only before what came before it; only after
the end of the window; within the window, but not in this order; an exclusion was met."""


class Passed(Struct, frozen=True):
    """One step of the walk. at_us, by_day: when what decided was, None where there is nothing."""

    step: str
    verdict: Verdict
    at_us: int | None = None
    by_day: bool = False


def reasons_of(funnel: Funnel, columns: Columns, walks: Walks, person: str) -> tuple[Passed, ...]:
    """The walk of one person, up to the first step that was not reached; empty: nobody knows it.

    walks: of everybody who counts.
    """
    code = columns.people.known(person)
    if code is None:
        return ()
    place = int(np.searchsorted(walks.people, code))
    if place >= len(walks.people) or walks.people[place] != code:
        return (_not_entered(funnel, columns, code),)
    times = walks.times[:, place].tolist()
    limit_us = int(walks.limits[place])
    passed = []
    for number, (step, at_us) in enumerate(zip(funnel.steps, times, strict=True)):
        if at_us < NEVER_US:
            by_day = _is_day(columns, step.type, code, at_us)
            passed.append(Passed(str(step), "reached", at_us, by_day))
            continue
        passed.append(_missed(funnel, columns, code, number, times[number - 1], limit_us))
        break
    return tuple(passed)


def _not_entered(funnel: Funnel, columns: Columns, code: int) -> Passed:
    first = funnel.steps[0]
    found = _times(funnel, columns, code, 0)
    inside = (found >= day_start_us(funnel.from_day)) & (found < day_start_us(funnel.to_day))
    if inside.any():
        return Passed(str(first), "left_out", int(found[inside][0]))
    if not len(found):
        return Passed(str(first), "never")
    before = bool((found < day_start_us(funnel.from_day)).any())
    nearest = found[found < day_start_us(funnel.from_day)][-1] if before else found[0]
    return Passed(str(first), "before" if before else "after", int(nearest))


def _missed(
    funnel: Funnel, columns: Columns, code: int, number: int, since_us: int, limit_us: int
) -> Passed:
    step = str(funnel.steps[number])
    found = _times(funnel, columns, code, number)
    if not len(found):
        return Passed(step, "never")
    late = found[found > limit_us]
    within = found[(found >= since_us) & (found <= limit_us)]
    if len(within):
        return Passed(step, "order", int(within[0]))
    if len(late):
        return Passed(step, "after", int(late[0]))
    return Passed(step, "before", int(found[-1]))


def _times(funnel: Funnel, columns: Columns, code: int, number: int) -> Array:
    able = served(columns, funnel.steps[number], -NEVER_US, NEVER_US)
    found: Array = able.time[able.person == code]
    return found


def _is_day(columns: Columns, type_name: str, code: int, at_us: int) -> bool:
    kind = columns.kind(type_name)
    rows = kind.between(at_us, at_us + 1)
    state = kind.column("state")[rows][kind.column("person")[rows] == code]
    state = state[(state & HIDDEN) == 0]
    return bool(len(state) and (state & BY_DAY).all())
