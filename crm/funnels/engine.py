"""A funnel computed: people and median times per step, whole and broken down.

The result is a function of the set of touchpoints; the order in which they come is no matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from campaigns.times import SECOND_US, shanghai_day
from crm.funnels.any_order import AnyOrderSearch
from crm.funnels.chains import Chain, OrderedSearch, SeparateSearch
from crm.funnels.definition import MONTH, ChainKind, EntryRule, Funnel
from crm.funnels.history import History, Mark, Plan, history_of, plan_of
from crm.funnels.touchpoint import Touchpoint, field_text


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


_slot = attrgetter("slot")
_Search = SeparateSearch | AnyOrderSearch | OrderedSearch


class _Tally:
    """How many reached each step, and after how long."""

    def __init__(self, step_count: int) -> None:
        self._people = [0] * step_count
        self._gaps_us: list[list[int]] = [[] for _ in range(step_count)]

    def add(self, chain: Chain) -> None:
        for place, time_us in enumerate(chain):
            self._people[place] += 1
            if place:
                # A day counts as its first instant, so it may seem to lie before an instant.
                self._gaps_us[place].append(max(0, time_us - chain[place - 1]))

    def steps(self) -> tuple[StepResult, ...]:
        return tuple(
            StepResult(place + 1, people, _median_seconds(gaps_us))
            for place, (people, gaps_us) in enumerate(zip(self._people, self._gaps_us, strict=True))
        )


def compute(funnel: Funnel, touchpoints: Iterable[Touchpoint]) -> FunnelResult:
    """The funnel over all touchpoints given.

    They must hold every touchpoint of the types of the steps, and for a strict funnel of all
    types, whatever its time: an earlier attendance decides which one of an activity counts.
    """
    plan = plan_of(funnel)
    step_count = len(funnel.steps)
    whole = _Tally(step_count)
    groups: dict[str | None, _Tally] = {}
    reached: list[set[str]] = [set() for _ in range(step_count)]
    for person, own in _by_person(plan, touchpoints).items():
        history = history_of(plan, own)
        if history is None:
            continue
        chain = _counted_chain(plan, history)
        whole.add(chain)
        if funnel.by is not None:
            value = _group_value(funnel.by, history.entries[0].touchpoint)
            groups.setdefault(value, _Tally(step_count)).add(chain)
        for place in range(len(chain)):
            reached[place].add(person)
    values = sorted(groups, key=lambda value: (value is None, value or ""))
    return FunnelResult(
        whole.steps(),
        tuple(GroupResult(value, groups[value].steps()) for value in values),
        tuple(frozenset(people) for people in reached),
    )


def _by_person(plan: Plan, touchpoints: Iterable[Touchpoint]) -> dict[str, list[Touchpoint]]:
    people: dict[str, list[Touchpoint]] = {}
    everything, types = plan.strict, plan.by_type
    for touchpoint in touchpoints:
        if everything or touchpoint.type in types:
            people.setdefault(touchpoint.person, []).append(touchpoint)
    return people


def _counted_chain(plan: Plan, history: History) -> Chain:
    """Of the entries that count the longest chain; then the latest entry, then early steps."""
    kinds = history.attainable(plan)
    if plan.funnel.entry == EntryRule.FIRST:
        return _search(plan, history, kinds, history.entries[0]).chain()
    best: Chain = ()
    # Entries alike in time and in what they can serve have the same chains.
    alike = {(entry.slot, entry.kinds): entry for entry in history.entries}
    for entry in sorted(alike.values(), key=_slot, reverse=True):
        as_late = bool(best) and best[0] == entry.slot.earliest_us
        if len(best) == len(kinds) and not as_late:
            break
        search = _search(plan, history, kinds, entry)
        length = search.length()
        if length > len(best):
            best = search.chain()
        elif length == len(best) and as_late:
            best = min(best, search.chain())
    return best


def _search(plan: Plan, history: History, kinds: tuple[int, ...], entry: Mark) -> _Search:
    limit_us = plan.funnel.window.last_instant_us(entry.touchpoint)
    in_order = plan.funnel.kind != ChainKind.ANY
    if history.separate and not plan.strict:
        return SeparateSearch(history, kinds, entry, limit_us, in_order=in_order)
    if not in_order:
        return AnyOrderSearch(history, kinds, entry, limit_us)
    return OrderedSearch(history, kinds, entry, limit_us, strict=plan.strict)


def _group_value(by: str, entry: Touchpoint) -> str | None:
    if by == MONTH:
        return shanghai_day(entry.starts_us).isoformat()[:7]
    return field_text(entry, by)


def _median_seconds(gaps_us: list[int]) -> int | float | None:
    if not gaps_us:
        return None
    gaps_us.sort()
    twice_us = gaps_us[(len(gaps_us) - 1) // 2] + gaps_us[len(gaps_us) // 2]
    whole, rest = divmod(twice_us, 2 * SECOND_US)
    return twice_us / (2 * SECOND_US) if rest else whole
