"""`make bench-funnels`: funnels over many touchpoints, beside DuckDB and chDB on the same rows.

Each engine has a process of its own, one core, and makes the same rows from the same seed; it is
asked each question once to be warm, then five times, and the median counts. Processor time is
compared, since a busy machine changes it least; what went by on the clock is told beside it. DuckDB
is asked in two ways, by joins that group and by ASOF joins, and the quicker one counts.
"""

import argparse
import importlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from campaigns.times import DAY_US, day_start_us
from crm.funnels.answers import groups_of, steps_of, values_of
from crm.funnels.codes import Array, Codes, fitting
from crm.funnels.columns import Batch, Columns
from crm.funnels.definition import ChainKind, EntryRule, Funnel, parse_step, parse_window
from crm.funnels.engine import walks_of
from crm.funnels.kept import columns_file, keep, kept
from crm.funnels.stored import Stored

FIRST_DAY, DAYS = date(2024, 1, 1), 730
SHARES = {
    "activity.attended": 30,
    "card.registered": 5,
    "clinic.consulted": 15,
    "club.joined": 2,
    "complaint.raised": 1,
    "consent.given": 10,
    "follow_up.done": 14,
    "gift.given": 8,
    "purchase.made": 4,
    "referral.given": 1,
    "referral.received": 1,
    "trial.ended": 4,
    "trial.started": 5,
}
"""Of a hundred touchpoints so many are of each type."""
STEPS = (
    "activity.attended",
    "consent.given",
    "trial.started",
    "purchase.made",
    "referral.given",
)
ACTIVITY_KINDS = 7
WARM_RUNS = 5
NEW_ROWS = 1_000
LATE_OF_NEW = 20
"""One of so many new rows is late, by up to thirty days."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that every engine is asked."""

    name: str
    entry: EntryRule
    from_day: date
    to_day: date
    window_days: int
    by: str | None = None

    @property
    def funnel(self) -> Funnel:
        """As we ask it."""
        return Funnel(
            tuple(map(parse_step, STEPS)),
            self.from_day,
            self.to_day,
            parse_window(f"{24 * self.window_days}h"),
            ChainKind.SEQUENTIAL,
            self.entry,
            self.by,
        )


_QUARTER = date(2025, 4, 1), date(2025, 6, 30)
_WHOLE = FIRST_DAY, date(2025, 12, 31)
QUESTIONS = (
    Asked("first, 90 days", EntryRule.FIRST, *_QUARTER, 90),
    Asked("first, two years, by kind", EntryRule.FIRST, *_WHOLE, 730, "kind"),
    Asked("best, 90 days", EntryRule.BEST, *_QUARTER, 90),
    Asked("best, two years", EntryRule.BEST, *_WHOLE, 730),
)
TARGETS = {"first, 90 days": 0.25, "first, two years, by kind": 0.2, "best, 90 days": 0.5}
"""Of DuckDB's time at most so much."""


def rows_of(touchpoints: int, people: int, seed: int) -> Iterator[tuple[str, Array, Array, Array]]:
    """(type, times, people, kinds of activity), by time within each type."""
    draw = np.random.default_rng(seed)
    start = day_start_us(FIRST_DAY)
    for name, share in SHARES.items():
        size = touchpoints * share // 100
        times = start + np.sort(draw.integers(0, DAYS * DAY_US, size))
        # Some come often, most seldom.
        person = (people * draw.random(size) ** 2).astype(np.int32)
        yield name, times, person, draw.integers(0, ACTIVITY_KINDS, size).astype(np.int8)


def columns_with(touchpoints: int, people: int, seed: int) -> Columns:
    """The same rows as columns."""
    columns = Columns(people=Codes.of(f"{n:08x}-0000-5000-8000-{n:012x}" for n in range(people)))
    kinds = columns.word_codes("kind")
    for number in range(ACTIVITY_KINDS):
        kinds.code(f"k{number}")
    event = 0
    for name, times, person, kind in rows_of(touchpoints, people, seed):
        events = np.arange(event, event + len(times), dtype=np.int32)
        event += len(times)
        base = {
            "time": times,
            "person": person,
            "event": events,
            "state": np.zeros(len(times), np.uint8),
        }
        fields = {"kind": kind} if name == "activity.attended" else {}
        columns.kind(name).replace(_NONE, Batch(base, fields), _in_turn)
    return columns


