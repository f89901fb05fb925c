"""`python -m tests.bench.pages`: fifty people log, ten read, on a season of so many people.

Prints the 95th percentiles of pages and of submits, page by page, what went wrong, and how far the
recording fell behind. The site is `jinxi serve` as everybody starts it; who asks runs beside it on
the same processors.
"""

import argparse
import contextlib
import os
import random
import re
import resource
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import orjson

from campaigns.intake import HEADQUARTERS
from crm.accounts.people import add_user
from crm.accounts.roles import AccountRole
from crm.configuration.settings import Settings
from crm.operations.status import stored_status
from crm.storage.database import reading
from streams.running.installation import Installation, open_installation
from tests.bench.crowd import free_port, percentile
from tests.integration.web.sites import PASSWORD, activity_today, sign_in, token_in
from tests.source_tree import ROOT

ACTIVITY = "A-bench"
LOG = "serve.log"
READERS: tuple[AccountRole, ...] = (
    *("headquarters", "headquarters", "headquarters", "compliance", "auditor"),
    *("marketing", "planning", "finance", "staff", "staff"),
)
_TYPED = ("王", "李", "zhang", "liu", "cgl", "wxy", "陈", "yang", "赵", "zhou")
_FAMILY, _GIVEN = (
    "王李张刘陈杨赵周",
    ("秀英", "桂兰", "建国", "玉珍", "淑芬", "国强", "凤英", "志明"),
)
_KNOWN = 0.6
"""How many of those who come are known, and found: the others get a new card."""
_START_SECONDS = 180.0
"""A machine that has much else to do takes a minute."""
_BETWEEN_PAGES_SECONDS = 3.0
_BETWEEN_PEOPLE_SECONDS = 8.0
_LOOK_SECONDS = 0.5
_FORM = re.compile(r'<form method="post" action="(/log/[^"]+/submit)"[^>]*>(.*?)</form>', re.S)
_HIDDEN = re.compile(r'type="hidden" name="([a-z_]+)" value="([^"]*)"')
_TROUBLE = re.compile(r"error|Error|Traceback|exception")
_MOST_LINES = 20
_PLACE = re.compile(r"<nav.*?</nav>", re.S)
_LINK = re.compile(r'href="(/[^"#]*)"')


