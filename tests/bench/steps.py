"""What is measured, each step in a process of its own, so that its memory is its own."""

import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import orjson

from campaigns.season import generate
from crm.clock import now_us
from crm.intake.accept import EventIntake
from crm.pairs.first_weights import begin_with_weights
from crm.recording.recorder import Recorder
from tests.bench.floors import captured_writes, journal_rows, write_again, write_journal
from tests.bench.stand import STARTS_ON, Measured, Stand

_WARM_UP_PEOPLE = 40

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Step:
    """What a step measured, and the most memory that its process ever had, in MiB."""

    measured: Measured
    peak_mib: float


def alone(step: Callable[..., Answer], *arguments: object) -> Answer:
    """Run a step in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(step, *arguments).result()


def write_season(file: Path, people: int, seed: int) -> int:
    """A season as NDJSON; returns how many events it has."""
    events = 0
    with file.open("wb") as stream:
        for event in generate(people, seed, STARTS_ON):
            stream.write(orjson.dumps(event) + b"\n")
            events += 1
    return events


def accept(folder: Path, file: Path, weighed: bool = False) -> Step:
    """The season through the door, and then the season's days; weighed: weights are in force."""
    _warm_up(folder.parent)
    stand = Stand.at(folder)
    if weighed:
        begin_with_weights(stand.engine, EventIntake(stand.engine, stand.keyring))
    with file.open("rb") as lines:
        measured = stand.accept(lines)
    stand.reach_days()
    stand.close()
    return Step(measured, _peak_mib())


def journal_floor(journaled: Path, folder: Path, transactions: int) -> Step:
    """Floor (a): the rows of a journal by executemany."""
    rows = journal_rows(Stand.at(journaled))
    stand = Stand.at(folder)
    measured = write_journal(stand, rows, transactions)
    stand.remove()
    return Step(measured, _peak_mib())


def record(journaled: Path, folder: Path) -> Step:
    """The recording of what is journaled."""
    _warm_up(folder.parent)
    stand = Stand.at(journaled).copy(folder)
    measured = stand.record()
    stand.remove()
    return Step(measured, _peak_mib())


def record_one_by_one(journaled: Path, folder: Path) -> Step:
    """The same with a transaction for each event, as a quiet day brings them."""
    _warm_up(folder.parent)
    stand = Stand.at(journaled).copy(folder)
    measured = stand.record(at_once=1)
    stand.remove()
    return Step(measured, _peak_mib())


def peer(run: Callable[[Path, Path], Measured], file: Path, folder: Path) -> Step:
    """What another takes for the events of a season."""
    return Step(run(file, folder), _peak_mib())


def record_floor(
    journaled: Path, folder: Path, repeats: int, at_once: int | None = None
) -> list[Step]:
    """Floor (b): every row that the recording writes, by executemany, several times."""
    stand = Stand.at(journaled).copy(folder)
    with captured_writes(stand.engine) as captured:
        stand.record(at_once)
    stand.remove()
    steps = []
    for _ in range(repeats):
        stand = Stand.at(journaled).copy(folder)
        steps.append(Step(write_again(stand, captured), _peak_mib()))
        stand.remove()
    return steps


def _warm_up(folder: Path) -> None:
    """Load what is loaded once in a process's life: dictionaries, compiled statements."""
    with TemporaryDirectory(dir=folder) as name:
        stand = Stand.at(Path(name))
        stand.accept([orjson.dumps(e) for e in generate(_WARM_UP_PEOPLE, 1, STARTS_ON)])
        Recorder(stand.engine, stand.keyring).record_next(now_us())
        stand.close()


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
