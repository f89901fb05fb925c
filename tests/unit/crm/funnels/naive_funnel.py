"""The written rule of funnels, tried out in full: every chain at every instant that matters.

Slow, and shares no idea with the engine: no intervals, no matching, no ruling out.
"""

import statistics
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any

from campaigns.times import SHANGHAI, instant_us, moment_of
from crm.funnels.definition import Funnel, Step
from crm.funnels.touchpoint import Touchpoint

Chain = list[Touchpoint]


def naive_funnel(funnel: Funnel, touchpoints: Sequence[Touchpoint]) -> dict[str, Any]:
    """Steps as (people, median seconds), groups as value → steps, and the people of each step."""
    counted: dict[str, list[int]] = {}
    values: dict[str, str | None] = {}
    for person in {touchpoint.person for touchpoint in touchpoints}:
        own = counting(sorted((t for t in touchpoints if t.person == person), key=by_order))
        entries = [t for t in own if is_entry(funnel, t)]
        if entries:
            values[person] = value_of(funnel, entries[0])
            tried = entries[:1] if funnel.entry == "first" else entries
            chains = [chain for entry in tried for chain in chains_from(funnel, own, entry)]
            counted[person] = best_of([[t.starts_us for t in chain] for chain in chains])
    groups = set(values.values()) if funnel.by else set()
    return {
        "steps": steps_of(funnel, list(counted.values())),
        "groups": {
            value: steps_of(funnel, [counted[p] for p in counted if values[p] == value])
            for value in groups
        },
        "people": [
            {person for person in counted if len(counted[person]) >= step}
            for step in range(1, len(funnel.steps) + 1)
        ],
    }


def by_order(touchpoint: Touchpoint) -> tuple[int, int, str, str]:
    return touchpoint.order


def counting(touchpoints: Chain) -> Chain:
    """All but the second attendances of an activity."""
    kept: Chain = []
    for touchpoint in touchpoints:
        again = touchpoint.type == "activity.attended" and any(
            earlier.type == "activity.attended"
            and earlier.fields["activity_id"] == touchpoint.fields["activity_id"]
            for earlier in kept
        )
        if not again:
            kept.append(touchpoint)
    return kept


def is_entry(funnel: Funnel, touchpoint: Touchpoint) -> bool:
    day = moment_of(touchpoint.starts_us).date()
    return serves(funnel.steps[0], touchpoint) and funnel.from_day <= day < funnel.to_day


def serves(step: Step, touchpoint: Touchpoint) -> bool:
    return step.type == touchpoint.type and all(
        field in touchpoint.fields and fits(field, value, text(touchpoint.fields[field]))
        for field, value in step.conditions
    )


def fits(field: str, wanted: str, held: str) -> bool:
    within = wanted.removesuffix("00").removesuffix("00")
    return held == wanted or (field == "region" and within != wanted and held.startswith(within))


def text(value: object) -> str:
    return str(value).lower() if value is True or value is False else str(value)


def value_of(funnel: Funnel, entry: Touchpoint) -> str | None:
    if funnel.by == "month":
        return moment_of(entry.starts_us).strftime("%Y-%m")
    found = entry.fields.get(funnel.by or "")
    return None if found is None else str(found)


def best_of(chains: list[list[int]]) -> list[int]:
    longest = max(len(chain) for chain in chains)
    latest = max(chain[0] for chain in chains if len(chain) == longest)
    return min(chain for chain in chains if len(chain) == longest and chain[0] == latest)


def steps_of(funnel: Funnel, chains: list[list[int]]) -> list[tuple[int, Any]]:
    steps = []
    for step in range(len(funnel.steps)):
        reached = [chain for chain in chains if len(chain) > step]
        gaps = [Fraction(max(0, c[step] - c[step - 1]), 10**6) for c in reached if step > 0]
        median = statistics.median(gaps) if gaps else None
        steps.append((len(reached), None if median is None else float(median)))
    return steps


def chains_from(funnel: Funnel, own: Chain, entry: Touchpoint) -> Iterator[Chain]:
    """Every chain of the entry, short ones too."""
    last = last_instant(funnel, entry)
    if funnel.kind == "any":
        free = [t for t in own if t is not entry and whole_day(t)[1] >= entry.starts_us]
        yield from any_order(funnel, [entry], [t for t in free if t.starts_us <= last])
        return
    marks = {instant for t in own for instant in whole_day(t)}
    for instant in instants(entry, marks, last):
        yield from in_order(funnel, own, [entry], instant, marks, last)


def last_instant(funnel: Funnel, entry: Touchpoint) -> int:
    day = moment_of(entry.starts_us).date()
    length = funnel.window.length
    if funnel.window.unit == "d":
        end = datetime.combine(day + timedelta(days=length + 1), time(), SHANGHAI)
        return instant_us(end) - 1
    start = moment_of(entry.starts_us)
    if entry.day_precision:
        start = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    return instant_us(start + timedelta(hours=length))


def whole_day(touchpoint: Touchpoint) -> tuple[int, int]:
    """The first and the last instant at which it may have been."""
    moment = moment_of(touchpoint.starts_us)
    if not touchpoint.day_precision:
        return touchpoint.starts_us, touchpoint.starts_us
    return instant_us(moment), instant_us(moment + timedelta(days=1)) - 1


def instants(touchpoint: Touchpoint, marks: set[int], last: int) -> list[int]:
    """The instants worth trying: where it, or another touchpoint, may begin or end."""
    first, end = whole_day(touchpoint)
    return sorted(i for i in {*marks, last} if first <= i <= end and i <= last)


def in_order(
    funnel: Funnel, own: Chain, chain: Chain, now: int, marks: set[int], last: int
) -> Iterator[Chain]:
    yield chain
    if len(chain) == len(funnel.steps):
        return
    for following in own:
        taken = any(following is t for t in chain)
        if taken or not serves(funnel.steps[len(chain)], following):
            continue
        for instant in instants(following, marks, last):
            if instant < now:
                continue
            if funnel.kind == "strict" and any(
                now < whole_day(other)[0] and whole_day(other)[1] < instant for other in own
            ):
                continue
            yield from in_order(funnel, own, [*chain, following], instant, marks, last)


def any_order(funnel: Funnel, chain: Chain, free: Chain) -> Iterator[Chain]:
    yield chain
    if len(chain) < len(funnel.steps):
        for following in free:
            if serves(funnel.steps[len(chain)], following):
                rest = [t for t in free if t is not following]
                yield from any_order(funnel, [*chain, following], rest)
