"""What dealers must give back: open until acknowledged, overdue after days; a change of dealers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.times import DAY_US, shanghai_day
from crm.accounts.roles import scope_of
from crm.clock import now_us
from crm.copies.recalls import OVERDUE_AFTER_DAYS, Recall
from crm.copies.row_keys import row_keys
from crm.copies.tables import COPY_ROW
from crm.feed.acknowledging import company_signer
from crm.feed.deletions import Confirming, confirm_deletions
from crm.feed.history import Sent, keep_sent, sent_up_to
from crm.feed.queries import last_sequence
from crm.feed.recall_queries import (
    HandOver,
    hand_over,
    open_recalls,
    people_of_hand_over,
    recall_counts,
)
from crm.feed.states import DealerState, dealer_states
from crm.feed.tables import COPY_SENT
from crm.people.queries import cards_of
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope, dealer_scope
from crm.storage.database import reading, writing
from tests.integration.feed.dealers import (
    Company,
    DealerSystem,
    consent,
    contract_end,
    event,
    shared,
    withdrawal,
)
from tests.integration.web.sites import today


def recalls(company: Company, **asked: Any) -> list[Recall]:
    with reading(company.running.site.engine) as connection:
        return open_recalls(HEADQUARTERS_SCOPE, connection, asked.pop("day", today()), **asked)


def state(company: Company, dealer: str = "D1") -> DealerState:
    with reading(company.running.site.engine) as connection:
        states = dealer_states(HEADQUARTERS_SCOPE, connection, today())
    return next(each for each in states if each.dealer == dealer)


def from_d1_to_d2(company: Company) -> HandOver:
    row_key = row_keys(company.running.site.keyring.secret("copies"))
    with reading(company.running.site.engine) as connection:
        return hand_over(HEADQUARTERS_SCOPE, connection, row_key, "D1", "D2")


def test_a_withdrawal_is_open_until_the_dealer_proves_that_its_copy_is_equal(
    company: Company,
) -> None:
    company.take(*shared("c1", "D1"), *shared("c2", "D1", "李秀兰"))
    dealer = company.dealer("D1")
    dealer.pull()
    dealer.acknowledge()
    company.take(withdrawal("c1", "D1"))
    (recall,) = recalls(company)
    assert (recall.dealer, recall.reason_class) == ("D1", "consent_ended")
    before = dealer.rows
    dealer.pull()
    assert dealer.acknowledge(rows=len(before)).json()["state"] == "different"
    assert recalls(company) == [recall]
    assert dealer.acknowledge().json()["state"] == "equal"
    assert recalls(company) == []


def test_a_row_that_never_left_is_no_recall_whatever_is_sent_afterwards(
    company: Company,
) -> None:
    company.take(*shared("c1", "D1"), *shared("c2", "D1", "李秀兰"))
    company.take(withdrawal("c1", "D1"))
    assert recalls(company) == []
    assert state(company).recalls.open == 0
    dealer = company.dealer("D1")
    assert len(dealer.lines(after=0, limit=1)) == 2
    dealer.pull(limit=1)
    company.dealer("D2").pull()
    assert recalls(company) == []
    company.take(withdrawal("c2", "D1"))
    assert len(recalls(company)) == 1


def test_what_left_for_another_dealer_opens_no_recall(company: Company) -> None:
    company.take(*shared("c1", "D1"), *shared("c2", "D2", "李秀兰", "310115"))
    company.dealer("D2").pull()
    company.take(withdrawal("c1", "D1"))
    assert recalls(company) == []


def by_key(dealer: DealerSystem, key: str) -> None:
    assert dealer.client.post("/v1/dealer/rows", json={"keys": [key]}).status_code == 200


def in_the_past(dealer: DealerSystem, key: str) -> None:
    """Pulled, and pulled again with the row's second word."""
    dealer.pull()


