"""Nothing that is stored is written in the order of a set."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installations import Installation

APPROVED_TWICE = 76704
"""A world in which two persons approve one reward: their order was once that of a set."""


WORLDS = (APPROVED_TWICE, 5)


@pytest.fixture(scope="module")
def under_two_seeds(tmp_path_factory: pytest.TempPathFactory) -> list[dict[int, list[str]]]:
    """The rows of each world, by a process under one hash seed and by one under another."""
    place = tmp_path_factory.mktemp("worlds")
    with Installation() as plain:
        for hash_seed in ("1", "2"):
            for world in WORLDS:
                shutil.copytree(plain.folder, place / hash_seed / str(world))
    return [rows_under(hash_seed, place / hash_seed) for hash_seed in ("1", "2")]


def rows_under(hash_seed: str, place: Path) -> dict[int, list[str]]:
    folders = (word for world in WORLDS for word in (str(world), str(place / str(world))))
    done = subprocess.run(
        [sys.executable, "-m", "tests.hash_seeds", *folders],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[int, list[str]] = {world: [] for world in WORLDS}
    for line in done.stdout.splitlines():
        world, _, row = line.partition(" ")
        found[int(world)].append(row)
    return found


@pytest.mark.parametrize("world", WORLDS)
def test_every_stored_row_is_the_same_under_any_hash_seed(
    world: int, under_two_seeds: list[dict[int, list[str]]]
) -> None:
    one, other = (rows[world] for rows in under_two_seeds)
    assert len(one) > 100
    assert one == other
