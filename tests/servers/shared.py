"""Servers that are started once for a whole test session, by whichever test needs them first.

Under xdist several processes run the tests: the first one to ask starts the server, the others
find its address in a folder that they share, and the guardian ends it with the session.
"""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp

from filelock import FileLock

from tests.servers import guardian

_FOLDER = "JINXI_TEST_SERVERS"
_GUARDIANS: list["subprocess.Popen[bytes]"] = []


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs: where it answers, and what ends it (neither: it is not ours to end)."""

    address: str
    process: int | None = None
    container: str | None = None


def open_session(ground: Path | None = None) -> None:
    """Begin, on that ground or on one of the disk; what this process starts inherits it."""
    ground = ground or Path(mkdtemp(prefix="jinxi-servers-"))
    ground.chmod(0o711)  # servers without privileges live below it
    os.environ[_FOLDER] = str(ground / "servers")
    folder_of("").mkdir()
    folder_of("").chmod(0o711)
    _GUARDIANS.append(guardian.start(ground))


def close_session() -> None:
    """Stop everything that was started, and delete the ground."""
    guardian.release(_GUARDIANS.pop())


def folder_of(name: str) -> Path:
    """Where a server of this name may live; deleted when the session ends."""
    return Path(os.environ[_FOLDER]) / name


def once(name: str, start: Callable[[Path], Running]) -> str:
    """The address of the server of this name; started, in a folder of its own, if need be."""
    note = folder_of(f"{name}.json")
    with FileLock(folder_of(f"{name}.lock")):
        if not note.exists():
            note.write_text(json.dumps(asdict(start(folder_of(name)))))
        return Running(**json.loads(note.read_text())).address