_NONE = np.empty(0, np.int64)


def _in_turn(events: Any) -> dict[int, Any]:
    return {event: (event, 0, "", "") for event in events}


def ours(asked: argparse.Namespace) -> dict[str, Any]:
    """Our engine: answers, memory, the cache on disk, a refresh."""
    before = _resident()
    columns = columns_with(asked.touchpoints, asked.people, asked.seed)
    held = sum(kind.bytes_held() for kind in columns.kinds.values())
    figures: dict[str, Any] = {
        "touchpoints": columns.size,
        "bytes_of_columns": held / columns.size,
        "bytes_resident": (_resident() - before) / columns.size,
        "answers": {},
    }
    for question in QUESTIONS:
        figures["answers"][question.name] = _warm(partial(_answer, question, columns))
    with TemporaryDirectory(prefix="jinxi-columns-", dir=asked.folder) as name:
        file = columns_file(Path(name))
        figures["keep_seconds"] = _timed(lambda: keep(Stored(columns, 1, 1), file))
        figures["file_mib"] = file.stat().st_size / 2**20
        figures["start_seconds"] = _timed(lambda: kept(file))
    figures["refresh_seconds"] = median(_refresh(columns, asked, turn) for turn in range(WARM_RUNS))
    return figures


def _answer(question: Asked, columns: Columns) -> list[int]:
    walks = walks_of(question.funnel, columns)
    if question.by is not None:
        groups_of(values_of(question.funnel, columns, None, walks, question.by), walks)
    return [step.people for step in steps_of(walks)]


def _refresh(columns: Columns, asked: argparse.Namespace, turn: int) -> float:
    """New rows at the end of the time, some late, over all types as they share."""
    draw = np.random.default_rng(turn)
    end = day_start_us(FIRST_DAY) + DAYS * DAY_US
    batches = {}
    for name, share in SHARES.items():
        size = NEW_ROWS * share // 100
        times = end + turn * DAY_US + draw.integers(0, DAY_US, size)
        late = draw.integers(0, LATE_OF_NEW, size) == 0
        times -= late * draw.integers(0, 30 * DAY_US, size)
        person = draw.integers(0, asked.people, size).astype(np.int32)
        base: dict[str, Array] = {
            "time": times,
            "person": person,
            "event": np.arange(size, dtype=np.int32),
            "state": np.zeros(size, np.uint8),
        }
        batches[name] = Batch(base, {"kind": fitting(np.zeros(size, np.int64))})
    attending = batches["activity.attended"].base["person"]

    def put_in() -> None:
        for name, batch in batches.items():
            columns.kind(name).replace(_NONE, batch, _in_turn)
        columns.mark_attended_again(attending)

    return _timed(put_in)


def duckdb(asked: argparse.Namespace) -> dict[str, Any]:
    """DuckDB over one table, sorted by kind and time."""
    library = importlib.import_module("duckdb")

    database = library.connect()
    database.execute("SET threads = 1")
    numbers = {name: number for number, name in enumerate(SHARES)}
    database.execute("CREATE TABLE t (kind UTINYINT, time BIGINT, person INTEGER, what UTINYINT)")
    for name, times, person, what in rows_of(asked.touchpoints, asked.people, asked.seed):
        part = {"time": times, "person": person, "what": what.astype(np.uint8)}
        database.register("part", part)
        database.execute(f"INSERT INTO t SELECT {numbers[name]}, time, person, what FROM part")
        database.unregister("part")
    answers = {}
    for question in QUESTIONS:
        ways = [
            _warm(partial(_sum_of, database, way(question, numbers))) for way in (_grouped, _asof)
        ]
        answers[question.name] = min(ways, key=lambda way: way["seconds"])
    return {"answers": answers, "bytes_resident": _resident() / asked.touchpoints}


