"""`make bench-funnels-live`: funnels while events come, on a season of so many people.

Prints how long the command takes with its start, the 95th percentiles of the funnels' page and of
who sends ten events a second, and those of the senders alone. The site is `jinxi serve` as
everybody starts it; who asks and sends runs beside it on the same processors. With `--data FOLDER`
an installation that is there already is used as it is, and written into.

It ends within five minutes, filling included, as long as that leaves time for one turn: on a loaded
machine it takes fewer turns, and says of how many its numbers are.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import orjson

from crm.accounts.people import add_user
from crm.accounts.roles import AccountRole
from crm.accounts.tokens import add_token
from crm.configuration.settings import Settings
from crm.operations.status import stored_status
from crm.storage.database import reading
from streams.running.installation import Installation, open_installation
from tests.bench.crowd import percentile, timed
from tests.bench.pages import fill, served
from tests.examples import a_card
from tests.integration.web.sites import PASSWORD, sign_in
from tests.source_tree import ROOT

SENDERS = 5
EVENTS_A_SECOND = 10
READERS = 2
_BETWEEN_PAGES_SECONDS = 1.0
_READER = "bench-headquarters"
COMMANDS = 3
WITHIN_SECONDS = 300.0
_ENDING_SECONDS = 20.0
"""What is left at the end for whoever has to stop."""
CHAIN = ("activity.attended", "trial.started", "purchase.made")
STEPS = "&".join(f"step={step}" for step in CHAIN)
PAGES = (
    f"/funnels?{STEPS}&window=90d&days=183",
    f"/funnels?{STEPS}&window=90d&days=183&entry=first",
    f"/funnels?{STEPS}&window=180d&days=365&by=dealer",
    f"/funnels?{STEPS}&window=30d&days=90&by=month",
)


@dataclass(frozen=True, slots=True)
class Heard:
    """How many seconds each took: of who sends, of who reads; answers that were none."""

    sent: list[float]
    read: list[float]
    wrong: list[str]


@contextmanager
def installation(asked: argparse.Namespace) -> Iterator[Installation]:
    """The one that is named, or a season in a folder that is thrown away."""
    with ExitStack() as stack:
        if asked.data:
            opened = open_installation(Settings.in_folder(Path(asked.data)))
        else:
            named = TemporaryDirectory(prefix="jinxi-bench-", dir=asked.folder)
            opened = fill(Path(stack.enter_context(named)), asked.people)
        stack.callback(opened.keyring.engine.dispose)
        stack.callback(opened.engine.dispose)
        yield opened


def command_seconds(folder: Path) -> list[tuple[float, float]]:
    """Of `jinxi funnel` from its start to its end, again and again: by the clock, and of the
    processor, which a busy machine changes less. The first reads everything."""
    command = [sys.executable, "-m", "streams", "funnel", "--window", "90d"]
    command += [part for step in CHAIN for part in ("--step", step)]
    command += ["--from", "2000-01-01", "--to", "2100-01-01"]
    environment = {**os.environ, "JINXI_DATA": str(folder)}
    found = []
    for _ in range(COMMANDS + 1):
        began, spent = time.monotonic(), _spent_by_children()
        subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        found.append((time.monotonic() - began, _spent_by_children() - spent))
    return found


def _spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def send(address: str, token: str, until: float) -> list[float]:
    """One event after the other, so many a second of all who send."""
    kind = {"content-type": "application/cloudevents+json", "authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=kind, timeout=120) as client:

        def one() -> None:
            event = a_card(f"C-{uuid4().hex[:12]}", id=uuid4().hex)
            answer = client.post("/v1/events", content=orjson.dumps(event))
            assert answer.status_code == 200, answer.text

        return timed(one, until, SENDERS / EVENTS_A_SECOND)


def reader(address: str) -> httpx.Client:
    """Somebody who is signed in and has seen a page: the columns are read once in the life of the
    process."""
    client = httpx.Client(base_url=address, timeout=60, follow_redirects=True)
    assert sign_in(client, _READER).status_code == 200
    assert client.get(PAGES[0]).status_code == 200
    return client


def read(client: httpx.Client, until: float, wrong: list[str]) -> list[float]:
    """The page of funnels, another question each time."""
    turn = 0

    def one() -> None:
        nonlocal turn
        answer = client.get(PAGES[turn % len(PAGES)])
        turn += 1
        if answer.status_code != 200:
            wrong.append(f"{answer.status_code} {answer.text[:200]}")

    return timed(one, until, _BETWEEN_PAGES_SECONDS)


def heard(
    address: str, tokens: list[str], seconds: float, readers: Sequence[httpx.Client] = ()
) -> Heard:
    """Senders, and those who read beside them."""
    until, wrong = time.monotonic() + seconds, list[str]()
    with ThreadPoolExecutor(len(tokens) + len(readers)) as threads:
        reading_now = [threads.submit(read, each, until, wrong) for each in readers]
        sending = [threads.submit(send, address, token, until) for token in tokens]
        sent, seen = (
            [s for each in some for s in each.result()] for some in (sending, reading_now)
        )
    return Heard(sent, seen, wrong)


def turns_of(
    address: str, tokens: list[str], asked: argparse.Namespace, until: float
) -> list[tuple[Heard, Heard]]:
    """Senders alone, then beside readers; by turns, since a machine may be slower a minute later.
    One turn at least, then as many as there is time for."""
    found: list[tuple[Heard, Heard]] = []
    with ExitStack() as stack:
        readers = [reader(address) for _ in range(READERS)]
        for each in readers:
            stack.callback(each.close)
        longest = 0.0
        while len(found) < asked.turns and (not found or time.monotonic() + longest < until):
            began = time.monotonic()
            alone = heard(address, tokens, asked.seconds)
            found.append((alone, heard(address, tokens, asked.seconds, readers)))
            longest = max(longest, time.monotonic() - began)
    return found


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=55_000, help="people of the season")
    parser.add_argument("--data", help="an installation that is there already")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each part")
    parser.add_argument("--turns", type=int, default=6, help="alone and beside readers, by turns")
    parser.add_argument("--within", type=float, default=WITHIN_SECONDS, help="seconds of all of it")
    parser.add_argument("--folder", help="where what is on disk goes")
    asked = parser.parse_args()
    until = time.monotonic() + asked.within - _ENDING_SECONDS
    with installation(asked) as opened:
        folder = opened.settings.data_folder
        with reading(opened.engine) as connection:
            status = stored_status(connection)
        if asked.data:
            role: AccountRole = "headquarters"
            add_user(opened.engine, _READER, PASSWORD, (role,), None, is_demo=True)
        tokens = [add_token(opened.engine, uuid4().hex[:8], "headquarters") for _ in range(SENDERS)]
        print(f"{status.recorded_position:,} events; load {os.getloadavg()[0]:.1f}", flush=True)
        first, *commands = command_seconds(folder)
        clock, processor = (median(each) for each in zip(*commands, strict=True))
        print(
            f"command: {clock:.2f} s with its start (wanted 2), {processor:.2f} s of the processor;"
            f" the first {first[0]:.2f} s; of {len(commands)}",
            flush=True,
        )
        with served(folder) as address:
            turns = turns_of(address, tokens, asked, until)
    alone = [s for quiet, _ in turns for s in quiet.sent]
    beside = [s for _, busy in turns for s in busy.sent]
    pages = [s for _, busy in turns for s in busy.read]
    wrong = [each for _, busy in turns for each in busy.wrong]
    print(
        f"page: median {percentile(pages, 0.5):.0f} ms, p95 {percentile(pages):.0f} ms of "
        f"{len(pages)} while {EVENTS_A_SECOND} events a second come (wanted 300)"
    )
    print(
        f"senders: p95 {percentile(alone):.0f} ms alone, {percentile(beside):.0f} ms beside "
        f"{READERS} readers: × {percentile(beside) / percentile(alone):.2f} (wanted 1.2); "
        f"median {percentile(alone, 0.5):.0f} and {percentile(beside, 0.5):.0f} ms"
    )
    for each in sorted(set(wrong)):
        print(f"wrong: {each}")
    parts = f"{len(turns)} turns of {asked.seconds:.0f} s alone and {asked.seconds:.0f} s beside"
    print(f"{parts} readers; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
