"""Which call answers which follow-up of a trial."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import CheckedEvent, check
from campaigns.times import DAY_US, parse_instant_us, rfc3339, shanghai_day
from crm.cards.card import fold_card
from crm.components.evaluation import PersonView
from crm.follow_ups.schedule import FollowUp, due_now, follow_ups, open_by_row
from crm.journal.logged_event import LoggedEvent
from tests.examples import Wire, a_card, an_event, written

START = "2026-08-20T09:00:00+08:00"
"""Due are 23 and 27 August and 3 September."""
OUTCOMES = ("reached", "not_reached", "refused")
RECEIVED_US = parse_instant_us(START) + 200 * DAY_US


def logged(event: Wire, role: str = "staff", *, by_row: bool = False) -> LoggedEvent:
    found = check(written(event), RECEIVED_US)
    assert isinstance(found, CheckedEvent), found
    data = msgspec.convert({**found.plain, **found.personal}, CATALOGUE[found.type_name])
    order = (found.starts_us, 0, found.source, found.id)
    return LoggedEvent(
        0, found.source, found.id, found.type_name, found.subject, found.time, found.starts_us,
        False, order, RECEIVED_US, found.source, role, None, data, by_row=by_row,
    )  # fmt: skip


def call(day: int, outcome: str) -> LoggedEvent:
    """A call some days after the start, in the afternoon."""
    at = rfc3339(parse_instant_us(START) + day * DAY_US + DAY_US // 4)
    data = {"card_id": "card-1", "channel": "phone", "outcome": outcome}
    return logged(an_event("follow_up.done", data, id=f"c{day}-{outcome}", time=at))


TRIAL = logged(
    an_event("trial.started", {"trial_id": "T", "card_id": "card-1", "sku": "JX-B4"}, time=START)
)
COMPANYS = logged(a_card(attributes={"time": START}))


def said_by(call: LoggedEvent, role: str, *, by_row: bool = False) -> LoggedEvent:
    return msgspec.structs.replace(call, role=role, by_row=by_row)


def scheduled(
    *calls: LoggedEvent, erased: bool = False, registered: LoggedEvent = COMPANYS
) -> list[FollowUp]:
    found = []
    for order in permutations(calls):
        events = [TRIAL, *order]
        card = fold_card(registered, sorted(events, key=lambda each: each.order), erased=erased)
        person = PersonView(
            "p", "h", (card,), deceased=False, restricted=False, consents=((),), shared=()
        )
        found.append(list(follow_ups(person)))
    assert all(each == found[0] for each in found), "the order of arrival showed"
    return found[0]


def states(calls: list[FollowUp]) -> list[str]:
    return [each.state for each in calls]


def test_a_call_answers_the_latest_that_is_due_and_what_was_due_before_is_missed() -> None:
    calls = scheduled(call(14, "reached"))
    assert states(calls) == ["missed", "missed", "done"]
    assert [each.answered_on for each in calls] == [None, None, date(2026, 9, 3)]
    assert due_now(calls, date(2026, 11, 29)) == []


def test_each_of_three_calls_answers_its_own() -> None:
    calls = scheduled(call(3, "reached"), call(8, "reached"), call(14, "reached"))
    assert states(calls) == ["done", "done", "done"]
    assert calls[1].answered_on == date(2026, 8, 28)


def test_a_second_call_about_the_same_answers_nothing_more() -> None:
    assert states(scheduled(call(7, "reached"), call(8, "reached"))) == ["missed", "done", "open"]


def test_a_call_before_any_is_due_and_one_that_reached_nobody_answer_nothing() -> None:
    calls = scheduled(call(1, "reached"), call(7, "not_reached"))
    assert states(calls) == ["open", "open", "open"]


def test_of_what_is_open_the_latest_is_due_alone() -> None:
    calls = scheduled()
    assert [each.number for each in due_now(calls, date(2026, 8, 22))] == []
    assert [each.number for each in due_now(calls, date(2026, 8, 28))] == [2]
    assert [each.number for each in due_now(calls, date(2026, 11, 29))] == [3]


def test_a_refusal_and_an_erasure_close_what_is_open() -> None:
    assert states(scheduled(call(3, "reached"), call(5, "refused"))) == ["done", "closed", "closed"]
    assert states(scheduled(erased=True)) == ["closed", "closed", "closed"]


def test_a_call_after_the_end_of_a_trial_answers_nothing_of_it() -> None:
    end = an_event(
        "trial.ended",
        {"trial_id": "T", "card_id": "card-1", "outcome": "satisfied"},
        id="end",
        time="2026-08-25T09:00:00+08:00",
    )
    calls = scheduled(call(3, "reached"), call(14, "reached"), logged(end))
    assert states(calls) == ["done", "closed", "closed"]
    assert states(scheduled(call(14, "reached"), logged(end))) == ["closed", "closed", "closed"]


@pytest.mark.parametrize("outcome", ["reached", "refused"])
def test_a_word_of_a_dealer_answers_calls_about_its_own_card_or_by_a_row_alone(
    outcome: str,
) -> None:
    """A card of its own that names a person is no word on calls that others are to make."""
    word = call(14, outcome)
    answered = states(scheduled(word))
    assert answered != ["open"] * 3
    own, foreign = said_by(COMPANYS, "dealer/D1"), said_by(COMPANYS, "dealer/D2")
    by_d1, by_row = said_by(word, "dealer/D1"), said_by(word, "dealer/D1", by_row=True)
    for registered in (COMPANYS, foreign):
        assert states(scheduled(by_d1, registered=registered)) == ["open"] * 3
    for registered, said in ((own, by_d1), (COMPANYS, by_row), (foreign, by_row), (own, word)):
        assert states(scheduled(said, registered=registered)) == answered


def told(event: LoggedEvent) -> dict[str, Any]:
    """As a row of a dealer's copy tells it."""
    said = msgspec.to_builtins(event.data)
    codes = {name: said[name] for name in ("trial_id", "sku", "outcome", "channel") if name in said}
    return {"type": event.type_name, "time": event.time, "timeprecision": "second", **codes}


