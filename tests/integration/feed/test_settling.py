"""Nothing of a copy leaves while the company knows that it may be wrong."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from campaigns.intake import HEADQUARTERS
from campaigns.times import DAY_US
from crm.clock import now_us
from crm.copies.change_log import be_quiet_until
from crm.feed.settling import NotSettled, accepted_so_far, must_be_settled
from crm.intake.accept import EventIntake
from crm.journal.checkpoints import count_transaction
from crm.journal.dead_letters import add_dead_letter
from crm.journal.events import last_position
from crm.storage.database import reading, writing
from crm.web.api import dealer_visit
from crm.web.pages.status import HELD_BACK
from streams.running.outbox_store import OutboxStore
from tests.integration.feed.dealers import (
    Company,
    DealerSystem,
    card,
    consent,
    contract_end,
    event,
    shared,
    withdrawal,
)
from tests.integration.web.sites import PASSWORD, sign_in, today


@pytest.fixture
def dealer(company: Company) -> DealerSystem:
    """A dealer whose copy holds one row that it has not fetched."""
    company.take(*shared("c1", "D1"), *shared("c2", "D1", "李秀兰"))
    return company.dealer("D1")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company's side does not wait long before it answers that nothing leaves."""
    monkeypatch.setattr(dealer_visit, "PATIENCE_SECONDS", 0.1)


ASKING: dict[str, Callable[[DealerSystem], Any]] = {
    "changes": lambda dealer: dealer.client.get("/v1/dealer/changes"),
    "rows": lambda dealer: dealer.client.post("/v1/dealer/rows", json={"keys": ["0" * 64]}),
    "buckets": lambda dealer: dealer.client.get("/v1/dealer/buckets"),
    "hashes": lambda dealer: dealer.client.get("/v1/dealer/buckets", params={"rows": "true"}),
    "acknowledge": lambda dealer: dealer.acknowledge(),
}


def assert_nothing_leaves(answer: Any) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert "not_settled" in answer.json()["detail"]
    assert "identity" not in answer.text


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("asked", ASKING)
def test_a_withdrawal_that_is_not_recorded_holds_everything_back(
    company: Company, dealer: DealerSystem, asked: str
) -> None:
    company.accept(withdrawal("c1", "D1"))
    assert_nothing_leaves(ASKING[asked](dealer))
    company.work()
    assert ASKING[asked](dealer).status_code == 200


TAKING_BACK = (
    *("refusal", "erasure", "end of a contract", "void", "same", "different", "undecided"),
)


def taking_back() -> dict[str, dict[str, Any]]:
    pair = {"card_id": "c1", "other_card_id": "c2"}
    reasoned = {**pair, "reason_code": "asked"}
    refusal = {"card_id": "c1", "purpose": "share_with_dealer", "dealer": "D1"}
    return {
        "refusal": event("consent.refused", "card/c1", refusal),
        "erasure": event("card.erased", "card/c1", {"card_id": "c1", "reason_code": "request"}),
        "end of a contract": contract_end("D1", today() - timedelta(days=1)),
        "void": event(
            "event.voided",
            "card/c1",
            {"of_source": "/hq/console", "of_id": "x", "reason_code": "typed_wrong"},
        ),
        "same": event("identity.same", "card/c1", reasoned),
        "different": event("identity.different", "card/c1", reasoned),
        "undecided": event("identity.undecided", "card/c1", pair),
    }


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", TAKING_BACK)
def test_whatever_may_take_something_back_holds_everything_back(
    company: Company, dealer: DealerSystem, name: str
) -> None:
    found = taking_back()
    assert tuple(found) == TAKING_BACK
    company.accept(found[name])
    assert_nothing_leaves(dealer.client.get("/v1/dealer/changes"))


def test_what_takes_nothing_back_holds_nothing_back(company: Company, dealer: DealerSystem) -> None:
    company.accept(event("person.deceased", "card/c1", {"card_id": "c1"}))
    assert len(dealer.lines(after=0)) == 3


@pytest.mark.usefixtures("impatient")
def test_what_may_narrow_a_right_holds_everything_back(
    company: Company, dealer: DealerSystem
) -> None:
    company.accept(consent("c1", "D1"))
    assert_nothing_leaves(dealer.client.get("/v1/dealer/changes"))
    company.work()
    company.accept(card("c3"))
    assert_nothing_leaves(dealer.client.get("/v1/dealer/changes"))


