"""A supervised process is started again, also where the machine has no room for it at first."""

import errno
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from streams.serving import supervisor
from streams.serving.supervisor import Supervisor


def test_who_cannot_be_started_now_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = threading.Event()
    attempts: list[list[str]] = []
    real = subprocess.Popen

    def popen(command: list[str], **how: Any) -> "subprocess.Popen[bytes]":
        attempts.append(command)
        if len(attempts) < 3:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        started.set()
        return real(command, **how)

    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(supervisor, "_RESTART_SECONDS", 0.01)
    supervised = Supervisor([["compileall", "-q", str(tmp_path)]])
    supervised.start()
    try:
        assert started.wait(30)
    finally:
        supervised.stop()
