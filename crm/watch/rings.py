"""Who referred whom in a ring: the shortest way back, from each step of it; pure."""

from collections import deque
from collections.abc import Collection, Mapping

Steps = Mapping[str, Collection[str]]
"""Member → the members who bought as its referrals."""


def ring_through(steps: Steps, member: str, other: str) -> tuple[str, ...]:
    """The shortest ring that begins with this step, the member at both its ends; (): there is none.

    Of several as short the first by the members' codes.
    """
    came_from: dict[str, str | None] = {other: None}
    waiting = deque([other])
    while waiting:
        here = waiting.popleft()
        if here == member:
            return (member, *_way_to(member, came_from))
        for following in sorted(steps.get(here, ())):
            if following not in came_from:
                came_from[following] = here
                waiting.append(following)
    return ()


def _way_to(member: str, came_from: Mapping[str, str | None]) -> list[str]:
    way, here = [], came_from[member]
    while here is not None:
        way.append(here)
        here = came_from[here]
    return [*reversed(way), member]
