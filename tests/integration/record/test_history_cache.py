"""Histories are read once, kept within bounds, and never forget what was learned."""

from collections.abc import Iterator, Sequence
from unittest import mock

import pytest

from campaigns.intake import HEADQUARTERS
from crm.components.histories import HistoryCache, SharedFacts
from crm.journal.events import decode, rows_after
from crm.journal.logged_event import LoggedEvent
from crm.storage.database import reading
from tests.examples import a_card, an_event, written
from tests.installations import Installation, clock

ENROLLED = {
    "member": "M1",
    "kind": "consumer",
    "dealer": "D1",
    "card_id": "b",
    "person": {"name": "李建国"},
    "contact": {"phones": []},
}


@pytest.fixture
def installation() -> Iterator[Installation]:
    """An installation whose journal holds two cards, one of them with three events."""
    events = [
        a_card("a"),
        a_card("b"),
        an_event("person.deceased", {"card_id": "a"}, id="e-3"),
        an_event("person.deceased", {"card_id": "a"}, id="e-4"),
        an_event("member.enrolled", ENROLLED),
    ]
    with clock(), Installation() as here:
        receipts = here.intake.accept([written(event) for event in events], HEADQUARTERS)
        assert {receipt.status for receipt in receipts} == {"accepted"}
        yield here


def journaled(installation: Installation) -> list[LoggedEvent]:
    with reading(installation.engine) as connection:
        return decode(rows_after(connection, 0, 100), installation.keyring)


def positions(
    installation: Installation, cache: HistoryCache, subjects: Sequence[str]
) -> dict[str, list[int]]:
    with reading(installation.engine) as connection:
        found = cache.histories(connection, subjects)
        return {subject: [event.position for event in events] for subject, events in found.items()}


def test_a_history_holds_what_was_read_and_what_was_learned(installation: Installation) -> None:
    events = journaled(installation)
    cache = HistoryCache(installation.keyring)
    cache.learn(events[:2], 2)
    assert positions(installation, cache, ["card/a"]) == {"card/a": [1]}
    cache.learn(events[2:], 5)
    assert positions(installation, cache, ["card/a", "card/b"]) == {
        "card/a": [1, 3, 4],
        "card/b": [2],
    }


def test_what_comes_after_the_chunk_is_not_seen(installation: Installation) -> None:
    cache = HistoryCache(installation.keyring)
    cache.learn(journaled(installation)[:3], 3)
    assert positions(installation, cache, ["card/a"]) == {"card/a": [1, 3]}


def test_an_event_out_of_the_dead_letters_takes_its_place(installation: Installation) -> None:
    cache = HistoryCache(installation.keyring)
    cache.learn(journaled(installation)[2:3], 5)
    assert positions(installation, cache, ["card/a"]) == {"card/a": [1, 3, 4]}


def test_what_could_not_be_recorded_is_left_out(installation: Installation) -> None:
    cache = HistoryCache(installation.keyring, frozenset({3}))
    cache.learn(journaled(installation)[3:], 5)
    assert positions(installation, cache, ["card/a"]) == {"card/a": [1, 4]}


def test_what_is_at_hand_is_not_read_again(installation: Installation) -> None:
    cache = HistoryCache(installation.keyring)
    cache.learn(journaled(installation), 5)
    positions(installation, cache, ["card/a"])
    with mock.patch(
        "crm.components.histories.rows_of_subjects", side_effect=AssertionError("read again")
    ):
        assert positions(installation, cache, ["card/a"]) == {"card/a": [1, 3, 4]}


def test_after_a_failure_everything_is_read_again(installation: Installation) -> None:
    events = journaled(installation)
    cache = HistoryCache(installation.keyring)
    cache.learn(events, 5)
    positions(installation, cache, ["card/a"])
    cache.forget_everything()
    cache.learn(events[:1], 1)
    assert positions(installation, cache, ["card/a"]) == {"card/a": [1]}


def test_no_more_is_kept_than_the_bound_allows(installation: Installation) -> None:
    cache = HistoryCache(installation.keyring)
    cache.learn(journaled(installation), 5)
    with mock.patch("crm.components.histories.EVENTS_AT_HAND", 1):
        positions(installation, cache, ["card/a"])
        positions(installation, cache, ["card/b"])
    assert list(cache._events) == ["card/b"]
    assert positions(installation, cache, ["card/a"]) == {"card/a": [1, 3, 4]}


def test_facts_as_of_an_event_do_not_know_what_came_later(installation: Installation) -> None:
    cache = HistoryCache(installation.keyring)
    cache.learn(journaled(installation), 5)
    with reading(installation.engine) as connection:
        facts = SharedFacts(cache, connection)
        changed = {"member/M1": 5}
        assert facts.member("M1") is not None
        assert facts.as_of(4, changed).member("M1") is None
        assert facts.as_of(5, changed).member("M1") is facts.member("M1")


def test_contracts_without_an_event_are_those_from_before_it(installation: Installation) -> None:
    contract = {
        "contract_id": "C1",
        "dealer": "D1",
        "name": "一号经销商",
        "regions": ["130000"],
        "kind": "exclusive",
        "starts_on": "2026-05-01",
    }
    event = an_event("dealer.contracted", contract, id="e-6")
    (receipt,) = installation.intake.accept([written(event)], HEADQUARTERS)
    assert receipt.status == "accepted"
    events = journaled(installation)
    cache = HistoryCache(installation.keyring)
    cache.learn(events, 6)
    with reading(installation.engine) as connection:
        facts = SharedFacts(cache, connection)
        assert facts.contracts_without(events[5:]) == ()
        assert [fact.data.contract_id for fact in facts.all_contracts()] == ["C1"]
