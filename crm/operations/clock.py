"""What is due by the clock, and whether the clock is believed."""

from sqlalchemy import Connection

from campaigns.times import shanghai_day
from crm.journal.clock_marks import clock_marks
from crm.journal.progress import load_progress
from crm.outcomes.days import DayEvidence, DayPlan, day_of, plan_days


def day_plan(connection: Connection, now_us: int) -> DayPlan:
    """What is due by a clock that says `now_us`."""
    progress, marks = load_progress(connection, "embedded"), clock_marks(connection)
    evidence = DayEvidence(
        progress.first_day,
        progress.days_from,
        progress.days_to,
        day_of(marks.door_us),
        day_of(marks.confirmed_us),
    )
    return plan_days(evidence, shanghai_day(now_us))
