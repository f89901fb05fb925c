"""A ring is found where referrals lead back, and none longer than it has to be."""

from collections.abc import Mapping
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm.watch.finding import MOST_IN_RING
from crm.watch.rings import ring_through

_CODES = st.sampled_from([f"M{n}" for n in range(7)])
_STEPS = st.dictionaries(_CODES, st.sets(_CODES, max_size=4), max_size=7)


def reached_in(steps: Mapping[str, set[str]], start: str, goal: str) -> int | None:
    """After how many further steps the goal is reached; looked for by whole rounds."""
    here, seen, rounds = {start}, {start}, 0
    while here and goal not in here:
        here = {each for one in here for each in steps.get(one, ())} - seen
        seen |= here
        rounds += 1
    return rounds if here else None


@given(_STEPS, _CODES, _CODES)
def test_a_ring_is_made_of_steps_that_there_are_and_is_the_shortest(
    steps: dict[str, set[str]], member: str, other: str
) -> None:
    ring = ring_through(steps, member, other)
    rounds = None if member == other else reached_in(steps, other, member)
    if member == other:
        assert ring == (member, member)
    elif rounds is None:
        assert ring == ()
    else:
        assert ring[:2] == (member, other) and ring[-1] == member
        assert len(ring) == rounds + 2
        assert all(b in steps[a] for a, b in pairwise(ring[1:]))
        assert len(set(ring[1:])) == len(ring) - 1


def test_the_longest_ring_is_found_and_no_longer_one() -> None:
    codes = [f"M{n}" for n in range(MOST_IN_RING)]
    steps = {code: {codes[place - len(codes) + 1]} for place, code in enumerate(codes)}
    assert ring_through(steps, "M0", "M1") == (*codes, "M0")
    steps |= {codes[-1]: {"one more"}, "one more": {"M0"}}
    assert ring_through(steps, "M0", "M1") == ()
