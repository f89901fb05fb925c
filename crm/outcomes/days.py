"""Which days are to be reached, which are to be taken back, and when a clock is doubted: pure.

Why, and what was left: docs/decisions/0019-who-may-say-what.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from campaigns.times import DAY_US, shanghai_day
from crm.journal.logged_event import LoggedEvent

BELIEVED = timedelta(days=7)
"""So far a clock may run ahead of everything that is known before it is doubted."""
FARTHEST_BACK = timedelta(days=366)
"""Days are made from the first event's on, but no longer before that was received than this: what
waits for a day waits for no more than months, and everything older acts on the first day made."""


def counts_from_us(starts_us: int, received_us: int) -> int:
    """The instant from which on an event asks for days, by when it was and when it came."""
    return max(starts_us, received_us - FARTHEST_BACK.days * DAY_US)


def day_taken_back(event: LoggedEvent) -> date | None:
    """The day that the CRM itself takes back with this event, if that is what it is."""
    if event.type_name != "event.voided" or event.role != "system":
        return None
    kind, _, day = event.subject.partition("/")
    return date.fromisoformat(day) if kind == "day" else None


@dataclass(frozen=True, slots=True)
class DayEvidence:
    """What anything but today's clock says of the days.

    first: the first day that an event asks for; since, to: the days that are reached.
    seen: the day on which the door last took something; confirmed: the last that headquarters
    confirmed.
    """

    first: date | None
    since: date | None
    to: date | None
    seen: date | None
    confirmed: date | None

    @property
    def newest(self) -> date | None:
        """The newest day that anything but today's clock speaks for."""
        return max(filter(None, (self.to, self.seen, self.confirmed)), default=None)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What is to be done for a clock that says `today`.

    reach: days to be made, in order. take_back: days to be taken back, the last one first.
    doubted: whether the days up to today wait until headquarters confirms the clock.
    """

    today: date
    reach: tuple[date, ...] = ()
    take_back: tuple[date, ...] = ()
    doubted: bool = False


def plan_days(evidence: DayEvidence, today: date) -> DayPlan:
    """The days that are due, as far as the clock is believed."""
    if evidence.first is None:
        return DayPlan(today)
    if today < evidence.first - timedelta(days=1):
        # Older than anything that happened: such a clock says nothing about any day.
        return DayPlan(today, doubted=True)
    if evidence.to is not None and today < evidence.to:
        return DayPlan(today, take_back=tuple(reversed(list(_days(today, evidence.to))[1:])))
    newest = evidence.newest
    doubted = newest is not None and today > newest + BELIEVED
    # Up to where other things speak for, and no further: each day made would speak for the next.
    until = newest if doubted and newest is not None else today
    reach = (
        day
        for day in _days(min(evidence.first, until), until)
        if evidence.since is None or evidence.to is None or not evidence.since <= day <= evidence.to
    )
    return DayPlan(today, tuple(reach), doubted=doubted)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def day_of(at_us: int | None) -> date | None:
    """The Shanghai day of an instant, where there is one."""
    return None if at_us is None else shanghai_day(at_us)
