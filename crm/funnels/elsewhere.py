"""The same question for other engines: ClickHouse's windowFunnel over exported touchpoints."""

from campaigns.times import day_start_us
from crm.funnels.columns import LENT, REGION
from crm.funnels.definition import ChainKind, EntryRule, Funnel, Step

_MODES = {ChainKind.SEQUENTIAL: "", ChainKind.STRICT: ", 'strict_order'"}


class NotThere(ValueError):
    """ClickHouse has no words for this funnel."""


def clickhouse_of(funnel: Funnel, file: str = "touchpoints.parquet") -> str:
    """The statement, over the file of `jinxi touchpoints`; NotThere where windowFunnel cannot.

    It takes a window as an exact time after an instant: where touchpoints are known by their day,
    or the window is of days, numbers may differ a little.
    """
    if funnel.kind not in _MODES or funnel.entry != EntryRule.BEST:
        raise NotThere
    from_us, to_us = day_start_us(funnel.from_day), day_start_us(funnel.to_day)
    window_us = int(funnel.window.exact_us)
    first = f"{_condition(funnel.steps[0])} AND time_us < {to_us}"
    steps = ",\n      ".join([first, *map(_condition, funnel.steps[1:])])
    counted = ", ".join(
        f"countIf(level >= {place}) AS step{place}" for place in range(1, len(funnel.steps) + 1)
    )
    mode = _MODES[funnel.kind]
    lines = (
        f"SELECT {counted}",
        "FROM (",
        "  SELECT person,",
        f"    windowFunnel({window_us}{mode})(toUInt64(time_us),",
        f"      {steps}) AS level",
        f"  FROM file('{file}', Parquet)",
        f"  WHERE time_us >= {from_us} AND time_us < {to_us + window_us}",
        "  GROUP BY person",
        ")",
    )
    return "\n".join(lines)


def _condition(step: Step) -> str:
    parts = [f"type = '{step.type}'"]
    for field, value in step.conditions:
        quoted = value.replace("\\", "\\\\").replace("'", "\\'")
        name = f"coalesce({field}, activity_{field})" if field in LENT else field
        if field == REGION and (within := quoted.removesuffix("00").removesuffix("00")) != quoted:
            parts.append(f"startsWith({name}, '{within}')")
        else:
            parts.append(f"{name} = '{quoted}'")
    return " AND ".join(parts)
