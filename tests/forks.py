"""`jinxi` without its start: a process that has loaded every command, and forks for each call.

A call has its own words, folder, environment and files, and ends with its own status, as a process
that was started; it only does not pay for loading, which takes longer than most commands work. The
start itself is held by the tests that start `python -m streams`. What calls loads nothing but a
socket, so that a shell's `jinxi` is quick as well:

    python tests/forks.py serve SOCKET
    python -I -S tests/forks.py call SOCKET WORD…
"""

import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

_FILES = 3
_LENGTH_BYTES = 8
_ANY_BYTES = "surrogateescape"
_CLOSING: list[Callable[[], object]] = []
"""What closes each database of this process."""


class Forked:
    """A call that runs: of `subprocess.Popen` what tests ask for."""

    def __init__(
        self,
        address: str,
        words: Sequence[str],
        folder: str,
        environment: Mapping[str, str],
        files: Sequence[int] = (0, 1, 2),
        module: str = "streams",
    ) -> None:
        """Begin `jinxi WORD…` with these three files, or another module with the words."""
        self.returncode: int | None = None
        seen = (f"{name}={value}" for name, value in environment.items())
        told = (folder, module, str(len(words)), *words, *seen)
        asked = "\0".join(told).encode(errors=_ANY_BYTES)
        self._told = b""
        self._to = socket.socket(socket.AF_UNIX)
        self._to.connect(address)
        socket.send_fds(self._to, [len(asked).to_bytes(_LENGTH_BYTES)], list(files))
        self._to.sendall(asked)
        self.pid = self._next()

    def wait(self, seconds: float | None = None) -> int:
        """Its status once it has ended, negative of a signal; TimeoutError when it has not."""
        if self.returncode is None:
            self._to.settimeout(seconds)
            self.returncode = self._next()
            self._to.close()
        return self.returncode

    def poll(self) -> int | None:
        """Its status; None while it runs."""
        try:
            return self.wait(0)
        except (TimeoutError, BlockingIOError):
            return None

    def send_signal(self, number: int) -> None:
        """Signal it, if it still runs.

        It is waited for elsewhere, so it may be gone before its status is told here.
        """
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _next(self) -> int:
        """The next number that is told of it: its id, then its status."""
        while b"\n" not in self._told:
            found = self._to.recv(64)
            if not found:
                raise ConnectionError("the process that forks is gone")
            self._told += found
        number, _, self._told = self._told.partition(b"\n")
        return int(number)


def serve(address: str) -> None:
    """Answer at the socket until killed; in a process that is one call, run it."""
    _load_everything()
    # Whoever is forked for a call is waited for by nobody here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{address}.new")
        listening.listen(128)
        # Who sees the name is answered.
        os.rename(f"{address}.new", address)
        while True:
            called, _ = listening.accept()
            if os.fork() == 0:
                break
            called.close()
    with called:
        module = _answer(called)
    _run_as_module(module)


def _load_everything() -> None:
    import gc
    from importlib import import_module
    from unittest import mock

    from sqlalchemy import create_engine

    from crm.schema import upgrading
    from streams.cli.catalogue import COMMANDS, GROUPS
    from streams.running.loading import loaded
    from tests import schemas, statements

    import_module("streams.cli.app")
    for place, _ in COMMANDS.values():
        loaded(place)
    for _, commands in GROUPS.values():
        for place in commands.values():
            loaded(place)
    for late in ("crm.schema.upgrading", "crm.intake.accept", "psycopg"):
        import_module(late)
    for carrying in ("streams.kafka.bridge", "streams.kafka.faust_app"):
        import_module(carrying)
    upgrading.upgrade = schemas.upgrade
    making = statements.keeping(create_engine)

    def made(*about: object, **further: object) -> object:
        engine = making(*about, **further)
        _CLOSING.append(engine.dispose)
        return engine

    mock.patch("crm.storage.database.create_engine", made).start()
    _live_once()
    _CLOSING.clear()
    gc.freeze()


def _live_once() -> None:
    """What is computed when it is first wanted (statements above all) is here for each call."""
    import tempfile

    from tests import templates
    from tests.installations import Installation
    from tests.seasons import assert_lawful, season, take_in

    with Installation() as home:
        take_in(home, season(people=20))
        home.work()
        assert_lawful(home)
    # A call has temporary files where its environment says, and a template of its own.
    tempfile.tempdir = None
    templates._template.cache_clear()


def _answer(called: socket.socket) -> str:
    """Fork once more; return in the one that runs, with what it is to run, and say to the caller
    how that ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, files, _, _ = socket.recv_fds(called, _LENGTH_BYTES, _FILES)
    with called.makefile("rb") as stream:
        asked = stream.read(int.from_bytes(length)).decode(errors=_ANY_BYTES)
    folder, module, count, *rest = asked.split("\0")
    words, environment = rest[: int(count)], rest[int(count) :]
    running = os.fork()
    if running:
        called.sendall(b"%d\n" % running)
        _, status = os.waitpid(running, 0)
        called.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    for each in environment:
        name, _, value = each.partition("=")
        os.environ[name] = value
    sys.argv = ["jinxi", *words]
    return module


def _run_as_module(module: str) -> None:
    """Run it, and end as it says: as Python would, but for taking apart all that was loaded.

    That touches every object, so that every page of memory is copied: more than the call itself.
    """
    import atexit
    import runpy
    import threading

    status: int | None = None
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if not (end.code is None or isinstance(end.code, int)):
            raise
        status = end.code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    # A file of a database that is closed is whole: nothing of it lies in another beside it.
    for close in _CLOSING:
        close()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(status)
    os._exit(status or 0)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        ended = Forked(sys.argv[2], sys.argv[3:], os.getcwd(), os.environ).wait()
        sys.exit(ended if ended >= 0 else 128 - ended)
