"""What is not told of few people, to who may see no names: how many, and what would give it away.

Of a breakdown more is held back than the small groups: with the total told, the rest could be
taken off it. So at each step whatever is held back is FEWEST people at least, and a group of which
one step is held back tells no later one. Then each small number could be another one just as well.
"""

from collections.abc import Iterable, Sequence

FEWEST = 5
"""Groups of fewer people are told to nobody who may not see names."""
_PARENTS = {"county": ("city", 4), "city": ("province", 2)}
"""Of places: what a group is part of, and how many digits of its code say of which."""

Group = tuple[str | None, Sequence[int]]
"""The value of a group, and how many of it reached each step."""


def is_few(people: int) -> bool:
    """Whether so many are too few to be told; that there are none is."""
    return 0 < people < FEWEST


def withheld_from(dimension: str, groups: Sequence[Group]) -> list[int]:
    """For each group of a breakdown the step, from 0, from which on nothing of it is told.

    Where all is told it is the number of steps. What is held back of a city is held back so that
    the number of its province does not give it away.
    """
    steps = len(groups[0][1]) if groups else 0
    starts = [steps] * len(groups)
    families = [list(range(len(groups)))]
    if dimension in _PARENTS:
        name, digits = _PARENTS[dimension]
        above = [None if value is None else value[:digits] for value, _ in groups]
        names = sorted(set(above), key=lambda each: (each is None, each or ""))
        families = [[at for at, each in enumerate(above) if each == own] for own in names]
        whole = [_sum(groups[at][1] for at in family) for family in families]
        found = withheld_from(name, list(zip(names, whole, strict=True)))
        for start, family in zip(found, families, strict=True):
            for at in family:
                starts[at] = start
    for step in range(steps):
        for family in families:
            _withhold(groups, starts, family, step)
    return starts


def _sum(counts: Iterable[Sequence[int]]) -> list[int]:
    return [sum(each) for each in zip(*counts, strict=True)]


def _withhold(groups: Sequence[Group], starts: list[int], family: list[int], step: int) -> None:
    for at in family:
        if starts[at] > step and is_few(groups[at][1][step]):
            starts[at] = step
    told = [at for at in family if starts[at] > step and groups[at][1][step]]
    told.sort(key=lambda at: (groups[at][1][step], groups[at][0] or ""))
    kept = sum(groups[at][1][step] for at in family if starts[at] <= step)
    for at in told:
        if not is_few(kept):
            return
        starts[at] = step
        kept += groups[at][1][step]
