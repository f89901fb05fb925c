"""`make bench-policy`: a policy tried on seasons of several sizes, by the command as people run it.

Prints of each size the events that are recorded and, of three trials over the whole season, the
seconds by the clock and of the processor, with the command's start, and the most memory that one
took. The seasons are the product's own, through its own door and recorder; of a million events
that alone takes some ten minutes. With `--data FOLDER` an installation that is there already is
read instead. The policy has caps and tiers, so that no purchase is judged by itself.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson

from campaigns.season import SEASON_DAYS
from crm.configuration.settings import Settings
from crm.operations.status import stored_status
from crm.storage.database import open_engine, reading
from tests.bench import steps
from tests.bench.stand import STARTS_ON, Measured, Stand
from tests.bench.steps import alone
from tests.source_tree import ROOT

TRIALS = 3
WANTED_SECONDS = 60
_ENDS_ON = STARTS_ON + timedelta(days=SEASON_DAYS)
_POLICY = """\
policy: bench
effective_from: 2030-01-01
rules:
  - member_kind: doctor
    mode: TRACK_ONLY
  - member_kind: clerk
    mode: HOLD_FOR_REVIEW
    basis: percent
    percent_bp: 500
    tiers:
      - {from_units: 11, percent_bp: 600}
    cap_fen_month: 8000
    cap_fen_year: 30000
  - member_kind: consumer
    mode: NON_CASH
    basis: per_purchase
    amount_fen: 1500
    cap_fen_year: 3000
    training_required: false
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial: seconds by the clock and of the processor, the most memory, and its answer."""

    clock: float
    processor: float
    peak_mib: float
    answer: bytes


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", default="2000,55000,105000", help="sizes of the season")
    parser.add_argument("--data", help="an installation that is there already")
    parser.add_argument("--folder", help="where what is on disk goes")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="jinxi-bench-", dir=asked.folder) as name:
        document = Path(name) / "policy.yaml"
        document.write_text(_POLICY, encoding="utf-8")
        if asked.data:
            report(Path(asked.data), document)
            return
        for people in map(int, asked.people.split(",")):
            folder = Path(name) / str(people)
            season = Path(name) / f"{people}.ndjson"
            alone(steps.write_season, season, people, asked.seed)
            alone(steps.accept, folder, season)
            season.unlink()
            alone(record, folder)
            print(f"{people:,} people: ", end="", flush=True)
            report(folder, document)


def record(folder: Path) -> Measured:
    """All that is journaled, where it is."""
    stand = Stand.at(folder)
    measured = stand.record()
    stand.close()
    return measured


def report(folder: Path, document: Path) -> None:
    """Try, and say how long it took."""
    engine = open_engine(Settings.in_folder(folder).database_url)
    with reading(engine) as connection:
        events = stored_status(connection).recorded_position
    engine.dispose()
    found = list(trials(folder, document))
    answers = {each.answer for each in found}
    if len(answers) > 1:
        raise ValueError("the same trial was answered in two ways")
    told = orjson.loads(found[0].answer)
    rewards = sum(told["after"]["by_state"].values())
    clock = median(each.clock for each in found)
    processor = median(each.processor for each in found)
    print(
        f"{events:,} events, {rewards:,} rewards, {len(told['members']):,} members gain or lose, "
        f"{told['after']['capped']:,} capped: {clock:.2f} s (wanted {WANTED_SECONDS}), "
        f"{processor:.2f} s of the processor, {max(each.peak_mib for each in found):.0f} MiB; "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def trials(folder: Path, document: Path) -> Iterator[Tried]:
    """`jinxi policy try` from its start to its end, again and again."""
    command = [sys.executable, "-m", "streams", "policy", "try", str(document), "--json"]
    command += ["--from", STARTS_ON.isoformat(), "--to", _ENDS_ON.isoformat()]
    environment = {**os.environ, "JINXI_DATA": str(folder)}
    answer = document.with_name("answer.json")
    for _ in range(TRIALS):
        began = time.monotonic()
        with answer.open("wb") as out:
            process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out)
            # `Popen.wait` tells only how it ended, not what this one child has used.
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        seconds = time.monotonic() - began
        spent = used.ru_utime + used.ru_stime
        yield Tried(seconds, spent, used.ru_maxrss / 1024, answer.read_bytes())


if __name__ == "__main__":
    main()
