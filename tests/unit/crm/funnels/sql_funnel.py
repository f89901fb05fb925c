"""Sequential and any-order funnels as a database counts them: DuckDB, entry by entry.

Only where no touchpoint can serve two steps: then the earliest one is always right.
"""

from collections.abc import Iterable

import duckdb

from campaigns.times import DAY_US
from crm.funnels.definition import ChainKind, EntryRule, Funnel
from crm.funnels.touchpoint import Touchpoint, text_of

_NEXT = """
CREATE OR REPLACE TABLE walk AS
SELECT w.person, w.entry, w.limit_us, w.length + (t.time IS NOT NULL)::INT AS length,
       t.time IS NOT NULL AS alive,
       CASE WHEN {in_order} AND t.time IS NOT NULL THEN greatest(w.stands, t.time)
            ELSE w.stands END AS stands
FROM walk w LEFT JOIN LATERAL (
    SELECT min(time) AS time FROM touchpoint
    WHERE person = w.person AND w.alive AND {serves}
      AND last >= w.stands AND time <= w.limit_us
) t ON true
"""


def sql_people(funnel: Funnel, touchpoints: Iterable[Touchpoint]) -> list[int]:
    """How many people reached each step."""
    with duckdb.connect() as database:
        database.execute("SET threads = 1")
        database.execute(
            "CREATE TABLE touchpoint (person TEXT, type TEXT, time BIGINT, last BIGINT,"
            " activity TEXT, kind TEXT, rank TEXT)"
        )
        rows = [_row(touchpoint) for touchpoint in touchpoints]
        if rows:
            database.executemany("INSERT INTO touchpoint VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        database.execute(
            "DELETE FROM touchpoint WHERE type = 'activity.attended' AND rank NOT IN (SELECT"
            " min(rank) FROM touchpoint WHERE type = 'activity.attended'"
            " GROUP BY person, activity)"
        )
        _enter(database, funnel)
        for step in funnel.steps[1:]:
            in_order = str(funnel.kind != ChainKind.ANY)
            database.execute(_NEXT.format(in_order=in_order, serves=_serves(step)))
        return [
            database.execute(
                "SELECT count(DISTINCT person) FROM walk WHERE length >= ?", [place]
            ).fetchall()[0][0]
            for place in range(1, len(funnel.steps) + 1)
        ]


def _row(touchpoint: Touchpoint) -> tuple[object, ...]:
    start, sequence, source, event_id = touchpoint.order
    last = touchpoint.starts_us + (DAY_US - 1 if touchpoint.day_precision else 0)
    rank = f"{start:020d}|{sequence:04d}|{source}|{event_id}"
    fields = touchpoint.fields
    activity, kind = text_of(fields.get("activity_id")), text_of(fields.get("kind"))
    return touchpoint.person, touchpoint.type, touchpoint.starts_us, last, activity, kind, rank


def _serves(step: object) -> str:
    name, _, condition = str(step).partition(":")
    kind = condition.removeprefix("kind=")
    return f"type = '{name}'" + (f" AND kind = '{kind}'" if kind else "")


def _enter(database: duckdb.DuckDBPyConnection, funnel: Funnel) -> None:
    """Shanghai is eight hours ahead: days begin at 16:00 UTC."""
    day, offset = DAY_US, 8 * 3_600_000_000
    length = funnel.window.length
    limit = f"(time + {offset}) // {day} * {day} - {offset} + {length + 1} * {day} - 1"
    if funnel.window.unit == "h":
        limit = f"CASE WHEN last > time THEN last + 1 ELSE time END + {length} * 3600000000"
    first = "QUALIFY row_number() OVER (PARTITION BY person ORDER BY rank) = 1"
    database.execute(
        f"""
        CREATE TABLE walk AS SELECT person, time AS entry, {limit} AS limit_us, 1 AS length,
               true AS alive, time AS stands
        FROM touchpoint WHERE {_serves(funnel.steps[0])}
          AND time >= epoch_us(DATE '{funnel.from_day}'::TIMESTAMP) - {offset}
          AND time < epoch_us(DATE '{funnel.to_day}'::TIMESTAMP) - {offset}
        {first if funnel.entry == EntryRule.FIRST else ""}
        """
    )
