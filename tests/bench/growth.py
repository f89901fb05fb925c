"""Whether an event costs the same however much is stored: seasons of several sizes in one run,
with the deterministic rule alone and with weights in force.

Processor time is compared, since a busy machine changes it least. Beside it the floors at the same
size, what an event costs that comes alone, and what others take for the like.
"""

from pathlib import Path
from typing import Any

from tests.bench import peers, steps
from tests.bench.steps import Step, alone

SIZES = (2_000, 20_000, 55_000)
"""People."""
ONE_BY_ONE_PEOPLE = 100


def growth(folder: Path, sizes: tuple[int, ...], seed: int) -> dict[str, Any]:
    """A row for each size, then the peers and what an event costs alone."""
    rows = [_size(folder, people, seed) for people in sizes]
    season = folder / f"growth-{sizes[0]}.ndjson"
    sourced = alone(steps.peer, peers.event_sourced, season, folder / "event-sourced")
    mapped = alone(steps.peer, peers.with_an_orm, season, folder)
    one_by_one, in_bulk, below = _alone_and_together(folder, seed)
    events = one_by_one.measured.count
    first, last = rows[0], rows[-1]
    return {
        "growth": rows,
        "record_growth": last["record_us"] / first["record_us"],
        "weighed_growth": last["weighed_us"] / first["weighed_us"],
        "eventsourcing_us": _us(sourced),
        "orm_us": _us(mapped),
        "one_by_one_us": _us(one_by_one),
        "bulk_us": _us(in_bulk),
        "one_by_one_ratio": _us(one_by_one) / _us(in_bulk),
        "one_by_one_floor_us": below.measured.cpu_seconds / events * 1e6,
        "one_by_one_clock_us": one_by_one.measured.seconds / events * 1e6,
        "one_by_one_floor_clock_us": below.measured.seconds / events * 1e6,
    }


def _size(folder: Path, people: int, seed: int) -> dict[str, Any]:
    season, journaled = folder / f"growth-{people}.ndjson", folder / f"growth-{people}"
    alone(steps.write_season, season, people, seed)
    accepted = alone(steps.accept, journaled, season)
    floor_a = alone(
        steps.journal_floor, journaled, folder / "below", accepted.measured.transactions
    )
    recorded = alone(steps.record, journaled, folder / "recorded")
    weighed = folder / f"weighed-{people}"
    alone(steps.accept, weighed, season, True)
    with_weights = alone(steps.record, weighed, folder / "recorded")
    (floor_b,) = alone(steps.record_floor, journaled, folder / "floor-b", 1)
    events = recorded.measured.count
    record_us, floor_us = _us(recorded), floor_b.measured.cpu_seconds / events * 1e6
    return {
        "people": people,
        "events": events,
        "accept_us": _us(accepted),
        "accept_ratio": _us(accepted) / _us(floor_a),
        "record_us": record_us,
        "weighed_us": _us(with_weights),
        "floor_us": floor_us,
        "record_ratio": record_us / floor_us,
        "rows_per_event": floor_b.measured.count / events,
        "peak_mib": recorded.peak_mib,
    }


def _alone_and_together(folder: Path, seed: int) -> tuple[Step, Step, Step]:
    """One by one, in bulk, and SQLite alone writing the rows of one by one."""
    season, journaled = folder / "few.ndjson", folder / "few"
    alone(steps.write_season, season, ONE_BY_ONE_PEOPLE, seed)
    alone(steps.accept, journaled, season)
    one_by_one = alone(steps.record_one_by_one, journaled, folder / "one-by-one")
    in_bulk = alone(steps.record, journaled, folder / "together")
    (below,) = alone(steps.record_floor, journaled, folder / "floor-one-by-one", 1, 1)
    return one_by_one, in_bulk, below


def _us(step: Step) -> float:
    """Processor time for an event, in microseconds."""
    return step.measured.cpu_seconds / step.measured.count * 1e6