def _sum_of(database: Any, query: str) -> list[int]:
    return _people(database.execute(query).fetchall())


def _people(rows: list[Any]) -> list[int]:
    """Of each step; of groups the sum."""
    return [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]


def _entries(question: Asked, kind: int) -> str:
    span = f"time >= {day_start_us(question.from_day)} AND time < {day_start_us(question.to_day)}"
    limit = f"time + {question.window_days * DAY_US} + 1"
    source = f"SELECT person, time, what, {limit} AS until FROM t WHERE kind = {kind} AND {span}"
    if question.entry == EntryRule.BEST:
        return source
    return (
        f"SELECT person, min(time) AS time, arg_min(what, time) AS what,"
        f" arg_min(until, time) AS until FROM ({source}) GROUP BY person"
    )


def _grouped(question: Asked, numbers: dict[str, int]) -> str:
    parts = [f"w0 AS (SELECT *, time AS entry FROM ({_entries(question, numbers[STEPS[0]])}))"]
    for place, step in enumerate(STEPS[1:], 1):
        parts.append(
            f"w{place} AS (SELECT w.person, w.entry, any_value(w.until) AS until,"
            f" any_value(w.what) AS what, min(t.time) AS time FROM w{place - 1} w JOIN t"
            f" ON t.person = w.person AND t.kind = {numbers[step]} AND t.time >= w.time"
            f" AND t.time < w.until GROUP BY w.person, w.entry)"
        )
    return _counted(question, parts)


def _asof(question: Asked, numbers: dict[str, int]) -> str:
    parts = [f"w0 AS (SELECT *, time AS entry FROM ({_entries(question, numbers[STEPS[0]])}))"]
    for place, step in enumerate(STEPS[1:], 1):
        low, high = day_start_us(question.from_day), day_start_us(question.to_day)
        high += (question.window_days + 1) * DAY_US
        parts.append(
            f"w{place} AS (SELECT w.person, w.entry, w.until, w.what, t.time FROM w{place - 1} w"
            f" ASOF JOIN (SELECT person, time FROM t WHERE kind = {numbers[step]}"
            f" AND time >= {low} AND time < {high}) t"
            f" ON w.person = t.person AND w.time <= t.time WHERE t.time < w.until)"
        )
    return _counted(question, parts)


def _counted(question: Asked, parts: list[str]) -> str:
    by = "what" if question.by else "0"
    one = question.entry == EntryRule.FIRST
    counted = "count(*)" if one else "count(DISTINCT person)"
    sources = ", ".join(
        f"(SELECT {by} AS g, {counted} AS n FROM w{place} GROUP BY 1) c{place}"
        for place in range(len(STEPS))
    )
    same = " AND ".join(f"c{place}.g = c0.g" for place in range(1, len(STEPS)))
    columns = ", ".join(f"c{place}.n" for place in range(len(STEPS)))
    return f"WITH {', '.join(parts)} SELECT c0.g, {columns} FROM {sources} WHERE {same}"


def chdb(asked: argparse.Namespace) -> dict[str, Any]:
    """ClickHouse's windowFunnel within chDB, over one table in order of person and time."""
    library = importlib.import_module("chdb.session")

    numbers = {name: number for number, name in enumerate(SHARES)}
    with TemporaryDirectory(prefix="jinxi-chdb-", dir=asked.folder) as name:
        file = Path(name) / "rows.bin"
        with file.open("wb") as into:
            for kind, times, person, _ in rows_of(asked.touchpoints, asked.people, asked.seed):
                rows = np.empty(len(times), [("k", "u1"), ("t", "<i8"), ("p", "<i4")])
                rows["k"], rows["t"], rows["p"] = numbers[kind], times, person
                into.write(rows.tobytes())
        session = library.Session(f"{name}/data")
        session.query(
            "CREATE TABLE t (kind UInt8, time Int64, person Int32) ENGINE = MergeTree"
            " ORDER BY (person, time)"
        )
        shape = "kind UInt8, time Int64, person Int32"
        session.query(f"INSERT INTO t SELECT * FROM file('{file}', RowBinary, '{shape}')")
        session.query("OPTIMIZE TABLE t FINAL")
        answers = {}
        for question in QUESTIONS:
            if question.entry == EntryRule.BEST:
                text = _window_funnel(question, numbers)
                answers[question.name] = _warm(partial(_asked_of, session, text))
        return {"answers": answers}


