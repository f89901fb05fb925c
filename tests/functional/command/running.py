"""Runs `jinxi`: as a process of its own, forked or started, or inside the test."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event
from typing import Any
from unittest import mock

import orjson
import pytest
from sqlalchemy import Engine
from sqlalchemy.pool import NullPool

from crm.notices.notice import HEADINGS
from crm.storage.database import open_engine
from streams.cli.app import main
from tests import forks
from tests.servers import processes, shared
from tests.source_tree import ROOT

_PATIENCE_SECONDS = 120.0
_LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True)
class Answer:
    """What a run gave: its exit status, what it printed, and the memory it took at most."""

    status: int
    out: bytes
    err: str
    peak_kib: int = 0

    @property
    def text(self) -> str:
        """What people read on the output."""
        return self.out.decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects, one a line."""
        return [orjson.loads(line) for line in self.out.splitlines()]

    @property
    def only(self) -> dict[str, Any]:
        """The one JSON object."""
        (line,) = self.lines
        return line


class Jinxi:
    """`jinxi` in one folder, inside this process."""

    def __init__(
        self,
        folder: Path,
        patch: pytest.MonkeyPatch,
        captured: pytest.CaptureFixture[bytes],
    ) -> None:
        self.folder, self.patch, self.captured = folder, patch, captured

    def __call__(self, *arguments: object, stdin: bytes = b"", status: int = 0) -> Answer:
        self.patch.chdir(self.folder)
        reader = io.TextIOWrapper(io.BytesIO(stdin))
        with (
            mock.patch.object(sys, "argv", ["jinxi", *map(str, arguments)]),
            mock.patch.object(sys, "stdin", reader),
            pytest.raises(SystemExit) as end,
        ):
            main()
        out, err = self.captured.readouterr()
        answer = Answer(int(end.value.code or 0), out, err.decode())
        assert answer.status == status, answer
        return answer


def environment(**changes: str) -> dict[str, str]:
    """What a process of `jinxi` gets to see."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JINXI_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **changes}


def start(folder: Path, *arguments: object, **options: Any) -> subprocess.Popen[bytes]:
    """`jinxi` as a process of its own, in a folder."""
    changes: Mapping[str, str] = options.pop("env", {})
    return subprocess.Popen(
        [sys.executable, "-m", "streams", *map(str, arguments)],
        cwd=folder,
        env=environment(**changes),
        stdin=options.pop("stdin", subprocess.DEVNULL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def run_started(folder: Path, *arguments: object, **options: Any) -> Answer:
    """`jinxi` as a process of its own from its start to its end, as options of Popen say."""
    with start(folder, *arguments, **options) as process:
        out, err = process.communicate(timeout=_PATIENCE_SECONDS)
    return Answer(process.returncode, out, err.decode())


def run(
    folder: Path,
    *arguments: object,
    env: Mapping[str, str] | None = None,
    module: str = "streams",
) -> Answer:
    """The same, but for its start: forked from one that has loaded all that `jinxi` is.

    `module`: another one that is run with the arguments.
    """
    with TemporaryFile() as out, TemporaryFile() as err, Path(os.devnull).open("rb") as nothing:
        files = [file.fileno() for file in (nothing, out, err)]
        words, seen = [*map(str, arguments)], environment(**(env or {}))
        forked = forks.Forked(forked_from(), words, str(folder), seen, files, module)
        status = forked.wait(_PATIENCE_SECONDS)
        out.seek(0)
        err.seek(0)
        return Answer(status, out.read(), err.read().decode())


def forked_from() -> str:
    """Where the one that forks answers; started once for the session."""
    return shared.once("jinxi", _start_forking)


def _start_forking(folder: Path) -> shared.Running:
    folder.mkdir()
    address, log = folder / "socket", folder / "log"
    command = [sys.executable, forks.__file__, "serve", str(address)]
    # What is said is there at once, also for who reads it while the process runs.
    process = processes.start(command, log, env=environment(PYTHONUNBUFFERED="1"))
    if not processes.wait_until(address.exists):
        raise processes.NotReady(processes.tail(log))
    return shared.Running(str(address), process=process.pid)


def run_inside(folder: Path, *arguments: object, env: Mapping[str, str] | None = None) -> Answer:
    """The same in this process, which is much faster: what is looked at, nothing that is killed."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with (
        chdir(folder),
        mock.patch.dict(os.environ, environment(**(env or {})), clear=True),
        mock.patch.object(sys, "argv", ["jinxi", *map(str, arguments)]),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
        # Its process would end, and every connection with it.
        mock.patch("streams.running.installation.open_engine", unpooled),
        mock.patch("crm.keyring.keyring.open_engine", unpooled),
    ):
        status = status_of(main)
    return Answer(status, _written(out), _written(err).decode())


def unpooled(url: str) -> Engine:
    """A database of which no connection is kept open."""
    return open_engine(url, poolclass=NullPool)


def status_of(command: Callable[[], None]) -> int:
    """With which the command would end its process."""
    try:
        command()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    written: bytes = stream.buffer.getvalue()  # type: ignore[attr-defined]
    return written


_BETWEEN = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(status)
"""


def run_measured(folder: Path, *arguments: object) -> Answer:
    """The same, with the memory that it took at most.

    A small process starts it: a process has at least as much in its figure as who started it had,
    and the tests' own grows with how many there are.
    """
    peak = folder / "peak"
    command = [sys.executable, "-m", "streams", *map(str, arguments)]
    done = subprocess.run(
        [sys.executable, "-S", "-c", _BETWEEN, str(peak), *command],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr.decode(), int(peak.read_text()))


@contextmanager
def running(folder: Path, *arguments: object, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """`jinxi` as a process of its own while the block runs; then it is asked to end."""
    with start(folder, *arguments, **options) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE_SECONDS)


def until(what: Callable[[], Any]) -> Any:
    """Look again and again until it is there; fails when patience ends."""
    clock = Event()
    for _ in range(int(_PATIENCE_SECONDS / _LOOK_AGAIN_SECONDS)):
        if found := what():
            return found
        clock.wait(_LOOK_AGAIN_SECONDS)
    raise AssertionError(f"{what} never came")


def a_text(word: str) -> str:
    return "# 标题\n" + "".join(f"\n## {heading}\n\n{word}\n" for heading in HEADINGS["zh-CN"])
