"""What an operator starts, to be killed: `python -m tests.operating COMMAND FOLDER TO`.

The command is backup, restore or rotate. It says `ready` when everything is loaded and what is to
be killed begins.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from crm.keyring.rotation import rotate
from streams.backup.making import back_up
from streams.backup.restoring import Wanted, restore
from streams.running.installation import Installation as Opened
from tests.forking import Process
from tests.installations import Installation, clock
from tests.seasons import AFTER_US

LONGEST_LIFE_SECONDS = 0.5


def _silent(_done: int, _of: int) -> None:
    """Nobody watches."""


def _backup(folder: Path, place: Path) -> None:
    made = Installation(folder)
    back_up(Opened(made.settings, made.engine, made.keyring), place, _silent)


def _restore(folder: Path, place: Path) -> None:
    made = Installation(folder)
    made.close()
    restore(made.settings, Wanted(place, replace=True), _silent)


def _rotate(folder: Path, _place: Path) -> None:
    rotate(Installation(folder).keyring, _silent)


COMMANDS: dict[str, Callable[[Path, Path], None]] = {
    "backup": _backup,
    "restore": _restore,
    "rotate": _rotate,
}


@contextmanager
def started(command: str, folder: Path, place: Path) -> Iterator[Process]:
    """The process, once it is ready."""
    process = Process("tests.operating", command, folder, place)
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == "ready\n"
        yield process


def to_its_end(command: str, folder: Path, place: Path) -> None:
    """Nobody kills it."""
    with started(command, folder, place) as process:
        assert process.wait() == 0


def killed(
    command: str,
    folder: Path,
    place: Path,
    random: Random,
    life_seconds: float = LONGEST_LIFE_SECONDS,
) -> bool:
    """Kill it at a random moment of its life; False: it had ended before."""
    with started(command, folder, place) as process:
        try:
            process.wait(random.uniform(0, life_seconds))
        except subprocess.TimeoutExpired:
            process.kill()
        return process.wait() != 0


def main() -> None:
    """Do what the words say."""
    command, folder, place = sys.argv[1:]
    print("ready", flush=True)
    with clock(AFTER_US):
        COMMANDS[command](Path(folder), Path(place))


if __name__ == "__main__":
    main()
