"""Who disagrees on a field of a card, and when that has been decided."""

from itertools import permutations
from typing import Any

import msgspec

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import CheckedEvent, check
from campaigns.times import DAY_US, parse_instant_us, rfc3339
from crm.archives.conflicts import Conflict, conflicts_of
from crm.cards.card import Card, fold_card
from crm.journal.logged_event import LoggedEvent
from tests.examples import a_card, an_event, written

START_US = parse_instant_us("2026-05-01T09:00:00+08:00")
SOON_US = 10 * DAY_US + START_US


def logged(event: dict[str, Any], role: str, received_us: int) -> LoggedEvent:
    found = check(written(event), received_us)
    assert isinstance(found, CheckedEvent), found
    data = msgspec.convert({**found.plain, **found.personal}, CATALOGUE[found.type_name])
    order = (found.starts_us, 0, found.source, found.id)
    return LoggedEvent(
        0, found.source, found.id, found.type_name, found.subject, found.time, found.starts_us,
        False, order, received_us, found.source, role, None, data,
    )  # fmt: skip


def said(
    role: str, day: int, source: str = "", received: int | None = None, **data: Any
) -> LoggedEvent:
    """A correction some days after the start, received at once unless said otherwise."""
    at_us = START_US + day * DAY_US
    source = source or f"/{role}"
    event = an_event(
        "card.corrected",
        {"card_id": "card-1", **data},
        id=f"c{day}-{role.replace('/', '-')}",
        source=source,
        time=rfc3339(at_us),
    )
    return logged(event, role, START_US + (day if received is None else received) * DAY_US)


def phone(number: str) -> dict[str, Any]:
    return {"contact": {"phones": [number]}}


def card_with(*corrections: LoggedEvent) -> Card:
    registered = a_card(attributes={"time": rfc3339(START_US - DAY_US)})
    effective = sorted(corrections, key=lambda event: event.order)
    return fold_card(logged(registered, "staff", START_US), effective, erased=False)


def conflicts(*corrections: LoggedEvent) -> list[Conflict]:
    found = [list(conflicts_of(card_with(*order))) for order in permutations(corrections)]
    assert all(each == found[0] for each in found), "the order of arrival showed"
    return found[0]


def test_a_correction_alone_is_no_conflict() -> None:
    assert conflicts(said("dealer/D1", 1, **phone("1"))) == []


def test_a_dealer_and_staff_who_disagree_soon_after_each_other_are_in_conflict() -> None:
    dealer, staff = said("dealer/D1", 1, **phone("1")), said("staff", 5, **phone("2"))
    (found,) = conflicts(dealer, staff)
    assert (found.card_id, found.field, found.why) == ("card-1", "contact.phones", "close_in_time")
    assert [each.value for each in found.statements] == [("1",), ("2",)]
    assert found.since_us == staff.received_us


def test_those_who_say_the_same_do_not_disagree() -> None:
    assert conflicts(said("dealer/D1", 1, **phone("1")), said("staff", 5, **phone("1"))) == []


def test_another_field_is_another_matter() -> None:
    assert conflicts(said("dealer/D1", 1, **phone("1")), said("staff", 2, region="110105")) == []


def test_after_thirty_days_a_new_word_is_news_and_no_conflict() -> None:
    first = said("dealer/D1", 0, **phone("1"))
    assert conflicts(first, said("staff", 30, **phone("2"))) != []
    assert conflicts(first, said("staff", 31, **phone("2"))) == []


def test_one_side_may_change_its_mind() -> None:
    assert conflicts(said("dealer/D1", 1, **phone("1")), said("dealer/D1", 2, **phone("2"))) == []
    one, other = "/dealers/erp", "/dealers/desk"
    first = said("dealer/D1", 1, one, **phone("1"))
    assert conflicts(first, said("dealer/D1", 2, other, **phone("2"))) == []


def test_two_sources_of_the_company_are_two_sides() -> None:
    first, later = said("staff", 1, "/phones/a", **phone("1")), said("staff", 2, "/b", **phone("2"))
    assert len(conflicts(first, later)) == 1


def test_a_dealer_whose_copy_was_older_is_in_conflict_however_late_it_speaks() -> None:
    company = said("headquarters", 1, **phone("1"))
    old = said("dealer/D1", 200, based_on=rfc3339(START_US), **phone("2"))
    (found,) = conflicts(company, old)
    assert found.why == "older_copy"


def test_a_dealer_that_had_seen_the_other_word_corrects_it() -> None:
    company = said("staff", 1, **phone("1"))
    assert conflicts(company, said("dealer/D1", 2, based_on=rfc3339(SOON_US), **phone("2"))) == []


def test_headquarters_decides_what_it_could_know_of() -> None:
    dealer, staff = said("dealer/D1", 1, **phone("1")), said("staff", 2, **phone("2"))
    assert conflicts(dealer, staff, said("headquarters", 3, **phone("1"))) == []
    assert conflicts(dealer, staff, said("headquarters", 3, region="110105")) != []


def test_what_headquarters_said_before_the_dealers_word_came_in_decides_nothing() -> None:
    late = said("dealer/D1", 1, received=9, **phone("1"))
    assert len(conflicts(late, said("headquarters", 3, **phone("2")))) == 1


def test_clearing_a_field_is_a_word_like_any_other() -> None:
    (found,) = conflicts(
        said("dealer/D1", 1, contact=None), said("staff", 2, contact={"address": "和平路1号"})
    )
    assert found.field == "contact.address"
    assert [each.value for each in found.statements] == [None, "和平路1号"]


def test_an_erased_card_has_no_conflicts() -> None:
    dealer, staff = said("dealer/D1", 1, **phone("1")), said("staff", 2, **phone("2"))
    whole = card_with(dealer, staff)
    erased = fold_card(whole.events[0], whole.events[1:], erased=True)
    assert list(conflicts_of(erased)) == []
