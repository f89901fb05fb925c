"""Who did a step before entering: somebody with an archive comes again, and is not lost."""

import numpy as np

from crm.funnels.columns import Columns
from crm.funnels.definition import Funnel
from crm.funnels.engine import Walks
from crm.funnels.kernel import NEVER_US
from crm.funnels.serving import served

LASTING = frozenset(("consent.given", "card.registered", "club.joined"))
"""What is done once and stands from then on: who did it has no reason to do it again."""


def earlier_of(funnel: Funnel, columns: Columns, walks: Walks, place: int) -> int:
    """How many of those who stopped at a step (from 0) had done the next before they entered; of
    steps that last alone, else 0."""
    step = funnel.steps[place + 1]
    if step.type not in LASTING:
        return 0
    stopped = walks.length == place + 1
    entered = walks.times[0][stopped]
    found = served(columns, step, np.iinfo(np.int64).min, int(entered.max(initial=0)))
    first = np.full(len(columns.people), NEVER_US)
    # They stand by time: put back to front, the earliest stays.
    first[found.person[::-1]] = found.time[::-1]
    return int((first[walks.people[stopped]] < entered).sum())
