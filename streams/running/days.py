"""Hands over the days that are due, or takes back those that a wrong clock has made.

The only thing by which time itself acts on what is stored; whoever carries asks it.
"""

from collections.abc import Callable
from datetime import date

from sqlalchemy import Engine

from campaigns.intake import SYSTEM
from crm.intake.accept import EventIntake
from crm.journal.clock_marks import set_back
from crm.journal.day_events import day_lines
from crm.journal.progress import Progress, load_progress
from crm.operations.clock import day_plan
from crm.storage.database import reading, writing

Wanted = Callable[[date, Progress], bool]
"""Whether a day that is due is to be made now."""


def hand_over_days(
    engine: Engine,
    intake: EventIntake,
    now_us: int,
    is_wanted: Wanted = lambda _day, _progress: True,
) -> bool:
    """Journal what is due; False when there was nothing new."""
    with reading(engine) as connection:
        plan = day_plan(connection, now_us)
        progress = load_progress(connection, "embedded")
        reach = [day for day in plan.reach if is_wanted(day, progress)]
        lines = day_lines(connection, reach, plan.take_back, plan.today)
    if not lines:
        return False
    receipts = intake.accept(lines, SYSTEM)
    if plan.take_back:
        with writing(engine) as connection:
            set_back(connection, now_us)
    # A day that lies in the dead letters is journaled, and still not reached.
    return any(receipt.status == "accepted" for receipt in receipts)