@dataclass
class Times:
    """What was asked for → how long each took in seconds; answers that were none."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    def ask(self, name: str, ask: Callable[..., httpx.Response], *what: Any, **how: Any) -> str:
        """The text of an answer."""
        began = time.monotonic()
        try:
            try:
                answer = ask(*what, **how)
            except (httpx.ReadError, httpx.RemoteProtocolError):
                # The server closed a connection that was idle: browsers ask again, and so do forms.
                answer = ask(*what, **how)
        except httpx.HTTPError as error:
            self.wrong.append(f"{name}: {type(error).__name__}")
            return ""
        self.seconds[name].append(time.monotonic() - began)
        if answer.status_code != 200:
            self.wrong.append(f"{name}: {answer.status_code}")
        return answer.text


@dataclass(frozen=True)
class Crowd:
    """Everybody who asks, until a moment."""

    address: str
    until: float
    stop: threading.Event
    times: Times

    def client(self) -> httpx.Client:
        """One browser."""
        return httpx.Client(base_url=self.address, timeout=60, verify=False, follow_redirects=True)

    def turns(self, dice: random.Random, pause_seconds: float) -> Iterator[None]:
        """One after the other, not all at the same moment."""
        self.stop.wait(dice.random() * pause_seconds)
        while time.monotonic() < self.until:
            yield
            self.stop.wait(pause_seconds * (0.5 + dice.random()))

    def log(self, client: httpx.Client, number: int) -> None:
        """Find somebody, sign them in; once in a while a person nobody knows."""
        dice = random.Random(number)
        for _ in self.turns(dice, _BETWEEN_PEOPLE_SECONDS):
            page = self.times.ask("/log/…", client.get, f"/log/{ACTIVITY}")
            found = {"form_token": token_in(page), "text": dice.choice(_TYPED)} if page else {}
            page = self.times.ask("/log/…/find", client.post, f"/log/{ACTIVITY}/find", data=found)
            forms = [each for each in _FORM.findall(page) if 'name="person_id" value="' in each[1]]
            if forms and dice.random() < _KNOWN:
                action, inside = dice.choice(forms)
                said = {**dict(_HIDDEN.findall(inside)), "attended": "1"}
            else:
                page = self.times.ask("/log/…/new", client.get, f"/log/{ACTIVITY}/new")
                action, said = f"/log/{ACTIVITY}/submit", dict(_HIDDEN.findall(page))
                phone = f"139{dice.randrange(10**8):08}"
                said |= {"name": f"{dice.choice(_FAMILY)}{dice.choice(_GIVEN)}", "phone": phone}
                said |= {"attended": "1", "consent_archive": "1", "method": "paper"}
            self.times.ask("submit", client.post, action, data=said)

    def read(self, client: httpx.Client, number: int) -> None:
        """Every place of the list, one after the other, and a person now and then."""
        dice = random.Random(number)
        home = client.get("/").text
        places = sorted({link for nav in _PLACE.findall(home) for link in _LINK.findall(nav)})
        for _ in self.turns(dice, _BETWEEN_PAGES_SECONDS):
            place = dice.choice(places)
            page = self.times.ask(place, client.get, place)
            people = re.findall(r'href="(/people/[0-9a-f-]{36})"', page)
            if people:
                person = dice.choice(people)
                self.times.ask("/people/…", client.get, person)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """`jinxi serve` over a folder: its address."""
    port = free_port()
    environment = {**os.environ, "JINXI_DATA": str(folder)}
    command = [sys.executable, "-m", "streams", "serve", "--port", str(port)]
    log = folder / LOG
    with (
        log.open("wb") as to,
        subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=to
        ) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            deadline = time.monotonic() + _START_SECONDS
            while not _answers(address):
                assert process.poll() is None and time.monotonic() < deadline, f"see {log}"
                time.sleep(_LOOK_SECONDS)
            yield address
        finally:
            # Whatever went wrong: nobody else ends it, and who leaves here waits for its end.
            process.terminate()


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{address}/health", timeout=5).status_code == 200
    return False


def fill(folder: Path, people: int | None) -> Installation:
    """A season that ends today, an activity of today, an account of every role that reads.

    people: None where the season is there.
    """
    environment = {**os.environ, "JINXI_DATA": str(folder)}
    command = [sys.executable, "-m", "streams", "demo", "--no-serve", "--people", str(people)]
    if people is not None:
        subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    opened = open_installation(Settings.in_folder(folder))
    opened.intake.accept([orjson.dumps(activity_today(ACTIVITY))], HEADQUARTERS)
    for role in sorted(set(READERS)):
        add_user(opened.engine, f"bench-{role}", PASSWORD, (role,), None, is_demo=True)
    return opened


def behind(opened: Installation, until: float, stop: threading.Event) -> list[float]:
    """How many seconds it took until what had been accepted was recorded, again and again."""
    found = []
    while time.monotonic() < until:
        with reading(opened.engine) as connection:
            status = stored_status(connection)
        wanted, began = status.recorded_position + status.not_recorded, time.monotonic()
        while status.recorded_position < wanted and time.monotonic() < began + _START_SECONDS:
            stop.wait(0.02)
            with reading(opened.engine) as connection:
                status = stored_status(connection)
        found.append(time.monotonic() - began)
        stop.wait(_LOOK_SECONDS)
    return found


def measure(
    opened: Installation, address: str, loggers: int, seconds: float
) -> tuple[Times, float]:
    """What all of them waited for, and the longest that the recording was behind."""
    times, stop = Times(), threading.Event()
    signed: list[httpx.Client] = []
    for name in ("staff",) * loggers + READERS:
        client = Crowd(address, 0, stop, times).client()
        assert sign_in(client, f"bench-{name}").status_code == 200
        signed.append(client)
    crowd = Crowd(address, time.monotonic() + seconds, stop, times)
    with ThreadPoolExecutor(len(signed) + 1) as threads:
        lag = threads.submit(behind, opened, crowd.until, stop)
        running = [
            threads.submit(crowd.log if number < loggers else crowd.read, client, number)
            for number, client in enumerate(signed)
        ]
        for each in running:
            each.result()
        return times, max(lag.result())


def _processor_seconds() -> float:
    """What processes that this one started, and theirs, have used so far, once they have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_700, help="10,700 are 100,000 events")
    parser.add_argument("--folder", type=Path, help="a season that is there: it is written into")
    parser.add_argument("--loggers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300.0)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="jinxi-pages-") as name:
        folder = asked.folder or Path(name)
        opened = fill(folder, None if asked.folder else asked.people)
        before = _processor_seconds()
        with served(folder) as address:
            times, lag_seconds = measure(opened, address, asked.loggers, asked.seconds)
        spent = _processor_seconds() - before
        said = (folder / LOG).read_text(errors="replace").splitlines()
        opened.engine.dispose()
        opened.keyring.engine.dispose()
    submits = times.seconds.pop("submit", [])
    for place, seconds in sorted(times.seconds.items(), key=lambda item: -percentile(item[1])):
        print(f"{place:24} p95 {percentile(seconds):8.1f} ms of {len(seconds)}")
    pages = [each for seconds in times.seconds.values() for each in seconds]
    print(f"{'all pages':24} p95 {percentile(pages):8.1f} ms of {len(pages)}")
    print(f"{'submits':24} p95 {percentile(submits):8.1f} ms of {len(submits)}")
    # What others do on the machine shows in every time above, and not in this one.
    answers, load = len(pages) + len(submits), os.getloadavg()[0]
    print(f"processor time of the site: {spent:.1f} s, {spent / answers * 1000:.1f} ms an answer")
    print(f"load of the machine at the end: {load:.1f} on {os.cpu_count()} processors")
    print(f"the recording was behind for at most {lag_seconds:.2f} s")
    print(f"wrong answers: {len(times.wrong)} {sorted(set(times.wrong))[:8]}")
    for line in [line for line in said if _TROUBLE.search(line)][:_MOST_LINES]:
        print(line)


if __name__ == "__main__":
    main()
