"""`make bench`: events per second through accept and record, each beside its floor."""

import argparse
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from tests.bench import steps
from tests.bench.growth import SIZES, growth
from tests.bench.phases import phases
from tests.bench.steps import Step, alone

_MEMORY_SIZES = (1, 3, 10)
_LEAST_WIDTH = 110
"""Characters: in a pipe or a log the tables have room too."""
_HEADINGS = {
    "seconds": "seconds",
    "events": "events",
    "events_per_second": "events/s",
    "microseconds_per_event": "µs/event",
    "written_rows": "rows",
    "transactions": "commits",
    "peak_mib": "MiB",
    "accept_peak_mib": "accept MiB",
    "record_peak_mib": "record MiB",
    "share": "share",
    "accept_us": "accept µs",
    "accept_ratio": "× floor (a)",
    "record_us": "record µs",
    "weighed_us": "with weights",
    "floor_us": "floor (b) µs",
    "record_ratio": "× floor (b)",
    "rows_per_event": "rows/event",
    "people": "people",
}


def main() -> None:
    """Measure, and say it as a table or as JSON."""
    asked = _arguments()
    with TemporaryDirectory(prefix="jinxi-bench-", dir=asked.folder) as name:
        folder = Path(name)
        if asked.memory:
            figures = {"memory": _memory(folder, asked.people, asked.seed)}
        elif asked.growth:
            figures = growth(folder, tuple(map(int, asked.growth.split(","))), asked.seed)
        else:
            journaled = folder / "journaled"
            figures = _speed(folder, journaled, asked)
            if asked.profile:
                found = alone(phases, journaled, folder / "profiled")
                figures["phases"] = [asdict(phase) for phase in found]
    if asked.json:
        print(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())
    else:
        _show(figures)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--people", type=int, default=2000, help="people of the season")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--repeats", type=int, default=3, help="runs; the median counts")
    parser.add_argument("--folder", help="where the databases are made: the disk that is measured")
    parser.add_argument("--profile", action="store_true", help="also where the time goes")
    parser.add_argument(
        "--memory",
        action="store_true",
        help="instead: memory at 1, 3 and 10 times the season (--people 11000: 100k to 1M events)",
    )
    parser.add_argument(
        "--growth",
        nargs="?",
        const=",".join(map(str, SIZES)),
        help="instead: processor time of an event at several sizes (people, with commas)",
    )
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _speed(folder: Path, journaled: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Every figure of accept and record, and of their floors, in one run on one season."""
    season = folder / "season.ndjson"
    alone(steps.write_season, season, asked.people, asked.seed)
    accepted = [alone(steps.accept, journaled, season)]
    for number in range(1, asked.repeats):
        accepted.append(alone(steps.accept, folder / f"accepted-{number}", season))
    transactions = accepted[0].measured.transactions
    floor_a: list[Step] = []
    recorded: list[Step] = []
    for number in range(asked.repeats):
        below = folder / f"floor-a-{number}"
        floor_a.append(alone(steps.journal_floor, journaled, below, transactions))
        recorded.append(alone(steps.record, journaled, folder / f"recorded-{number}"))
    floor_b = alone(steps.record_floor, journaled, folder / "floor-b", asked.repeats)
    return {
        "people": asked.people,
        "rows": [
            _row("accept", accepted, accepted),
            _row("floor (a)", floor_a, accepted),
            _row("record", recorded, recorded),
            _row("floor (b)", floor_b, recorded),
        ],
        "accept_ratio": _seconds(accepted) / _seconds(floor_a),
        "record_ratio": _seconds(recorded) / _seconds(floor_b),
        "rows_per_event": floor_b[0].measured.count / recorded[0].measured.count,
    }


def _seconds(runs: list[Step]) -> float:
    return median(run.measured.seconds for run in runs)


def _row(name: str, runs: list[Step], of: list[Step]) -> dict[str, Any]:
    events = of[0].measured.count
    return {
        "name": name,
        "seconds": _seconds(runs),
        "fastest_seconds": min(run.measured.seconds for run in runs),
        "events": events,
        "events_per_second": events / _seconds(runs),
        "microseconds_per_event": _seconds(runs) / events * 1e6,
        "written_rows": runs[0].measured.count,
        "transactions": runs[0].measured.transactions,
        "peak_mib": max(run.peak_mib for run in runs),
    }


def _memory(folder: Path, people: int, seed: int) -> list[dict[str, Any]]:
    """The most memory that accept and record take, as the season grows."""
    found = []
    for times in _MEMORY_SIZES:
        season, journaled = folder / f"{times}.ndjson", folder / f"journaled-{times}"
        events = alone(steps.write_season, season, people * times, seed)
        accepted = alone(steps.accept, journaled, season)
        recorded = alone(steps.record, journaled, folder / f"recorded-{times}")
        found.append(
            {
                "events": events,
                "accept_peak_mib": accepted.peak_mib,
                "record_peak_mib": recorded.peak_mib,
                "microseconds_per_event": recorded.measured.seconds / events * 1e6,
            }
        )
    return found


def _show(figures: dict[str, Any]) -> None:
    console = Console(width=max(_LEAST_WIDTH, Console().width))
    for part in ("rows", "memory", "phases", "growth"):
        if part in figures:
            console.print(_table(figures[part]))
    if "growth" in figures:
        console.print(
            f"processor time; record at the largest size {figures['record_growth']:.2f} × that at "
            f"the smallest, with weights {figures['weighed_growth']:.2f} ×; eventsourcing "
            f"{figures['eventsourcing_us']:.0f} µs, ORM {figures['orm_us']:.0f} µs; one by one "
            f"{figures['one_by_one_us']:.0f} µs, {figures['one_by_one_ratio']:.1f} × bulk"
        )
        below, clock = figures["one_by_one_floor_us"], figures["one_by_one_clock_us"]
        console.print(
            f"SQLite alone, one by one: {below:.0f} µs, {below / figures['bulk_us']:.1f} × bulk; "
            f"by the clock, disk and all: {clock / 1000:.1f} ms, SQLite alone "
            f"{figures['one_by_one_floor_clock_us'] / 1000:.1f} ms"
        )
    if "rows" in figures:
        console.print(
            "floor (a): executemany of the journal's rows; "
            "floor (b): of every row that record wrote"
        )
        console.print(
            f"accept takes {figures['accept_ratio']:.1f} x floor (a), "
            f"record {figures['record_ratio']:.1f} x floor (b); "
            f"record writes {figures['rows_per_event']:.2f} rows for an event"
        )


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table()
    shown = [name for name in rows[0] if name in _HEADINGS]
    if "name" in rows[0]:
        table.add_column()
    for name in shown:
        table.add_column(_HEADINGS[name], justify="right")
    for row in rows:
        names = ["name", *shown] if "name" in row else shown
        table.add_row(*(_said(row[name]) for name in names))
    return table


def _said(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()
