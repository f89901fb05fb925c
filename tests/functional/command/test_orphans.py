"""`kill -9` of who supervises: what it started ends as well, and frees port and lease."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from streams.serving.orphans import PIPE, end_with_supervisor
from tests.functional.command.running import environment, start, until
from tests.functional.command.served import answers, child_of
from tests.servers.processes import PATIENCE_SECONDS, free_port
from tests.source_tree import ROOT


def test_after_a_kill_of_serve_neither_pages_nor_worker_go_on(tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=address) as api, start(tmp_path, "serve", "--port", port) as served:
        until(lambda: answers(api))
        until(lambda: child_of(served.pid, "work"))
        children = psutil.Process(served.pid).children(recursive=True)
        os.kill(served.pid, signal.SIGKILL)
        served.wait()
        # Pages, the answers of funnels beside them, webhooks, the worker.
        assert len(children) == 4
        assert psutil.wait_procs(children, timeout=PATIENCE_SECONDS)[1] == []
        assert not answers(api)


def test_a_child_that_will_not_be_asked_ends_as_well(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import sys; from streams.serving.supervisor import Supervisor;"
        " Supervisor([['tests.stubborn', sys.argv[1]]]).run()"
    )
    command = [sys.executable, "-c", code, str(note)]
    with subprocess.Popen(command, cwd=ROOT, env=environment()) as supervisor:
        until(lambda: note.exists() and note.read_text())
        child = psutil.Process(int(note.read_text()))
        os.kill(supervisor.pid, signal.SIGKILL)
        supervisor.wait()
        assert psutil.wait_procs([child], timeout=PATIENCE_SECONDS)[1] == []


def test_a_process_that_nobody_supervises_watches_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PIPE, raising=False)
    assert end_with_supervisor() is None


def test_a_descriptor_that_is_none_ends_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PIPE, "999999")
    thread = end_with_supervisor()
    assert thread is not None
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    assert PIPE not in os.environ
