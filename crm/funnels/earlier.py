"""Who did a step before entering: somebody with an archive comes again, and is not lost."""

import numpy as np

from crm.funnels.codes import Array
from crm.funnels.columns import Columns
from crm.funnels.definition import Funnel
from crm.funnels.engine import Walks
from crm.funnels.kernel import NEVER_US
from crm.funnels.serving import served

LASTING = frozenset(("consent.given", "card.registered", "club.joined"))
"""What is done once and stands from then on: who did it has no reason to do it again."""


def earlier_in(funnel: Funnel, columns: Columns, walks: Walks) -> list[Array]:
    """Of each step which walks stopped there of people who had done the next before they entered;
    none where the next is no step that lasts, and none at the last."""
    nobody = np.zeros(len(walks.people), np.bool_)
    found = [_earlier_at(funnel, columns, walks, place) for place in range(len(funnel.steps) - 1)]
    return [nobody if each is None else each for each in (*found, None)]


def _earlier_at(funnel: Funnel, columns: Columns, walks: Walks, place: int) -> Array | None:
    step = funnel.steps[place + 1]
    stopped = walks.length == place + 1
    if step.type not in LASTING or not stopped.any():
        return None
    entered = walks.times[0]
    last = int(entered[stopped].max())
    found = served(columns, step, np.iinfo(np.int64).min, last)
    first = np.full(len(columns.people), NEVER_US)
    # They stand by time: put back to front, the earliest stays.
    first[found.person[::-1]] = found.time[::-1]
    return np.asarray(stopped & (first[walks.people] < entered))
