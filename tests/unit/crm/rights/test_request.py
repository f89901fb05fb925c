"""The clock of a request, what may close it, and in which order requests are shown."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.rights.request import (
    ANSWER_WORKING_DAYS,
    ASKERS,
    CLOSED,
    DONE_BY,
    HAS_DIED,
    KINDS,
    NEEDS_EVENT,
    NEEDS_REASON,
    NOT_DECEASED,
    AskedBy,
    Closing,
    Request,
    Step,
    bar_of,
    by_urgency,
    doubt_of,
    due_on,
    fault_of,
)
from crm.rights.working_days import after, is_provisional

NOTHING: frozenset[str] = frozenset()
GRANTED, REFUSED = Closing("granted"), Closing("refused", "other")


def a_request(kind: str = "copy", **fields: object) -> Request:
    asked = Request("r1", "copy", "C1", "self", "phone", date(2026, 5, 4), date(2026, 5, 25), None)
    return replace(asked, kind=kind, **fields)  # type: ignore[arg-type]


def closed_by(outcome: str) -> tuple[Step, ...]:
    return (Step(0, "a", outcome, None, None, None, None),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-09", "2026-03-30"),  # a Monday, and no holiday on the way
        ("2026-03-13", "2026-04-03"),  # a Friday
        ("2026-03-14", "2026-04-03"),  # a Saturday
        ("2026-05-04", "2026-05-25"),  # off until the fifth; Saturday the ninth is worked for it
        ("2026-05-08", "2026-05-28"),
        ("2026-05-09", "2026-05-29"),
        ("2026-02-06", "2026-03-05"),  # nine days of Spring Festival, two Saturdays worked
        ("2025-09-26", "2025-10-23"),  # National Day and Mid-Autumn in one
    ],
)
def test_an_answer_is_due_on_the_fifteenth_working_day(received: str, due: str) -> None:
    assert due_on(date.fromisoformat(received)) == date.fromisoformat(due)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_whoever_asks_a_day_later_is_not_answered_earlier(day: date) -> None:
    last = due_on(day)
    assert last <= due_on(day + timedelta(days=1))
    assert (last - day).days >= ANSWER_WORKING_DAYS
    assert after(last, 0) == last and after(day, ANSWER_WORKING_DAYS - 1) < last


def test_a_day_is_provisional_while_a_year_on_the_way_is_not_announced() -> None:
    far = date(2090, 12, 30)
    assert not is_provisional(date(2025, 12, 1), date(2026, 1, 20))
    assert is_provisional(date(2026, 11, 1), date(2090, 1, 2))
    assert is_provisional(far, far)
    request = a_request(received_on=far, due_on=due_on(far))
    assert request.is_provisional
    assert not replace(request, steps=closed_by("granted")).is_provisional


def test_new_years_day_may_make_a_weekend_of_the_old_year_a_workday() -> None:
    assert after(date(2011, 12, 30), 1) == date(2011, 12, 31)
    assert not is_provisional(date(2026, 12, 1), date(2026, 12, 24))


def test_a_request_is_overdue_after_its_last_day_and_until_it_is_closed() -> None:
    request = a_request()
    assert not request.is_overdue(date(2026, 5, 25))
    assert request.is_overdue(date(2026, 5, 26))
    assert not a_request(steps=closed_by("granted")).is_overdue(date(2026, 5, 26))


def test_a_refusal_needs_a_reason() -> None:
    assert fault_of(a_request(), Closing("refused"), deceased=False, events=NOTHING) == NEEDS_REASON
    assert fault_of(a_request(), REFUSED, deceased=False, events=NOTHING) is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_changes_data_is_granted_only_with_the_event_that_did_it(kind: str) -> None:
    request, needed = a_request(kind), DONE_BY.get(kind)  # type: ignore[call-overload]
    told = fault_of(request, GRANTED, deceased=False, events=NOTHING)
    assert told == (None if needed is None else NEEDS_EVENT)
    if needed is not None:
        done = frozenset({needed})
        assert fault_of(request, GRANTED, deceased=False, events=done) is None
        other = frozenset({"club.joined"})
        assert fault_of(request, GRANTED, deceased=False, events=other) == NEEDS_EVENT


def test_an_event_that_is_named_must_be_one_of_the_person() -> None:
    named = Closing("granted", event=("/hq", "e1"))
    assert fault_of(a_request(), named, deceased=False, events=NOTHING) == NEEDS_EVENT
    told = fault_of(a_request(), named, deceased=False, events=frozenset({"club.joined"}))
    assert told is None


@pytest.mark.parametrize("asked_by", ASKERS)
def test_who_speaks_for_the_living_is_looked_at_again_after_the_death_and_a_relative_before_it(
    asked_by: AskedBy,
) -> None:
    is_relative = asked_by == "relative"
    assert doubt_of(asked_by, deceased=True) == (None if is_relative else HAS_DIED)
    assert doubt_of(asked_by, deceased=False) == (NOT_DECEASED if is_relative else None)


def test_a_relative_is_granted_something_only_after_a_death_and_may_always_be_refused() -> None:
    request = a_request(asked_by="relative")
    assert fault_of(request, GRANTED, deceased=False, events=NOTHING) == NOT_DECEASED
    assert fault_of(request, GRANTED, deceased=True, events=NOTHING) is None
    assert fault_of(request, REFUSED, deceased=False, events=NOTHING) is None


def test_a_closed_request_is_never_closed_again() -> None:
    request = a_request(steps=closed_by("refused"))
    for closing in (GRANTED, REFUSED):
        assert fault_of(request, closing, deceased=True, events=NOTHING) == CLOSED


def test_overdue_ones_come_first_then_by_the_day_they_are_due_and_closed_ones_last() -> None:
    today = date(2026, 6, 1)
    late = a_request(request_id="late")
    soon = a_request(request_id="soon", due_on=date(2026, 6, 2))
    later = a_request(request_id="later", due_on=date(2026, 6, 9))
    done = a_request(request_id="done", steps=closed_by("granted"))
    ordered = sorted((done, later, soon, late), key=lambda each: by_urgency(each, today))
    assert [each.request_id for each in ordered] == ["late", "soon", "later", "done"]


def test_whoever_changed_their_mind_takes_a_request_back_without_reason_or_event() -> None:
    for asked_by in ("self", "relative"):
        request = a_request("erase", asked_by=asked_by)
        assert fault_of(request, Closing("taken_back"), deceased=False, events=NOTHING) is None


def test_whom_the_person_authorised_may_be_granted_it_while_the_person_lives() -> None:
    assert bar_of("agent", deceased=False) is None
    assert doubt_of("agent", deceased=True) == HAS_DIED
