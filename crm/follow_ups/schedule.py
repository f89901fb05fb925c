"""Follow-ups of a trial: due on the 3rd, 7th and 14th day after it started.

A follow-up is done by the first `follow_up.done` that reached the person on or after its day; one
that reached nobody leaves it open; a refusal closes everything that is open. The end of the trial,
death and restriction close what is left: nobody is called who must not be called.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from campaigns.events.care import FollowUpDone, TrialEnded, TrialStarted
from campaigns.times import shanghai_day
from crm.components.evaluation import PersonView
from crm.consents.uses import Standing, may_follow_up
from crm.journal.logged_event import LoggedEvent

FOLLOW_UP_DAYS = (3, 7, 14)

FollowUpState = Literal["open", "done", "closed"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One call or visit that a trial asks for."""

    trial_id: str
    card_id: str
    number: int
    """1, 2 or 3."""
    due_on: date
    state: FollowUpState


def follow_ups(person: PersonView) -> Iterator[FollowUp]:
    """Every follow-up of a person's trials."""
    events = [event for card in person.cards for event in card.events]
    ended = {e.data.trial_id: e for e in events if isinstance(e.data, TrialEnded)}
    calls = sorted(
        (event for event in events if isinstance(event.data, FollowUpDone)),
        key=lambda event: event.order,
    )
    gone = not may_follow_up(Standing(person.restricted, person.deceased))
    for event in events:
        if isinstance(event.data, TrialStarted):
            yield from _of_trial(event, ended.get(event.data.trial_id), calls, gone)


def _of_trial(
    started: LoggedEvent, ended: LoggedEvent | None, calls: list[LoggedEvent], gone: bool
) -> Iterator[FollowUp]:
    data = started.data
    assert isinstance(data, TrialStarted)
    first_day = shanghai_day(started.starts_us)
    used: set[int] = set()
    for number, days in enumerate(FOLLOW_UP_DAYS, start=1):
        due_on = first_day + timedelta(days=days)
        state = _state(due_on, started, ended, calls, used)
        if state == "open" and gone:
            state = "closed"
        yield FollowUp(data.trial_id, data.card_id, number, due_on, state)


def _state(
    due_on: date,
    started: LoggedEvent,
    ended: LoggedEvent | None,
    calls: list[LoggedEvent],
    used: set[int],
) -> FollowUpState:
    for place, call in enumerate(calls):
        assert isinstance(call.data, FollowUpDone)
        if call.order < started.order:
            continue
        if call.data.outcome == "refused":
            return "closed"
        if (
            call.data.outcome == "reached"
            and place not in used
            and shanghai_day(call.starts_us) >= due_on
        ):
            used.add(place)
            return "done"
    return "open" if ended is None else "closed"
