"""Processes of servers: a free port, started without privileges, awaited, killed."""

import atexit
import contextlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

PATIENCE_SECONDS = 120.0
_PORTS = range(20_000, 32_768)
"""Below those that Linux and macOS give to whoever calls out, or listens on any."""
_LOOK_SECONDS = 0.05
_STARTED: list["subprocess.Popen[bytes]"] = []
"""Kept, since Python complains of a process that is dropped while it runs."""


@atexit.register
def _leave_to_the_guardian() -> None:
    """Whoever still runs is ended when this process is gone, and nobody waits for them here."""
    for process in _STARTED:
        if process.poll() is None:
            process.returncode = 0


class NotReady(Exception):
    """A server did not answer in time; the end of what it wrote is the message."""


def free_port() -> int:
    """A port that nobody listens on now.

    It is drawn: what the system names is given by it to the next caller as well, and there are many
    of them until a server has loaded what it needs to listen.
    """
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Look again and again; False when it did not come true in time."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def answers(port: int) -> bool:
    """Whether somebody listens on the port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def children_that_run(argument: str, parent: int | None = None) -> list[psutil.Process]:
    """Those of a process (of this one) that were started with this argument."""
    found = []
    for child in psutil.Process(parent).children():
        # One that ended a moment ago, or was left behind and nobody waited for, has no words.
        with contextlib.suppress(psutil.NoSuchProcess):
            if argument in child.cmdline():
                found.append(child)
    return found


def account_without_privileges() -> str | None:
    """Whom to run as what refuses to run as root; None when we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def identity(account: str | None) -> Mapping[str, Any]:
    """The arguments of Popen that make a process run as the account."""
    if account is None:
        return {}
    entry = pwd.getpwnam(account)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def own_folder(folder: Path, account: str | None) -> None:
    """Make the folder, the account's own, reachable for it."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is not None:
        folder.parent.chmod(0o711)
        shutil.chown(folder, account)


def start(
    command: Sequence[str],
    log: Path,
    account: str | None = None,
    env: Mapping[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a server in a group of its own; what it says goes to the log."""
    with log.open("ab") as stream:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            start_new_session=True,
            env=env,
            **identity(account),
        )
    _STARTED.append(process)
    return process


def tail(log: Path) -> str:
    """The end of what a server said."""
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""
