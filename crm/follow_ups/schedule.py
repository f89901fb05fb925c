"""Follow-ups of a trial: due on the 3rd, 7th and 14th day after it started.

A `follow_up.done` that reached the person answers the latest one that is due on its day; what was
due before that one and is still open was missed: nobody calls once more about the 3rd day when the
14th was talked about. One that reached nobody answers nothing; a refusal closes everything that is
open. The end of the trial, death, restriction and erasure close what is left: nobody is called who
must not be called.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from campaigns.events.care import FollowUpDone, TrialEnded, TrialStarted
from campaigns.times import shanghai_day
from crm.components.evaluation import PersonView
from crm.consents.uses import Standing, may_follow_up
from crm.journal.logged_event import LoggedEvent

FOLLOW_UP_DAYS = (3, 7, 14)

FollowUpState = Literal["open", "done", "missed", "closed"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One call or visit that a trial asks for."""

    trial_id: str
    card_id: str
    number: int
    """1, 2 or 3."""
    due_on: date
    state: FollowUpState
    sku: str
    """What is on trial."""
    answered_on: date | None = None
    """When the person was reached about it."""


def follow_ups(person: PersonView) -> Iterator[FollowUp]:
    """Every follow-up of a person's trials."""
    events = [event for card in person.cards for event in card.events]
    ended = {e.data.trial_id: e.order for e in events if isinstance(e.data, TrialEnded)}
    calls = sorted(
        (event for event in events if isinstance(event.data, FollowUpDone)),
        key=lambda event: event.order,
    )
    gone = not may_follow_up(Standing(person.restricted, person.deceased))
    erased = {card.card_id for card in person.cards if card.erased}
    for event in events:
        if isinstance(event.data, TrialStarted):
            ends = ended.get(event.data.trial_id)
            is_over = gone or event.data.card_id in erased or ends is not None
            # What was said after its end was not said of this trial.
            own = [call for call in calls if ends is None or call.order <= ends]
            yield from _of_trial(event, event.data, own, is_over=is_over)


def _of_trial(
    started: LoggedEvent, trial: TrialStarted, calls: list[LoggedEvent], *, is_over: bool
) -> Iterator[FollowUp]:
    first_day = shanghai_day(started.starts_us)
    due = {
        number: first_day + timedelta(days=days) for number, days in enumerate(FOLLOW_UP_DAYS, 1)
    }
    states: dict[int, FollowUpState] = dict.fromkeys(due, "open")
    answered: dict[int, date] = {}
    for call in calls:
        assert isinstance(call.data, FollowUpDone)
        if call.order < started.order or call.data.outcome == "not_reached":
            continue
        if call.data.outcome == "refused":
            is_over = True
            break
        day = shanghai_day(call.starts_us)
        asked = [number for number in due if states[number] == "open" and due[number] <= day]
        if asked:
            states |= dict.fromkeys(asked, "missed")
            states[asked[-1]] = "done"
            answered[asked[-1]] = day
    for number, due_on in due.items():
        state = states[number]
        if state == "open" and is_over:
            state = "closed"
        on = answered.get(number)
        yield FollowUp(trial.trial_id, trial.card_id, number, due_on, state, trial.sku, on)


def due_now(calls: Iterable[FollowUp], day: date) -> list[FollowUp]:
    """Of each trial the latest one that is due on a day or before; what came before it is past."""
    latest: dict[str, FollowUp] = {}
    for call in sorted(calls, key=lambda call: (call.due_on, call.number)):
        if call.due_on <= day:
            latest[call.trial_id] = call
    found = [call for call in latest.values() if call.state == "open"]
    return sorted(found, key=lambda call: (call.due_on, call.trial_id, call.number))
