"""`python -m tests.bench.crowd`: twenty honest senders, alone and beside twenty hostile ones.

Prints the 95th percentiles of both, and of `/health`. The hostile send every kind of body at its
limit and beyond, from a process of their own; the site is the product's own web process.
"""

import contextlib
import itertools
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import orjson

from crm.accounts.tokens import add_token
from crm.configuration.settings import Settings
from crm.web.guards.site import Site
from tests.examples import a_card
from tests.source_tree import ROOT

SENDERS = 20
SECONDS = 20.0
HONEST_PAUSE_SECONDS = 0.5
MEBIBYTE = 1024 * 1024
FORM = {"content-type": "application/x-www-form-urlencoded"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
LINES = {"content-type": "application/x-ndjson"}


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
    return port


@contextlib.contextmanager
def web_process(folder: Path) -> Iterator[str]:
    """The address of a site."""
    port = free_port()
    environment = {**os.environ, "JINXI_DATA": str(folder)}
    command = [sys.executable, "-m", "streams.serving.web_server", str(port)]
    with subprocess.Popen(command, env=environment, cwd=ROOT) as process:
        address = f"http://127.0.0.1:{port}"
        while not _is_up(address):
            assert process.poll() is None
        try:
            yield address
        finally:
            process.terminate()


def _is_up(address: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{address}/health", timeout=1).status_code == 200
    return False


def percentile(seconds: list[float], share: float = 0.95) -> float:
    """In milliseconds."""
    return sorted(seconds)[int(share * (len(seconds) - 1))] * 1000


def timed(ask: Callable[[], object], until: float, pause: float) -> list[float]:
    """How long each took, one after the other."""
    found = []
    stop = threading.Event()
    while time.monotonic() < until:
        began = time.monotonic()
        ask()
        found.append(time.monotonic() - began)
        stop.wait(pause)
    return found


def honest(address: str, token: str, until: float) -> list[float]:
    """One event after the other."""
    kind = {"content-type": "application/cloudevents+json", "authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=kind, timeout=120) as client:

        def send() -> None:
            event = a_card(f"C-{uuid4().hex[:12]}", id=uuid4().hex)
            answer = client.post("/v1/events", content=orjson.dumps(event))
            assert answer.status_code == 200, answer.text

        return timed(send, until, HONEST_PAUSE_SECONDS)


def measure(address: str, tokens: list[str]) -> tuple[list[float], list[float]]:
    """(honest senders, /health)."""
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(SENDERS + 1) as threads:
        running = [threads.submit(honest, address, token, until) for token in tokens]
        with httpx.Client(base_url=address, timeout=120) as client:
            health = threads.submit(timed, lambda: client.get("/health"), until, 0.1).result()
        return [each for found in running for each in found.result()], health


def hostile_requests(address: str, token: str) -> list[bytes]:
    """Every kind, at its limit or beyond, written out beforehand: sending costs little."""
    bearer = {"authorization": f"Bearer {token}"}
    zeros = b"[" + b"0," * (16 * MEBIBYTE - 1) + b"0]"
    element = b'{"a":[' + b"0," * 1_500 + b"0]}"
    full = b"[" + b",".join([element] * 10_000) + b"]"
    line = b'{"specversion":"1.0","x":"' + b"y" * 3_000 + b'"}\n'
    taken = b"\n".join(orjson.dumps(a_card(f"C-{n}", id=f"e-{n}")) for n in range(10_000))
    guess, cookie = _guess(address)
    bodies = [
        ("/people", b"&" * 6 * MEBIBYTE, FORM),
        ("/people", b"&" * 64 * 1024, FORM),
        ("/log/A/submit", b"%41" * 200_000, FORM),
        ("/sign-in", b"name=anna&password=" + b"x" * 4_000, FORM),
        *(("/sign-in", guess % number, FORM | cookie) for number in range(SENDERS)),
        ("/v1/events", b"\n" * 32 * MEBIBYTE, LINES | bearer),
        ("/v1/events", zeros, BATCH | bearer),
        ("/v1/events", full, BATCH | bearer),
        ("/v1/events", line * 10_000, LINES | bearer),
        ("/v1/events", taken, LINES | bearer),
        ("/v1/events", b"[" * 32 * MEBIBYTE, BATCH | bearer),
        ("/v1/attachments?card_id=C1", b"x" * 5 * MEBIBYTE, bearer),
        ("/v1/dealer/check", b"[" * 4_000, bearer),
    ]
    return [_written(path, body, headers) for path, body, headers in bodies]


def _guess(address: str) -> tuple[bytes, dict[str, str]]:
    """The form that signs in, with another name for each number, and the cookie it wants."""
    page = httpx.get(f"{address}/sign-in")
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None
    form = f"form_token={found[1]}&password=a-guess-of-many&name=anna"
    cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    return form.encode().replace(b"%", b"%%") + b"%d", {"cookie": cookie}


def _written(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    head = {"host": "here", "connection": "close", "content-length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def attack(address: str, token: str) -> None:
    """For ever: each thread goes through all kinds, and leaves half a request behind.

    The hostile have processors of their own; here they take what nobody else wants.
    """
    os.nice(19)
    kinds = hostile_requests(address, token)
    host, port = address.removeprefix("http://").split(":")

    def connected() -> socket.socket:
        return socket.create_connection((host, int(port)), timeout=30)

    def go_on(first: int) -> None:
        for number in itertools.count(first):
            with contextlib.suppress(OSError), connected() as half, connected() as whole:
                half.sendall(b"POST /people HTTP/1.1\r\nContent-Length: 50\r\n")
                with contextlib.suppress(ConnectionError):
                    whole.sendall(kinds[number % len(kinds)])
                while whole.recv(MEBIBYTE):
                    continue

    threads = [threading.Thread(target=go_on, args=(first,)) for first in range(SENDERS)]
    for thread in threads:
        thread.start()


def main() -> None:
    """Measure, and print."""
    if sys.argv[1:2] == ["attack"]:
        attack(*sys.argv[2:4])
        return
    with TemporaryDirectory() as folder:
        settings = Settings.in_folder(Path(folder))
        site = Site.open(settings)
        tokens = [add_token(site.engine, f"honest {n}", "staff") for n in range(SENDERS)]
        bad = add_token(site.engine, "hostile", "staff")
        with web_process(Path(folder)) as address:
            measure(address, tokens[:2])
            quiet, quiet_health = measure(address, tokens)
            command = [sys.executable, "-m", "tests.bench.crowd", "attack", address, bad]
            with subprocess.Popen(command, cwd=ROOT) as crowd:
                try:
                    beside, health = measure(address, tokens)
                finally:
                    crowd.kill()
        site.engine.dispose()
        site.keyring.engine.dispose()
    ratio = percentile(beside) / percentile(quiet)
    print(f"honest, alone:   p95 {percentile(quiet):7.1f} ms of {len(quiet)}")
    print(f"honest, beside:  p95 {percentile(beside):7.1f} ms of {len(beside)}, {ratio:.2f} ×")
    print(f"/health, alone:  p95 {percentile(quiet_health):7.1f} ms of {len(quiet_health)}")
    print(f"/health, beside: p95 {percentile(health):7.1f} ms of {len(health)}")


if __name__ == "__main__":
    main()