def test_it_is_waited_for_a_recording_that_comes_soon(
    company: Company, dealer: DealerSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Soon is what a busy machine calls so.
    monkeypatch.setattr(dealer_visit, "PATIENCE_SECONDS", 60.0)
    company.accept(withdrawal("c1", "D1"))
    recording = threading.Timer(0.3, company.work)
    recording.start()
    *changes, _ = dealer.lines(after=0)
    recording.join()
    assert sorted(each["kind"] for each in changes) == ["upsert", "withdraw"]


@pytest.mark.usefixtures("impatient")
def test_what_waits_in_the_outbox_holds_everything_back(
    company: Company, dealer: DealerSystem
) -> None:
    site = company.running.site
    line = orjson.dumps(withdrawal("c1", "D1"))
    (receipt,) = EventIntake(site.engine, site.keyring, OutboxStore()).accept([line], HEADQUARTERS)
    assert receipt.status == "accepted"
    assert_nothing_leaves(dealer.client.get("/v1/dealer/changes"))
    company.accept(orjson.loads(line))
    company.work()
    assert len(dealer.lines(after=0)) == 3


def fail(company: Company, said: dict[str, Any]) -> None:
    """The event is taken in and cannot be recorded."""
    company.accept(said)
    with writing(company.running.site.engine) as connection:
        position = last_position(connection)
        add_dead_letter(connection, position, said["subject"], ValueError(), now_us())
        count_transaction(connection, now_us())
    company.work()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ["refusal", "erasure", "end of a contract"])
def test_what_could_not_be_recorded_holds_back_what_goes_to_whom_it_concerns(
    company: Company, dealer: DealerSystem, name: str
) -> None:
    company.take(*shared("c9", "D2", "赵桂芳", "310115"))
    fail(company, taking_back()[name])
    assert_nothing_leaves(dealer.client.get("/v1/dealer/changes"))
    assert len(company.dealer("D2").lines(after=0)) == 2


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ["void", "same", "different", "undecided"])
def test_what_could_not_be_recorded_and_may_concern_anybody_holds_everything_back(
    company: Company, dealer: DealerSystem, name: str
) -> None:
    fail(company, taking_back()[name])
    for each in (dealer, company.dealer("D2")):
        assert_nothing_leaves(each.client.get("/v1/dealer/changes"))


@pytest.mark.usefixtures("impatient")
def test_a_refusal_on_another_card_of_the_person_holds_back_the_persons_row(
    company: Company, dealer: DealerSystem
) -> None:
    pair = {"card_id": "c1", "other_card_id": "c8", "reason_code": "asked"}
    company.take(card("c8", "王桂英"), event("identity.same", "card/c1", pair))
    fail(company, withdrawal("c8", "D1"))
    assert_nothing_leaves(dealer.client.get("/v1/dealer/changes"))


def test_headquarters_sees_at_once_that_copies_are_held_back(company: Company) -> None:
    company.take(*shared("c1", "D1"))
    company.running.user("office", "headquarters")
    office = company.client(None)
    sign_in(office, "office", PASSWORD)
    for path in ("/", "/status"):
        assert HELD_BACK not in office.get(path).text
    fail(company, withdrawal("c1", "D1"))
    for path in ("/", "/status"):
        assert HELD_BACK in office.get(path).text


@pytest.mark.usefixtures("impatient")
def test_nothing_leaves_during_a_rebuild(company: Company, dealer: DealerSystem) -> None:
    with writing(company.running.site.engine) as connection:
        be_quiet_until(connection, last_position(connection) + 1)
    assert_nothing_leaves(dealer.client.get("/v1/dealer/changes"))


@pytest.mark.usefixtures("impatient")
def test_nothing_leaves_before_the_new_day_is_recorded(
    company: Company, dealer: DealerSystem
) -> None:
    tomorrow = now_us() + DAY_US
    object.__setattr__(company.running.site, "now_us", lambda: tomorrow)
    assert_nothing_leaves(dealer.client.get("/v1/dealer/changes"))


def test_what_was_taken_in_after_a_request_does_not_keep_it_waiting_for_ever(
    company: Company, dealer: DealerSystem
) -> None:
    with reading(company.running.site.engine) as connection:
        from_before = accepted_so_far(connection)
    company.accept(withdrawal("c1", "D1"))
    with writing(company.running.site.engine) as connection:
        must_be_settled(connection, today(), from_before)
        with pytest.raises(NotSettled):
            must_be_settled(connection, today())
