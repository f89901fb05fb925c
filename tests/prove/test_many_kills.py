"""Fifty times `kill -9` during accepting and recording."""

import pytest

from tests.killed_processes import assert_kills_lose_nothing

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3_600)]


def test_fifty_kills_lose_nothing_and_double_nothing() -> None:
    assert_kills_lose_nothing(people=3_000, kills=50, seed=6)