@pytest.mark.parametrize("fetch", [by_key, in_the_past])
def test_a_row_that_left_in_any_way_is_a_recall(
    company: Company, fetch: Callable[[DealerSystem, str], None]
) -> None:
    company.take(*shared("c1", "D1"))
    with reading(company.running.site.engine) as connection:
        key = connection.execute(select(COPY_ROW.c.key)).scalar_one()
    fetch(company.dealer("D1"), key)
    company.take(event("card.corrected", "card/c1", {"card_id": "c1", "region": "110101"}))
    company.take(withdrawal("c1", "D1"))
    (recall,) = recalls(company)
    assert recall.key == key


def test_what_left_before_it_was_kept_how_far_it_reached_counts_as_sent(
    company: Company,
) -> None:
    company.take(*shared("c1", "D1"))
    engine = company.running.site.engine
    with writing(engine) as connection:
        last = last_sequence(HEADQUARTERS_SCOPE, connection, "D1")
        keep_sent(connection, Sent("D1", now_us(), "upgrade", "before", last, 0, 0))
    company.take(*shared("c2", "D1", "李秀兰"))
    company.take(withdrawal("c1", "D1"), withdrawal("c2", "D1"))
    assert len(recalls(company)) == 1
    with reading(engine) as connection:
        assert sent_up_to(connection, "D1") == 0


def test_who_has_come_further_than_a_restored_backup_may_hold_whatever_there_is(
    company: Company,
) -> None:
    company.take(*shared("c1", "D1"))
    dealer = company.dealer("D1")
    for _ in range(2):
        dealer.lines(after=now_us() + DAY_US)
    company.take(withdrawal("c1", "D1"))
    assert len(recalls(company)) == 1
    with reading(company.running.site.engine) as connection:
        assert connection.execute(select(COPY_SENT.c.what)).scalars().all() == ["before"]


def test_a_row_that_was_given_back_is_recalled_no_more(company: Company) -> None:
    company.take(*shared("c1", "D1"))
    company.dealer("D1").pull()
    company.take(withdrawal("c1", "D1"))
    assert len(recalls(company)) == 1
    company.take(consent("c1", "D1"))
    assert recalls(company) == []


def test_a_recall_is_overdue_from_the_fourth_day_on(company: Company) -> None:
    company.take(*shared("c1", "D1"))
    company.dealer("D1").pull()
    company.take(withdrawal("c1", "D1"))
    last_day = today() + timedelta(days=OVERDUE_AFTER_DAYS)
    assert OVERDUE_AFTER_DAYS == 3
    assert recalls(company, day=last_day, overdue=True) == []
    after = last_day + timedelta(days=1)
    overdue = recalls(company, day=after, overdue=True)
    (count,) = recall_counts(overdue, after)
    assert (count.dealer, count.open, count.overdue) == ("D1", 1, 1)


