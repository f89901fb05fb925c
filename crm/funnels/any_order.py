"""The chain that counts for one entry when its steps may come in any order after it."""

from bisect import bisect_left
from collections import Counter

from crm.funnels.chains import Chain
from crm.funnels.history import History, Mark
from crm.funnels.supply import served_in_turn


class AnyOrderSearch:
    """Chains of one entry in any order, when touchpoints can serve several steps.

    A step is reached when different touchpoints, none before the entry or after the limit,
    serve it and all steps before it.
    """

    def __init__(
        self, history: History, kinds: tuple[int, ...], entry: Mark, limit_us: int
    ) -> None:
        self._entry = entry
        times = _times_and_masks(history, entry, limit_us, len(kinds))
        self._times_us = [time_us for time_us, _ in times]
        self._choices = [
            [at for at, (_, mask) in enumerate(times) if mask >> kind & 1] for kind in kinds[1:]
        ]

    def length(self) -> int:
        """How many steps the longest chain has."""
        return 1 + served_in_turn(self._choices)

    def chain(self) -> Chain:
        """The longest chain, and of several the one whose steps in turn come earliest.

        Each step in turn is held to the earliest time that leaves the steps after it servable.
        """
        choices = self._choices[: self.length() - 1]
        chain = [self._entry.slot.earliest_us]
        for place, own in enumerate(choices):

            def servable(count: int, place: int = place, own: list[int] = own) -> bool:
                held = [*choices[:place], own[:count], *choices[place + 1 :]]
                return served_in_turn(held) == len(held)

            fewest = bisect_left(range(len(own) + 1), True, key=servable)
            time_us = self._times_us[own[fewest - 1]]
            choices[place] = [at for at in own if self._times_us[at] <= time_us]
            chain.append(time_us)
        return tuple(chain)


def _times_and_masks(
    history: History, entry: Mark, limit_us: int, most: int
) -> list[tuple[int, int]]:
    """The time, and the kinds as a mask, of what can serve a step, earliest first.

    At most so many of each mask: of touchpoints that serve the same steps only the earliest
    are ever needed.
    """
    found: list[tuple[int, int]] = []
    taken: Counter[int] = Counter()
    for slot, supply in sorted(history.supply.items()):
        if slot.latest_us < entry.slot.earliest_us or slot.earliest_us > limit_us:
            continue
        for mask, count in supply:
            others = count - (slot == entry.slot and mask == entry.kinds)
            more = min(others, most - taken[mask])
            taken[mask] += more
            found.extend([(slot.earliest_us, mask)] * more)
    return found
