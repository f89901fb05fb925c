"""Processes that are killed: `python -m tests.children accept FOLDER FILE FROM`, `… work FOLDER`.

The one that accepts writes, after each piece, how many lines of the file were answered so far. The
one that works goes on until everything is recorded and the file `all-accepted` is there.
"""

import sys
from itertools import islice
from pathlib import Path

from campaigns.intake import HEADQUARTERS
from streams.running.lease import WorkerRunning, lease
from tests.installations import Installation, clock
from tests.seasons import AFTER_US

PIECE_LINES = 25
ALL_ACCEPTED = "all-accepted"
REFUSED_LEASE = 75


def accept(folder: Path, file: Path, done: int) -> None:
    installation = Installation(folder)
    with file.open("rb") as lines:
        rest = islice(lines, done, None)
        while piece := list(islice(rest, PIECE_LINES)):
            receipts = installation.intake.accept(piece, HEADQUARTERS, history=True)
            assert all(receipt.status != "refused" for receipt in receipts)
            done += len(receipts)
            print(done, flush=True)


def work(folder: Path) -> None:
    installation = Installation(folder)
    with lease(installation.settings):
        print("working", flush=True)
        while True:
            complete = (folder / ALL_ACCEPTED).exists()
            if not installation.worker.step() and complete:
                return


def main() -> int:
    command, folder, *more = sys.argv[1:]
    with clock(AFTER_US):
        try:
            if command == "accept":
                accept(Path(folder), Path(more[0]), int(more[1]))
            else:
                work(Path(folder))
        except WorkerRunning:
            return REFUSED_LEASE
    return 0


if __name__ == "__main__":
    sys.exit(main())
