"""What differs between those who went on and those who did not, and between two periods.

Both are answered from reports that are broken down by whatever may tell something.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from crm.funnels.columns import ACTIVITY
from crm.funnels.comparing import Interval, difference
from crm.funnels.few import shown_of
from crm.funnels.report import GroupCounts, Report, StepCounts, shown_of_groups

Stands = dict[str | None, tuple[int, int]]
"""Of each group how many stood at a step, and how many of them went on."""
_NOBODY = (0, 0)


@dataclass(frozen=True, slots=True)
class Differs:
    """One group at a step: how many stood there, how many went on, and how far its rate lies from
    that of all others."""

    dimension: str
    value: str | None
    people: int
    went_on: int
    others: int
    others_went_on: int
    gap: Interval


@dataclass(frozen=True, slots=True)
class Explained:
    """By a dimension: which part of the difference of two rates comes from who was there (the
    groups are of other sizes), and which from how the groups went on. The two add up to it."""

    dimension: str
    mix: float
    within: float


def differing(report: Report, step: int, *, names: bool) -> Iterator[Differs]:
    """Every group at a step (from 1) against all others there.

    The widest clear differences come first, then what cannot be told yet. names: whether whoever
    asks may see them; else groups are left out of which something at the step or the next is
    held back, and those of which it would be of the others.
    """
    whole, whole_on = report.steps[step - 1].people, report.steps[step].people
    found = []
    for dimension, groups in report.groups.items():
        shown = shown_of_groups(dimension, groups)
        for group, is_shown in zip(groups, shown, strict=True):
            people, went_on = group.people[step - 1], group.people[step]
            others, others_on = whole - people, whole_on - went_on
            gap = difference(went_on, people, others_on, others)
            may = all((*is_shown[step - 1 : step + 1], *shown_of((others, others_on))))
            if gap is not None and (names or may):
                found.append(
                    Differs(dimension, group.value, people, went_on, others, others_on, gap)
                )
    return iter(sorted(found, key=_widest))


def _widest(each: Differs) -> tuple[bool, float, str, str]:
    return not each.gap.is_clear, -abs(each.gap.value), each.dimension, each.value or ""


def explaining(
    now: Report, then: Report, step: int, *, leaves_out: bool = False
) -> Iterator[Explained]:
    """How each dimension explains by how much the rate from a step (from 1) to the next differs
    between two periods; the one whose mix explains most comes first.

    leaves_out: of both periods whoever had done the next step before is left out. Nothing where
    nobody stood at the step in one of them.
    """
    if not all(_open(each.steps[step - 1], leaves_out=leaves_out) for each in (now, then)):
        return iter(())
    # An activity is of one period alone: who came would explain everything.
    names = [name for name in now.groups if name in then.groups and name != ACTIVITY]
    found = []
    for name in names:
        stands = [_stands(each.groups[name], step, leaves_out=leaves_out) for each in (now, then)]
        found.append(_explained(name, stands))
    return iter(sorted(found, key=lambda each: (-abs(each.mix), each.dimension)))


def _open(step: StepCounts, *, leaves_out: bool) -> int:
    return step.people - step.earlier if leaves_out else step.people


def _explained(name: str, rates: list[Stands]) -> Explained:
    """Each change is weighed by the mean of what stood at its side (Kitagawa, 1955)."""
    totals = [sum(people for people, _ in each.values()) for each in rates]
    mix = within = 0.0
    for value in dict.fromkeys([*rates[0], *rates[1]]):
        if not rates[0].get(value, _NOBODY)[0] and not rates[1].get(value, _NOBODY)[0]:
            continue
        (people, went_on), (people_then, went_on_then) = (e.get(value, _NOBODY) for e in rates)
        share, share_then = people / totals[0], people_then / totals[1]
        # A group that is new or gone has one rate, and so changes the mix alone.
        rate = went_on / people if people else went_on_then / people_then
        rate_then = went_on_then / people_then if people_then else rate
        mix += (share - share_then) * (rate + rate_then) / 2
        within += (rate - rate_then) * (share + share_then) / 2
    return Explained(name, mix, within)


def _stands(groups: tuple[GroupCounts, ...], step: int, *, leaves_out: bool) -> Stands:
    found = {}
    for group in groups:
        out = group.earlier[step - 1] if leaves_out else 0
        found[group.value] = group.people[step - 1] - out, group.people[step]
    return found
