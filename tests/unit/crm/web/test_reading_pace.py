"""How fast large bodies are read, all together."""

from hypothesis import given
from hypothesis import strategies as st

from crm.web.guards.reading_pace import ReadingPace


@given(st.lists(st.integers(1, 1_000), min_size=1), st.integers(1, 100))
def test_however_many_send_at_once_no_more_is_read_than_the_pace(
    pieces: list[int], per_second: int
) -> None:
    pace = ReadingPace(per_second, clock=lambda: 0.0)
    waits = [pace.wait_seconds(piece) for piece in pieces]
    assert waits == sorted(waits)
    assert abs(waits[-1] - sum(pieces) / per_second) < 1e-6 * sum(pieces)


def test_who_comes_when_nothing_was_read_lately_owes_nothing_for_before() -> None:
    now = 0.0
    pace = ReadingPace(100, clock=lambda: now)
    assert pace.wait_seconds(500) == 5.0
    now = 60.0
    assert pace.wait_seconds(100) == 1.0
