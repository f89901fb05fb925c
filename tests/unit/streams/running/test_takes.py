"""How many events are recorded together, by how long the last ones took."""

from streams.running.takes import FIRST_TAKE, LARGEST_TAKE, SMALLEST_TAKE, next_take


def test_takes_grow_while_they_are_quick_up_to_the_largest() -> None:
    limit, found = FIRST_TAKE, []
    for _ in range(5):
        limit = next_take(limit, limit, 0.5, 5.0)
        found.append(limit)
    assert found == [4_000, 8_000, LARGEST_TAKE, LARGEST_TAKE, LARGEST_TAKE]


def test_takes_shrink_while_they_last_too_long_so_that_even_a_slow_worker_comes_on() -> None:
    limit, seconds = LARGEST_TAKE, 0.0
    for _ in range(10):
        seconds = limit / 100
        limit = next_take(limit, limit, seconds, 5.0)
    assert seconds <= 5
    assert next_take(limit, limit, 3_600, 5.0) == SMALLEST_TAKE


def test_one_that_took_far_too_long_is_followed_by_one_that_takes_about_as_long_as_it_may() -> None:
    assert next_take(16_000, 16_000, 240.0, 2.0) == 133
    assert next_take(16_000, 4_000, 10.0, 2.0) == 800


def test_a_small_take_tells_nothing_of_larger_ones_nor_a_single_event_of_others() -> None:
    assert next_take(4_000, 30, 0.01, 5.0) == 4_000
    assert next_take(4_000, 1, 28.0, 5.0) == 4_000
