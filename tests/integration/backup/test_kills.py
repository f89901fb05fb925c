"""A few kills of backup, restore and rotation; `make prove` has fifty of each."""

from pathlib import Path

from tests.killing_operations import (
    assert_killed_backups_are_never_taken_for_whole,
    assert_killed_restores_lose_nothing,
    assert_killed_rotations_lose_no_key,
)

KILLS = 2


def test_a_backup_that_is_killed_is_never_taken_for_whole(tmp_path: Path) -> None:
    assert_killed_backups_are_never_taken_for_whole(KILLS, seed=1, place=tmp_path)


def test_a_restore_that_is_killed_has_changed_nothing_and_is_run_again(tmp_path: Path) -> None:
    assert_killed_restores_lose_nothing(KILLS, seed=2, place=tmp_path)


def test_a_rotation_that_is_killed_loses_no_key_and_goes_on(tmp_path: Path) -> None:
    assert_killed_rotations_lose_no_key(KILLS, seed=3, place=tmp_path)
