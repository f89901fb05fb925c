"""What is not told of few people, to who may see no names: how many, and what would give it away.

Few are those who reached a step, and as well those who stopped between two: so of the numbers of a
funnel those are told that lie FEWEST people apart, or none. Of a breakdown more is held back than
the small groups: with the total told, the rest could be taken off it. So between any two steps of
those groups of which one of them is held back FEWEST people at least stopped, all together, or
nobody; and where none has both held back, so it is of those of each of the two steps. Then each
small number could be another one just as well.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

FEWEST = 5
"""Groups of fewer people are told to nobody who may not see names."""
_PARENTS = {"county": ("city", 4), "city": ("province", 2)}
"""Of places: what a group is part of, and how many digits of its code say of which."""

Group = tuple[str | None, Sequence[int]]
"""The value of a group, and how many of it reached each step."""
Shown = list[bool]
"""Of each step whether its number is shown."""


def is_few(people: int) -> bool:
    """Whether so many are too few to be told; that there are none is."""
    return 0 < people < FEWEST


def shown_of(people: Sequence[int]) -> Shown:
    """Of which steps of one funnel the number is told."""
    return _shown(people, [True] * len(people))


def _shown(people: Sequence[int], open_steps: Shown) -> Shown:
    found, last = [], None
    for each, is_open in zip(people, open_steps, strict=True):
        left = 0 if last is None else last - each
        may = is_open and not is_few(each) and not is_few(left)
        found.append(may)
        last = each if may else last
    return found


def words_of(people: Sequence[int]) -> list[str]:
    """What is told of each step: the number, or so much that several numbers could be it.

    `<5`, or, of a step before which fewer than FEWEST stopped, `≥96`.
    """
    found, last = [], 0
    for each, may in zip(people, shown_of(people), strict=True):
        if may:
            last = each
            found.append(f"{each:,}")
        elif FEWEST < last < 2 * FEWEST - 1:
            # That fewer stopped would tell of 5 among 6.
            found.append(f"<{last}")
        else:
            found.append(f"<{FEWEST}" if is_few(each) else f"≥{last - FEWEST + 1:,}")
    return found


def shown_in(dimension: str, groups: Sequence[Group]) -> list[Shown]:
    """For each group of a breakdown of which steps the number is told; of none, where that of the
    first is not.

    What is held back of a city is held back so that the number of its province does not give it
    away.
    """
    if not groups:
        return []
    families: dict[str | None, list[int]] = {None: list(range(len(groups)))}
    open_steps: dict[str | None, Shown] = {None: shown_of(_sum(people for _, people in groups))}
    if dimension in _PARENTS:
        families, open_steps = _within(*_PARENTS[dimension], groups)
    found: list[Shown] = [[] for _ in groups]
    for value, family in families.items():
        members = [groups[at] for at in family]
        for at, of_group in zip(family, _shown_together(members, open_steps[value]), strict=True):
            found[at] = of_group
    return found


def _within(
    parent: str, digits: int, groups: Sequence[Group]
) -> tuple[dict[str | None, list[int]], dict[str | None, Shown]]:
    """Which groups each part of the country has, by place, and what is told of all of it."""
    families: dict[str | None, list[int]] = {}
    for at, (value, _) in enumerate(groups):
        families.setdefault(None if value is None else value[:digits], []).append(at)
    names = sorted(families, key=lambda each: (each is None, each or ""))
    above = [(each, _sum(groups[at][1] for at in families[each])) for each in names]
    return families, dict(zip(names, shown_in(parent, above), strict=True))


def _sum(counts: Iterable[Sequence[int]]) -> list[int]:
    return [sum(each) for each in zip(*counts, strict=True)]


def _shown_together(groups: Sequence[Group], open_steps: Shown) -> list[Shown]:
    """The same of groups that add up to numbers of which those of open steps are known."""
    # Behind the last step stands nobody, and that is known.
    reached = [[*people, 0] for _, people in groups]
    shown = [[*_shown(people, open_steps), True] for _, people in groups]
    for each in shown:
        _hold_row(each)
    ends = [at for at, is_open in enumerate([*open_steps, True]) if is_open]
    changed = True
    while changed:
        changed = False
        for one, other in combinations(ends, 2):
            while _hold_one_more(groups, reached, shown, one, other):
                changed = True
    return [each[:-1] for each in shown]


def _hold_row(shown: Shown) -> None:
    if not shown[0]:
        shown[:-1] = [False] * (len(shown) - 1)


def _hold_one_more(
    groups: Sequence[Group], reached: list[list[int]], shown: list[Shown], one: int, other: int
) -> bool:
    """Hold one group more back where few stopped between two steps of those that are."""
    stopped = [people[one] - people[other] for people in reached]
    for held, end in _held_together(shown, one, other):
        if not is_few(sum(stopped[at] for at in held)):
            continue
        free = [at for at in range(len(groups)) if at not in held and stopped[at]]
        if free:
            at = min(free, key=lambda each: (stopped[each], groups[each][0] or ""))
            shown[at][end] = False
            _hold_row(shown[at])
            return True
    return False


def _held_together(shown: list[Shown], one: int, other: int) -> list[tuple[set[int], int]]:
    """Of which groups it can be computed how many stopped between two steps, all together, and at
    which step one more is to be held back.

    Where no group is held back at both, those of the one step are not hidden by those of the other.
    """
    at_one, at_other = ({at for at, each in enumerate(shown) if not each[e]} for e in (one, other))
    if at_one & at_other:
        return [(at_one | at_other, other)]
    return [(at_one, one), (at_other, other)]
