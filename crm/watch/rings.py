"""Who referred whom in a ring: the shortest way back, from each step of it; pure."""

from collections.abc import Collection, Mapping

from crm.watch.finding import MOST_IN_RING

Steps = Mapping[str, Collection[str]]
"""Member → the members who bought as its referrals."""


def ring_through(steps: Steps, member: str, other: str) -> tuple[str, ...]:
    """The shortest ring that begins with this step, the member at both its ends; (): there is none.

    Of several as short the first by the members' codes; none of more than MOST_IN_RING members.
    """
    came_from: dict[str, str | None] = {other: None}
    reached = [other]
    for _ in range(MOST_IN_RING):
        if member in came_from:
            return (member, *_way_to(member, came_from))
        farther: list[str] = []
        for here in reached:
            for following in sorted(steps.get(here, ())):
                if following not in came_from:
                    came_from[following] = here
                    farther.append(following)
        reached = farther
    return ()


def _way_to(member: str, came_from: Mapping[str, str | None]) -> list[str]:
    way, here = [], came_from[member]
    while here is not None:
        way.append(here)
        here = came_from[here]
    return [*reversed(way), member]
