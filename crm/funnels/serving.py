"""The touchpoints that can serve a step: of its type, with its conditions, and counted at all."""

import numpy as np

from crm.funnels.codes import Array
from crm.funnels.columns import HIDDEN, Columns, latest
from crm.funnels.definition import Step
from crm.funnels.kernel import Served


def served(columns: Columns, step: Step, from_us: int, to_us: int) -> Served:
    """The touchpoints of a period that can serve a step."""
    kind = columns.kind(step.type)
    rows = kind.between(from_us, to_us)
    fits: Array | None = None
    if kind.hidden:
        fits = (kind.column("state")[rows] & HIDDEN) == 0
    for name, value in step.conditions:
        fits = _also(fits, _has(columns, step.type, name, value, rows))
    chosen = None if fits is None else np.flatnonzero(fits) + rows.start
    which = rows if chosen is None else chosen
    time, person = kind.column("time")[which], kind.column("person")[which]
    ends = latest(time, kind.column("state")[which]) if kind.by_day else time
    return Served(time, ends, person, rows.start, chosen, kind.by_day)


def _has(columns: Columns, type_name: str, name: str, value: str, rows: slice) -> Array:
    codes = columns.field_codes(type_name, name, rows)
    wanted = columns.wanted(name, value)
    if codes is None or not wanted:
        return np.zeros(rows.stop - rows.start, np.bool_)
    return np.asarray(codes == wanted[0]) if len(wanted) == 1 else np.isin(codes, wanted)


def _also(fits: Array | None, more: Array) -> Array:
    return more if fits is None else fits & more
