"""Accepts and works in processes that are killed at random moments, until all is done."""

import subprocess
from pathlib import Path
from random import Random
from threading import Thread

from sqlalchemy import select

from crm.journal.events import JOURNAL
from crm.storage.database import reading
from tests.children import ALL_ACCEPTED
from tests.forking import Process
from tests.installations import Installation, assert_same, clock
from tests.seasons import AFTER_US, assert_lawful, season, take_in

LONGEST_LIFE_SECONDS = 3.0


def start(command: str, *arguments: str, quiet: bool = False) -> Process:
    return Process("tests.children", command, *arguments, quiet=quiet)


class Accepting:
    """The process that accepts, started again where its receipts ended."""

    def __init__(self, folder: Path, file: Path) -> None:
        self.folder, self.file, self.answered = folder, file, 0
        self.start()

    def start(self) -> None:
        self.process = start("accept", str(self.folder), str(self.file), str(self.answered))
        self.listener = Thread(target=self._listen, args=(self.process,))
        self.listener.start()

    def _listen(self, process: Process) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                if line.endswith("\n"):
                    self.answered = int(line)

    def wait(self, seconds: float | None) -> bool:
        """Whether it ended by itself."""
        return ended(self.process, seconds)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.listener.join()


def ended(process: Process, seconds: float | None) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    assert process.returncode == 0
    return True


def kept(installation: Installation) -> list[tuple[str, str]]:
    """The identities in the journal, the days left out."""
    with reading(installation.engine) as connection:
        query = select(JOURNAL.c.source, JOURNAL.c.id).where(JOURNAL.c.role != "system")
        return [tuple(row) for row in connection.execute(query)]


def assert_kills_lose_nothing(people: int, kills: int, seed: int) -> None:
    """Kill one or the other process so often; then all is as if nothing had happened."""
    lines, random = season(people, seed), Random(seed)
    with clock(AFTER_US), Installation() as plain, Installation() as other:
        take_in(plain, lines)
        plain.work()
        file = other.folder / "season.ndjson"
        file.write_bytes(b"".join(line + b"\n" for line in lines))
        _kill_until_done(other, file, kills, random)
        assert sorted(kept(other)) == sorted(kept(plain))
        file.unlink()
        assert_lawful(other)
        assert_same(plain.snapshot(), other.snapshot())


def _kill_until_done(installation: Installation, file: Path, kills: int, random: Random) -> None:
    accepting = Accepting(installation.folder, file)
    working = start("work", str(installation.folder), quiet=True)
    for _ in range(kills):
        which = random.choice(("accept", "work", "both"))
        seconds = random.uniform(0.3, LONGEST_LIFE_SECONDS)
        if which == "work":
            assert not ended(working, seconds)
        else:
            accepting.wait(seconds)
            accepting.kill()
        assert accepting.answered <= len(kept(installation)) + _doubles(file, accepting.answered)
        if which != "accept":
            working.kill()
            working.wait()
            working = start("work", str(installation.folder), quiet=True)
        if which != "work":
            accepting.start()
    assert accepting.wait(None)
    accepting.listener.join()
    (installation.folder / ALL_ACCEPTED).touch()
    assert ended(working, None)


def _doubles(file: Path, lines: int) -> int:
    """How many of the first lines say what an earlier one said."""
    with file.open("rb") as stream:
        first = [line for _, line in zip(range(lines), stream, strict=False)]
    return len(first) - len(set(first))
