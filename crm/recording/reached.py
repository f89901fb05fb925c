"""How far the days have come with events that are recorded."""

from collections.abc import Iterable

from campaigns.times import shanghai_day
from crm.journal.logged_event import LoggedEvent
from crm.journal.progress import Progress
from crm.outcomes.days import counts_from_us, day_taken_back


def progress_after(progress: Progress, events: Iterable[LoggedEvent]) -> Progress:
    """How far the days have come after some events."""
    first_us: int | None = None
    for event in events:
        if event.type_name == "day.reached":
            progress = progress.with_day(shanghai_day(event.starts_us))
        elif (day := day_taken_back(event)) is not None:
            progress = progress.without_day(day)
        else:
            counts_us = counts_from_us(event.starts_us, event.received_us)
            first_us = counts_us if first_us is None else min(first_us, counts_us)
    return progress if first_us is None else progress.with_event_on(shanghai_day(first_us))
