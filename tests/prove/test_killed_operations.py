"""Fifty kills each of backup, restore and the rotation of the master key."""

from pathlib import Path

import pytest

from tests.killing_operations import (
    assert_killed_backups_are_never_taken_for_whole,
    assert_killed_restores_lose_nothing,
    assert_killed_rotations_lose_no_key,
)

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3_600)]


def test_fifty_killed_backups_are_never_taken_for_whole(tmp_path: Path) -> None:
    assert_killed_backups_are_never_taken_for_whole(50, seed=4, place=tmp_path)


def test_fifty_killed_restores_lose_nothing(tmp_path: Path) -> None:
    assert_killed_restores_lose_nothing(50, seed=5, place=tmp_path)


def test_fifty_killed_rotations_lose_no_key(tmp_path: Path) -> None:
    assert_killed_rotations_lose_no_key(50, seed=6, place=tmp_path)