@given(
    st.lists(st.tuples(st.integers(-1, 20), st.sampled_from(OUTCOMES)), max_size=6, unique=True),
    st.integers(-2, 30),
    st.booleans(),
)
def test_a_row_that_holds_all_asks_for_the_call_that_is_due(
    said: list[tuple[int, str]], after: int, ends: bool
) -> None:
    calls = [call(*each) for each in said]
    end = {"trial_id": "T", "card_id": "card-1", "outcome": "satisfied"}
    calls += [logged(an_event("trial.ended", end, id="end", time=START))] if ends else []
    day = shanghai_day(parse_instant_us(START)) + timedelta(days=after)
    card = fold_card(COMPANYS, sorted([TRIAL, *calls], key=lambda e: e.order), erased=False)
    person = PersonView(
        "p", "h", (card,), deceased=False, restricted=False, consents=((),), shared=()
    )
    due = [(each.number, each.due_on) for each in due_now(list(follow_ups(person)), day)]
    history = [told(event) for event in card.events[1:]]
    assert open_by_row(history, day) == (due[0] if due else None)


def test_of_a_trial_of_which_a_row_does_not_tell_which_it_is_no_call_is_asked() -> None:
    item = {name: value for name, value in told(TRIAL).items() if name not in ("trial_id", "sku")}
    assert open_by_row([item], date(2026, 11, 29)) is None


def test_of_a_trial_of_a_day_alone_the_calls_go_by_that_day() -> None:
    late = {**told(TRIAL), "time": "2026-08-20T23:30:00+08:00", "timeprecision": "day"}
    assert open_by_row([late], date(2026, 8, 23)) == (1, date(2026, 8, 23))
    assert open_by_row([late], date(2026, 8, 22)) is None
