"""What worlds come to under the interpreter's own hash seed: `python -m tests.hash_seeds`.

Arguments: of each world its seed and the folder of an installation, so that keyed hashes compare.
"""

import sys
from pathlib import Path
from random import Random

from tests.installations import Installation, clock, cut
from tests.worlds import make_world


def main(seed: int, folder: Path) -> None:
    """Take the world in, record it in pieces, and print every row that is stored."""
    with clock():
        installation = Installation(folder)
        for piece in cut(make_world(seed), Random(seed)):
            installation.accept(piece)
            installation.worker.recorder.record_next(0, 7)
        installation.work()
        for table, rows in sorted(installation.snapshot().items()):
            for row in sorted(map(repr, rows)):
                print(seed, table, row)
        installation.close()


if __name__ == "__main__":
    for world, folder in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        main(int(world), Path(folder))
