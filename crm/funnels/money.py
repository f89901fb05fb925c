"""What people bought within their windows, and what it cost to have them there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import numpy as np

from campaigns.regions import covers
from campaigns.times import DAY_US, shanghai_day
from crm.funnels.codes import NONE, Array
from crm.funnels.columns import ACTIVITY, LENT, REGION, Columns
from crm.funnels.definition import Step
from crm.funnels.engine import Walks
from crm.funnels.gathering import FEN, PURCHASE
from crm.funnels.serving import served
from crm.funnels.touchpoint import ATTENDED


def spent_fen(columns: Columns, walks: Walks) -> Array:
    """What each bought from the entry that counts to the end of its window, fen.

    Units that came back are taken off. A purchase of which only the day is known counts when it may
    have been after the entry.
    """
    spent = np.zeros(len(walks.people), np.int64)
    amounts = columns.kind(PURCHASE).codes(FEN)
    if amounts is None or not len(walks.people):
        return spent
    span = int(walks.times[0].min()) - DAY_US, int(walks.limits.max()) + 1
    bought = served(columns, Step(PURCHASE), *span)
    place = np.full(len(columns.people), NONE, np.int64)
    place[walks.people] = np.arange(len(walks.people))
    own = place[bought.person]
    within = (own >= 0) & (bought.ends >= walks.times[0][own]) & (bought.time <= walks.limits[own])
    which = np.flatnonzero(within)
    np.add.at(spent, own[which], amounts[bought.rows_at(which)].astype(np.int64))
    return spent


class Held(Protocol):
    """An activity, as far as costs look at it."""

    @property
    def cancelled(self) -> bool:
        """Whether it was called off."""

    @property
    def cost_fen(self) -> int | None:
        """What it costs."""

    @property
    def reached(self) -> int | None:
        """How many were counted there."""

    @property
    def starts_us(self) -> int:
        """When it begins."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Of how many activities; of how many nobody wrote down the cost; the sum of the others."""

    activities: int
    unpriced: int
    cost_fen: int


def costs_of(step: Step, held: Iterable[Held]) -> Costs | None:
    """What the activities cost at which a step takes place; None: the step is no attendance, or
    asks for more than which activities.

    held: the activities of the period.
    """
    at_them = _held_at(step, held)
    return None if at_them is None else _sum(at_them)


def costs_by(step: Step, held: Iterable[Held], dimension: str) -> dict[str, Costs]:
    """The same for each group of a breakdown; empty where groups are not of activities."""
    value = _GROUPED.get(dimension)
    at_them = None if value is None else _held_at(step, held)
    if value is None or at_them is None:
        return {}
    groups: dict[str, list[Held]] = {}
    for each in at_them:
        groups.setdefault(value(each), []).append(each)
    return {name: _sum(of_it) for name, of_it in groups.items()}


def _sum(held: Iterable[Held]) -> Costs:
    fitting = [each for each in held if not each.cancelled]
    known = [each.cost_fen for each in fitting if each.cost_fen is not None]
    return Costs(len(fitting), len(fitting) - len(known), sum(known))


def reached_at(step: Step, held: Iterable[Held]) -> int | None:
    """How many were counted at the activities at which a step takes place: a headcount, of no
    names; None as of costs."""
    at_them = _held_at(step, held)
    return None if at_them is None else sum(each.reached or 0 for each in at_them)


def _held_at(step: Step, held: Iterable[Held]) -> list[Held] | None:
    if step.type != ATTENDED or any(name not in (ACTIVITY, *LENT) for name, _ in step.conditions):
        return None
    wanted: Mapping[str, str] = dict(step.conditions)
    return [each for each in held if all(_fits(each, name, wanted[name]) for name in wanted)]


def _fits(activity: Any, name: str, value: str) -> bool:
    held = getattr(activity, name)
    return held == value or (name == REGION and bool(held) and covers(value, held))


def _monday(activity: Any) -> str:
    day = shanghai_day(activity.starts_us)
    return (day - timedelta(days=day.weekday())).isoformat()


_GROUPED: Mapping[str, Callable[[Any], str]] = {
    "activity_id": lambda activity: activity.activity_id,
    "activity_kind": lambda activity: activity.kind,
    "dealer": lambda activity: activity.dealer,
    "programme": lambda activity: activity.programme,
    "month": lambda activity: shanghai_day(activity.starts_us).isoformat()[:7],
    "week": _monday,
    "province": lambda activity: activity.region[:2].ljust(6, "0"),
    "city": lambda activity: activity.region[:4].ljust(6, "0"),
    "county": lambda activity: activity.region,
}
"""Breakdown → of which group an activity is, as those who came to it are."""
