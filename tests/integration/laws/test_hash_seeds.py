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


def rows_under(hash_seed: str, world: int, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hash_seeds", str(world), str(folder)],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("world", [APPROVED_TWICE, 5])
def test_every_stored_row_is_the_same_under_any_hash_seed(world: int, tmp_path: Path) -> None:
    with Installation() as plain:
        for hash_seed in ("1", "2"):
            shutil.copytree(plain.folder, tmp_path / hash_seed)
    one, other = (rows_under(seed, world, tmp_path / seed) for seed in ("1", "2"))
    assert len(one) > 100
    assert one == other
