"""`make bench-funnels-live`: funnels while events come, on a season of so many people.

Prints how long the command takes with its start, the 95th percentiles of the funnels' page and of
who sends ten events a second, and those of the senders alone. The site is `jinxi serve` as
everybody starts it; who asks and sends runs beside it on the same processors. With `--data FOLDER`
an installation that is there already is used as it is, and written into.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
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
COMMANDS = 5
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


def read(address: str, until: float, wrong: list[str]) -> list[float]:
    """The page of funnels, another question each time."""
    turn = 0
    with httpx.Client(base_url=address, timeout=60, follow_redirects=True) as client:
        assert sign_in(client, _READER).status_code == 200

        def one() -> None:
            nonlocal turn
            answer = client.get(PAGES[turn % len(PAGES)])
            turn += 1
            if answer.status_code != 200:
                wrong.append(f"{answer.status_code} {answer.text[:200]}")

        one()  # the columns are read once in the life of the process
        return timed(one, until, _BETWEEN_PAGES_SECONDS)


def heard(address: str, tokens: list[str], seconds: float, readers: int) -> Heard:
    """Senders, and so many who read beside them."""
    until, wrong = time.monotonic() + seconds, list[str]()
    with ThreadPoolExecutor(len(tokens) + readers) as threads:
        reading_now = [threads.submit(read, address, until, wrong) for _ in range(readers)]
        sending = [threads.submit(send, address, token, until) for token in tokens]
        sent, seen = (
            [s for each in some for s in each.result()] for some in (sending, reading_now)
        )
    return Heard(sent, seen, wrong)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=55_000, help="people of the season")
    parser.add_argument("--data", help="an installation that is there already")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each part")
    parser.add_argument("--turns", type=int, default=3, help="alone and beside readers, by turns")
    parser.add_argument("--folder", help="where what is on disk goes")
    asked = parser.parse_args()
    with installation(asked) as opened:
        folder = opened.settings.data_folder
        with reading(opened.engine) as connection:
            status = stored_status(connection)
        if asked.data:
            role: AccountRole = "headquarters"
            add_user(opened.engine, _READER, PASSWORD, (role,), None, is_demo=True)
        tokens = [add_token(opened.engine, uuid4().hex[:8], "headquarters") for _ in range(SENDERS)]
        first, *commands = command_seconds(folder)
        print(f"{status.recorded_position:,} events; load {os.getloadavg()[0]:.1f}")
        clock, processor = (median(each) for each in zip(*commands, strict=True))
        print(
            f"command: {clock:.2f} s with its start (wanted 2), {processor:.2f} s of the processor;"
            f" the first {first[0]:.2f} s"
        )
        with served(folder) as address:
            # By turns, since a machine may be slower a minute later.
            turns = [
                (
                    heard(address, tokens, asked.seconds, 0),
                    heard(address, tokens, asked.seconds, READERS),
                )
                for _ in range(asked.turns)
            ]
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
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
