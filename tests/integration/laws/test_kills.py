"""`kill -9` at random moments during accepting and recording: nothing is lost, nothing doubled."""

import pytest

from tests.killed_processes import assert_kills_lose_nothing


@pytest.mark.long
def test_three_kills_lose_nothing_and_double_nothing() -> None:
    assert_kills_lose_nothing(people=120, kills=3, seed=5)
