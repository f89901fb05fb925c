"""Turns and windows: how much one may do in a time."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from crm.pace import Turns, Window


@dataclass
class Clock:
    """A clock that a test sets."""

    seconds: float = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), max_size=60))
def test_no_more_is_taken_than_the_burst_and_what_came_since(
    asked: list[tuple[int, int]],
) -> None:
    clock = Clock()
    turns = Turns(burst=5, per_second=0.25, clock=clock)
    taken = 0
    for seconds, wanted in asked:
        clock.seconds += seconds
        taken += wanted if turns.wait_seconds("k", wanted) == 0 else 0
    assert taken <= 5 + 0.25 * clock.seconds


def test_who_waits_as_long_as_told_gets_the_turn() -> None:
    clock = Clock()
    turns = Turns(burst=2, per_second=0.1, clock=clock)
    assert [turns.wait_seconds("k") for _ in range(3)] == [0, 0, 10]
    assert turns.wait_seconds("other") == 0
    clock.seconds += 10
    assert turns.wait_seconds("k") == 0


def test_what_was_used_already_is_owed() -> None:
    clock = Clock()
    turns = Turns(burst=2, per_second=1, clock=clock)
    turns.charge("k", 10)
    assert turns.wait_without_taking("k") == 9
    turns.give_back("k", 10)
    assert turns.wait_seconds("k", 2) == 0


def test_only_so_many_keys_are_remembered_the_last_used_ones() -> None:
    turns = Turns(burst=1, per_second=0.001, clock=Clock(), remembered=2)
    assert [turns.wait_seconds(key) for key in ("a", "b", "c")] == [0, 0, 0]
    assert [turns.wait_seconds(key) > 0 for key in ("b", "c", "a")] == [True, True, False]


def test_a_window_opens_when_the_oldest_that_counts_has_left_it() -> None:
    window = Window(period_us=100, most=3)
    assert window.wait_us(None, 50) == 0
    assert window.wait_us(10, 50) == 60
    assert window.wait_us(10, 110) == 0
