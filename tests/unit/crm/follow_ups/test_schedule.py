"""Which call answers which follow-up of a trial."""

from datetime import date
from itertools import permutations

import msgspec

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import CheckedEvent, check
from campaigns.times import DAY_US, parse_instant_us, rfc3339
from crm.cards.card import fold_card
from crm.components.evaluation import PersonView
from crm.follow_ups.schedule import FollowUp, due_now, follow_ups
from crm.journal.logged_event import LoggedEvent
from tests.examples import Wire, a_card, an_event, written

START = "2026-08-20T09:00:00+08:00"
"""Due are 23 and 27 August and 3 September."""
RECEIVED_US = parse_instant_us(START) + 200 * DAY_US


def logged(event: Wire) -> LoggedEvent:
    found = check(written(event), RECEIVED_US)
    assert isinstance(found, CheckedEvent), found
    data = msgspec.convert({**found.plain, **found.personal}, CATALOGUE[found.type_name])
    order = (found.starts_us, 0, found.source, found.id)
    return LoggedEvent(
        0, found.source, found.id, found.type_name, found.subject, found.time, found.starts_us,
        False, order, RECEIVED_US, found.source, "staff", None, data,
    )  # fmt: skip


def call(day: int, outcome: str) -> LoggedEvent:
    """A call some days after the start, in the afternoon."""
    at = rfc3339(parse_instant_us(START) + day * DAY_US + DAY_US // 4)
    data = {"card_id": "card-1", "channel": "phone", "outcome": outcome}
    return logged(an_event("follow_up.done", data, id=f"c{day}-{outcome}", time=at))


def scheduled(*calls: LoggedEvent, erased: bool = False) -> list[FollowUp]:
    trial = an_event(
        "trial.started", {"trial_id": "T", "card_id": "card-1", "sku": "JX-B4"}, time=START
    )
    registered = logged(a_card(attributes={"time": START}))
    found = []
    for order in permutations(calls):
        events = [logged(trial), *order]
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