def _asked_of(session: Any, query: str) -> list[int]:
    found = json.loads(str(session.query(query, "JSONCompact")))["data"][0]
    return [int(each) for each in found]


def _window_funnel(question: Asked, numbers: dict[str, int]) -> str:
    low, high = day_start_us(question.from_day), day_start_us(question.to_day)
    last = high + (question.window_days + 1) * DAY_US
    first = f"kind = {numbers[STEPS[0]]} AND time < {high}"
    steps = ", ".join([first, *(f"kind = {numbers[step]}" for step in STEPS[1:])])
    kinds = ", ".join(str(numbers[step]) for step in STEPS)
    counted = ", ".join(f"countIf(level >= {place})" for place in range(1, len(STEPS) + 1))
    return (
        f"SELECT {counted} FROM (SELECT person, windowFunnel({question.window_days * DAY_US})"
        f"(toUInt64(time), {steps}) AS level FROM t WHERE kind IN ({kinds})"
        f" AND time >= {low} AND time < {last} GROUP BY person) SETTINGS max_threads = 1"
    )


ENGINES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "ours": ours,
    "duckdb": duckdb,
    "chdb": chdb,
}


def _warm(ask: Callable[[], Any]) -> dict[str, Any]:
    people = ask()
    runs = [_spent(ask) for _ in range(WARM_RUNS)]
    return {
        "seconds": median(processor for processor, _ in runs),
        "clock": median(clock for _, clock in runs),
        "people": people,
    }


def _spent(act: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the processor, and by the clock."""
    began, clock = time.process_time(), time.perf_counter()
    act()
    return time.process_time() - began, time.perf_counter() - clock


def _timed(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def main() -> None:
    """Measure every engine that is there, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--touchpoints", type=int, default=20_000_000)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--folder", help="where what is on disk goes")
    parser.add_argument("--engine", choices=ENGINES, help="one alone, as JSON")
    asked = parser.parse_args()
    if asked.engine:
        print(json.dumps(ENGINES[asked.engine](asked)))
        return
    found = {}
    for name in ENGINES:
        if name != "ours" and importlib.util.find_spec(name) is None:
            print(f"{name}: not installed, left out")
            continue
        command = [sys.executable, "-m", "tests.bench.funnels", *sys.argv[1:], "--engine", name]
        answer = subprocess.run(command, check=True, capture_output=True, env=os.environ)
        found[name] = json.loads(answer.stdout)
    _say(found)


def _say(found: dict[str, Any]) -> None:
    mine = found["ours"]
    print(f"{mine['touchpoints']:,} touchpoints; each engine alone, warm, median of {WARM_RUNS}")
    for question in QUESTIONS:
        own = mine["answers"][question.name]
        line = f"{question.name:28} {own['seconds']:.3f} s"
        for name in found:
            other = found[name]["answers"].get(question.name)
            if name != "ours" and other:
                ratio = own["seconds"] / other["seconds"]
                same = "same" if other["people"] == own["people"] else "OTHER PEOPLE"
                line += f" | {name} {other['seconds']:.3f} s, ours × {ratio:.2f} ({same})"
        if question.name in TARGETS:
            line += f" | wanted × {TARGETS[question.name]} of duckdb"
        print(line)
    print(f"memory: {mine['bytes_of_columns']:.1f} B a touchpoint in columns", end="; ")
    print(f"{mine['bytes_resident']:.1f} B resident with the people (wanted 40)")
    print(f"kept on disk in {mine['keep_seconds']:.2f} s, {mine['file_mib']:.0f} MiB", end="; ")
    print(f"start from it {mine['start_seconds']:.2f} s (wanted 3)")
    print(f"refresh of {NEW_ROWS:,} rows: {mine['refresh_seconds'] * 1000:.1f} ms (wanted 50)")


if __name__ == "__main__":
    main()
