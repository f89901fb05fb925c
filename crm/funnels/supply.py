"""Whether different touchpoints can serve the steps asked of them, one each.

A *kind* is one of a funnel's different steps, by its index; a set of kinds is a bit mask.
"""

from collections.abc import Sequence
from functools import lru_cache

Supply = tuple[tuple[int, int], ...]
"""How many touchpoints (second) can serve exactly which kinds (first, a mask)."""


def served_in_turn(choices: Sequence[Sequence[int]]) -> int:
    """How many demands from the first on can be served together, each by one of its choices.

    No choice serves two. (Matching by augmenting paths.)
    """
    demand_of: dict[int, int] = {}

    def place(demand: int, tried: set[int]) -> bool:
        for choice in choices[demand]:
            if choice in tried:
                continue
            tried.add(choice)
            if choice not in demand_of or place(demand_of[choice], tried):
                demand_of[choice] = demand
                return True
        return False

    for demand in range(len(choices)):
        if not place(demand, set()):
            return demand
    return len(choices)


def without(supply: Supply, kinds: int) -> Supply:
    """The supply less one touchpoint that can serve exactly these kinds."""
    return tuple((mask, count - (mask == kinds)) for mask, count in supply)


@lru_cache(maxsize=16_384)
def can_serve(kinds: tuple[int, ...], supply: Supply) -> bool:
    """Whether the supply can serve all the kinds, of which one may stand several times."""
    masks = [mask for mask, count in supply for _ in range(min(count, len(kinds)))]
    choices = [[at for at, mask in enumerate(masks) if mask >> kind & 1] for kind in kinds]
    return served_in_turn(choices) == len(kinds)
