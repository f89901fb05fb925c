"""Follow-ups of a trial: due on the 3rd, 7th and 14th day after it started.

A `follow_up.done` that reached the person answers the latest one that is due on its day; what was
due before that one and is still open was missed: nobody calls once more about the 3rd day when the
14th was talked about. One that reached nobody answers nothing; a refusal closes everything that is
open. The end of the trial, death, restriction and erasure close what is left: nobody is called who
must not be called.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from campaigns.events.care import FollowUpDone, TrialEnded, TrialStarted
from campaigns.times import day_start_us, parse_instant_us, shanghai_day
from crm.components.evaluation import PersonView
from crm.consents.uses import Standing, may_follow_up
from crm.journal.logged_event import LoggedEvent

FOLLOW_UP_DAYS = (3, 7, 14)
LAPSES_AFTER_DAYS = 90
"""What nobody saw to for so long since it was due, or put off to, is no call of today any more: a
firm that brings in trials of last year has not all of them to call."""

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


@dataclass(frozen=True, slots=True)
class Call:
    """How a call went. at: when it was, in µs."""

    at_us: int
    outcome: str


def has_lapsed(due_on: date, day: date) -> bool:
    """Whether what was due on a day is on another no call of that day any more."""
    return due_on <= day - timedelta(days=LAPSES_AFTER_DAYS)


def follow_ups(person: PersonView) -> Iterator[FollowUp]:
    """Every follow-up of a person's trials."""
    events = [event for card in person.cards for event in card.events]
    ended = {e.data.trial_id: e.order for e in events if isinstance(e.data, TrialEnded)}
    calls = sorted(
        (event for event in events if isinstance(event.data, FollowUpDone)),
        key=lambda event: event.order,
    )
    gone = not may_follow_up(Standing(person.restricted, person.deceased))
    registered = {card.card_id: card.events[0] for card in person.cards}
    erased = {card.card_id for card in person.cards if card.erased}
    for event in events:
        if isinstance(event.data, TrialStarted):
            trial, ends = event.data, ended.get(event.data.trial_id)
            is_over = gone or trial.card_id in erased or ends is not None
            own = [
                Call(call.starts_us, call.data.outcome)
                for call in calls
                if isinstance(call.data, FollowUpDone)
                # What was said before it or after its end was not said of this trial.
                and event.order <= call.order
                and (ends is None or call.order <= ends)
                and _may_answer(call, registered[trial.card_id])
            ]
            for number, due_on, state, on in _of_trial(event.starts_us, own, is_over=is_over):
                yield FollowUp(trial.trial_id, trial.card_id, number, due_on, state, trial.sku, on)


def _may_answer(call: LoggedEvent, registered: LoggedEvent) -> bool:
    """Whether a word on a call is one about the trials of a card.

    Of a dealer: where the card is its own, or it named the person by a row of its copy. Whoever
    writes a card of its own about somebody silences nobody else's calls.
    """
    return call.by_row or registered.is_open_to(call)


def open_by_row(history: Iterable[Mapping[str, Any]], day: date) -> tuple[int, date] | None:
    """(number, due on) of the call that became due last on a day, of the trials that a row of a
    dealer's copy holds, by what the row says alone; None where none is open.

    What others said elsewhere of the person shows in no dealer's list.
    """
    items = [(_starts_us(item), item) for item in history]
    ended = {item.get("trial_id") for _, item in items if item["type"] == "trial.ended"}
    calls = [
        Call(at_us, item["outcome"])
        for at_us, item in items
        if item["type"] == "follow_up.done" and "outcome" in item
    ]
    found = []
    for at_us, item in items:
        # At another dealer's activity a row tells that there was a trial, and not which.
        if item["type"] == "trial.started" and item.get("trial_id", None) not in {None, *ended}:
            own = [call for call in calls if call.at_us >= at_us]
            found += [
                (due_on, number)
                for number, due_on, state, _ in _of_trial(at_us, own, is_over=False)
                if state == "open" and due_on <= day
            ]
    return max(found)[::-1] if found else None


def _starts_us(item: Mapping[str, Any]) -> int:
    at_us = parse_instant_us(item["time"])
    return day_start_us(shanghai_day(at_us)) if item["timeprecision"] == "day" else at_us


def _of_trial(
    started_us: int, calls: Iterable[Call], *, is_over: bool
) -> Iterator[tuple[int, date, FollowUpState, date | None]]:
    """(number, due on, state, answered on) by the calls since it started, in their order."""
    first_day = shanghai_day(started_us)
    due = {
        number: first_day + timedelta(days=days) for number, days in enumerate(FOLLOW_UP_DAYS, 1)
    }
    states: dict[int, FollowUpState] = dict.fromkeys(due, "open")
    answered: dict[int, date] = {}
    for call in calls:
        if call.outcome == "not_reached":
            continue
        if call.outcome == "refused":
            is_over = True
            break
        day = shanghai_day(call.at_us)
        asked = [number for number in due if states[number] == "open" and due[number] <= day]
        if asked:
            states |= dict.fromkeys(asked, "missed")
            states[asked[-1]] = "done"
            answered[asked[-1]] = day
    for number, due_on in due.items():
        state = states[number]
        yield (
            number,
            due_on,
            "closed" if state == "open" and is_over else state,
            answered.get(number),
        )


def due_now(calls: Iterable[FollowUp], day: date) -> list[FollowUp]:
    """Of each trial the latest one that is due on a day or before; what came before it is past."""
    latest: dict[str, FollowUp] = {}
    for call in sorted(calls, key=lambda call: (call.due_on, call.number)):
        if call.due_on <= day:
            latest[call.trial_id] = call
    found = [call for call in latest.values() if call.state == "open"]
    return sorted(found, key=lambda call: (call.due_on, call.trial_id, call.number))
