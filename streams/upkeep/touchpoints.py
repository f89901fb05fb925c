"""Touchpoints as a Parquet file, for those who ask them with DuckDB or ClickHouse."""

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from crm.funnels.codes import NONE, Array, Codes
from crm.funnels.columns import ACTIVITY, BY_DAY, HIDDEN, LENT, Columns
from streams.running.private_files import OWNER_ALONE


class WriterMissing(Exception):
    """The library that writes Parquet is not installed."""


def write_parquet(columns: Columns, file: Path) -> int:
    """Write every touchpoint that counts; its owner alone can read it. Returns how many.

    Columns: person, type, time_us, by_day, event (its place in the journal; of a dealer's copy its
    place in the copy), each field, and what the activity lends as activity_….
    """
    if importlib.util.find_spec("duckdb") is None:
        raise WriterMissing
    library = importlib.import_module("duckdb")
    draft = file.with_name(f".{file.name}.part")
    draft.touch(mode=OWNER_ALONE)
    try:
        with library.connect() as database:
            written = _fill(database, columns)
            table = database.query("SELECT * FROM t ORDER BY type, time_us")
            table.write_parquet(str(draft))
        draft.chmod(OWNER_ALONE)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return written


def _fill(database: Any, columns: Columns) -> int:
    held = {name for kind in columns.kinds.values() for name in kind.fields if name[0] != "#"}
    names = sorted(held)
    fields = [*names, *(f"activity_{name}" for name in LENT)]
    listed = "".join(f', "{name}" VARCHAR' for name in fields)
    database.execute(
        "CREATE TABLE t (person VARCHAR, type VARCHAR, time_us BIGINT, by_day BOOLEAN, event BIGINT"
        f"{listed})"
    )
    written = 0
    for part in _parts(columns, names):
        written += len(part["time_us"])
        database.register("part", part)
        database.execute("INSERT INTO t BY NAME SELECT * FROM part")
        database.unregister("part")
    return written


def _parts(columns: Columns, names: list[str]) -> Iterator[dict[str, Array]]:
    for type_name, kind in columns.kinds.items():
        rows = np.flatnonzero((kind.column("state") & HIDDEN) == 0)
        part: dict[str, Array] = {
            "type": np.full(len(rows), type_name, object),
            "person": _texts(columns.people, kind.column("person")[rows]),
            "time_us": kind.column("time")[rows],
            "by_day": (kind.column("state")[rows] & BY_DAY) > 0,
            "event": kind.column("event")[rows].astype(np.int64),
        }
        for name in names:
            codes = kind.codes(name)
            part[name] = _texts(columns.word_codes(name), _of(codes, rows))
        activities = _of(kind.codes(ACTIVITY), rows)
        for name in LENT:
            lent = columns.lent.get(name)
            codes = None if lent is None else lent[activities]
            part[f"activity_{name}"] = _texts(
                columns.word_codes(name), np.full(len(rows), NONE) if codes is None else codes
            )
        if len(rows):
            yield part


def _of(codes: Array | None, rows: Array) -> Array:
    return np.full(len(rows), NONE) if codes is None else codes[rows].astype(np.int64)


def _texts(words: Codes, codes: Array) -> Array:
    return np.array([*words.texts, None], object)[codes]