@pytest.mark.parametrize("day", [date(2026, 2, 26), date(2026, 12, 30)])
def test_days_are_counted_in_shanghai(day: date) -> None:
    midnight_us = (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY_US - 8 * 3_600_000_000
    recall = Recall("D1", 1, "k", "erased", midnight_us)
    assert recall.due_on == day + timedelta(days=3)
    assert not recall.is_overdue(recall.due_on)
    assert recall.is_overdue(recall.due_on + timedelta(days=1))


def test_recalls_and_states_are_for_headquarters_and_compliance(company: Company) -> None:
    with reading(company.running.site.engine) as connection:
        for viewer in (scope_of("staff"), dealer_scope("D1")):
            for ask in (open_recalls, dealer_states):
                with pytest.raises(OutOfScope):
                    ask(viewer, connection, today())
        assert open_recalls(scope_of("compliance"), connection, today()) == []


def test_the_state_of_a_dealer_tells_what_was_proved_and_when(company: Company) -> None:
    company.take(*shared("c1", "D1"))
    found = state(company)
    assert (found.rows, found.acknowledged, found.equal_us, found.active) == (1, None, None, True)
    dealer = company.dealer("D1")
    dealer.pull()
    dealer.acknowledge()
    found = state(company)
    assert found.equal_us is not None and found.receipt is not None
    assert (found.receipt.rows, shanghai_day(found.receipt.at_us)) == (1, today())
    company.take(withdrawal("c1", "D1"))
    found = state(company)
    assert (found.rows, found.equal_us, found.recalls.open) == (0, None, 1)
    assert found.acknowledged is not None and found.acknowledged.up_to < found.last


def test_a_change_of_dealers_lists_who_must_consent_anew(company: Company) -> None:
    people = {"c1": "王桂英", "c2": "李秀兰", "c3": "赵桂芳", "c4": "孙玉梅"}
    company.take(
        *(each for card_id, name in people.items() for each in shared(card_id, "D1", name))
    )
    dealer = company.dealer("D1")
    dealer.pull()
    before = from_d1_to_d2(company)
    assert (before.held, before.withdrawn, len(before.people)) == (4, 0, 4)
    died = event("person.deceased", "card/c4", {"card_id": "c4"})
    moved = event("card.corrected", "card/c3", {"card_id": "c3", "region": "310115"})
    company.take(contract_end("D1", today() - timedelta(days=1)), died, moved)
    company.take(consent("c3", "D2"))
    found = from_d1_to_d2(company)
    assert (found.held, found.withdrawn, found.acknowledged, found.open) == (0, 4, 0, 4)
    with reading(company.running.site.engine) as connection:
        listed = list(people_of_hand_over(HEADQUARTERS_SCOPE, connection, found))
        listed_cards = {
            card_id
            for person_id in found.people
            for card_id in cards_of(HEADQUARTERS_SCOPE, connection, person_id)
        }
    assert listed_cards == {"c1", "c2"}
    assert {person.name for person in listed} == {"王桂英", "李秀兰"}
    dealer.pull()
    dealer.acknowledge()
    assert (from_d1_to_d2(company).acknowledged, from_d1_to_d2(company).open) == (4, 0)


def test_rows_that_never_left_need_no_acknowledgement_in_a_change_of_dealers(
    company: Company,
) -> None:
    company.take(*shared("c1", "D1"))
    dealer = company.dealer("D1")
    dealer.pull()
    company.take(*shared("c2", "D1", "李秀兰"))
    company.take(contract_end("D1", today() - timedelta(days=1)))
    found = from_d1_to_d2(company)
    assert (found.withdrawn, found.acknowledged, found.open) == (1, 0, 1)
    assert len(found.people) == 2


def take_a_workbook(company: Company) -> None:
    engine = company.running.site.engine
    with writing(engine) as connection:
        last = last_sequence(HEADQUARTERS_SCOPE, connection, "D1")
        keep_sent(connection, Sent("D1", now_us(), "desk", "workbook", last, 1, last))


def say_deleted(company: Company, *found: Recall) -> None:
    site = company.running.site
    names = {recall.sequence for recall in found}
    signer = company_signer(site.keyring)
    by = Confirming("desk", "desk", now_us())
    confirm_deletions(site.engine, dealer_scope("D1"), signer, "D1", names, by)


def test_what_a_system_acknowledges_does_not_say_that_a_row_is_gone_from_a_workbook(
    company: Company,
) -> None:
    company.take(*shared("c1", "D1"), *shared("c2", "D1", "李秀兰"))
    take_a_workbook(company)
    company.take(*shared("c3", "D1", "赵国庆"))
    dealer = company.dealer("D1")
    dealer.pull()
    company.take(withdrawal("c1", "D1"), withdrawal("c3", "D1"))
    dealer.pull()
    assert len(recalls(company)) == 2
    assert dealer.acknowledge().json()["state"] == "equal"
    # The third came after the workbook was taken.
    (left,) = recalls(company)
    say_deleted(company, left)
    assert recalls(company) == []


def test_a_workbook_that_was_taken_after_a_withdrawal_keeps_it_open_no_longer(
    company: Company,
) -> None:
    company.take(*shared("c1", "D1"), *shared("c2", "D1", "李秀兰"))
    dealer = company.dealer("D1")
    dealer.pull()
    company.take(withdrawal("c1", "D1"))
    take_a_workbook(company)
    dealer.pull()
    assert len(recalls(company)) == 1
    assert dealer.acknowledge().json()["state"] == "equal"
    assert recalls(company) == []
