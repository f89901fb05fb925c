"""Where letters go, and what they call somebody, is nothing that another dealer can write."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import CheckedEvent, check
from campaigns.times import DAY_US, SECOND_US, parse_instant_us, rfc3339
from crm.cards.card import Card, fold_card
from crm.components.evaluation import PersonView
from crm.journal.logged_event import LoggedEvent
from crm.letters.addressee import (
    addresses_of,
    cards_by_trust,
    known_phones,
    postal_address_of,
    values_of,
)
from crm.letters.sending import Way
from crm.rights.own_copy import Keeper
from crm.web.pages.follow_up_calls import reached
from tests.examples import Wire, a_card, an_event, written

NOW_US = parse_instant_us("2026-08-20T09:00:00+08:00")
EVIL = {"phones": ["13900000666"], "address": "别处一号", "mail": "evil@mail.example.com"}


def logged(event: Wire, role: str, received_us: int, *, by_row: bool = False) -> LoggedEvent:
    found = check(written(event), NOW_US)
    assert isinstance(found, CheckedEvent), found
    data = msgspec.convert({**found.plain, **found.personal}, CATALOGUE[found.type_name])
    order = (found.starts_us, 0, found.source, found.id)
    return LoggedEvent(
        0, found.source, found.id, found.type_name, found.subject, found.time, found.starts_us,
        False, order, received_us, "u-1", role, None, data, by_row=by_row,
    )  # fmt: skip


def card(
    name: str, role: str, contact: dict[str, Any], days_ago: int, received: int, *more: LoggedEvent
) -> Card:
    at = rfc3339(NOW_US - days_ago * DAY_US)
    said = a_card(name, contact=contact, person={"name": f"王{name}", "sex": "female"})
    return fold_card(logged({**said, "time": at}, role, received), more, erased=False)


def person(*cards: Card) -> PersonView:
    in_order = tuple(sorted(cards, key=lambda each: each.order))
    return PersonView("p", "h", in_order, deceased=False, restricted=False, consents=(), shared=())


def written_to(person: PersonView) -> list[Any]:
    """All that somebody who is written to gets, and where."""
    where = [addresses_of(person, way) for way in get_args(Way)]
    values = values_of(person, Keeper("金夕", ""), "zh-CN", NOW_US)
    return [where, postal_address_of(person), values]


contacts = st.fixed_dictionaries(
    {},
    optional={
        "phones": st.just(["13912340001"]),
        "address": st.just("和平路12号"),
        "mail": st.just("she@mail.example.com"),
    },
)


@given(
    st.sampled_from(["staff", "headquarters", "dealer/D2"]),
    contacts,
    st.lists(st.tuples(st.integers(1, 900), st.integers(2, 9)), min_size=1, max_size=3),
)
def test_whatever_cards_another_dealer_writes_of_somebody_letters_go_where_they_went(
    role: str, contact: dict[str, Any], others: list[tuple[int, int]]
) -> None:
    own = card("own", role, contact, 100, 1)
    evil = [
        card(f"evil-{n}", "dealer/D1", EVIL, days, received)
        for n, (days, received) in enumerate(others)
    ]
    assert written_to(person(own, *evil)) == written_to(person(own))


@pytest.mark.parametrize("role", ["staff", "dealer/D1"])
def test_a_mail_address_is_none_that_another_dealer_wrote_by_a_row(role: str) -> None:
    """No copy holds it; phones stand there, and may be corrected."""
    patch = {"card_id": "own", "contact": EVIL}
    at = rfc3339(NOW_US - SECOND_US)
    said = logged(an_event("card.corrected", patch, time=at), "dealer/D1", 5, by_row=True)
    contact = {"phones": ["13912340001"], "mail": "she@mail.example.com"}
    found = person(card("own", role, contact, 100, 1, said))
    foreign = role == "staff"
    assert addresses_of(found, "mail") == [contact["mail"] if foreign else EVIL["mail"]]
    assert addresses_of(found, "sms") == ["+8613900000666"]


def test_whom_one_dealer_alone_knows_is_written_to_by_its_cards() -> None:
    found = person(card("own", "dealer/D1", EVIL, 3, 1))
    assert written_to(found)[0] == [[], [EVIL["mail"]], *[["+8613900000666"]] * 2]


def test_who_picks_a_phone_is_shown_all_where_a_message_would_go_by_itself_first() -> None:
    own = card("own", "staff", {"phones": ["13912340001"]}, 3, 2)
    other = card("other", "dealer/D1", EVIL, 900, 1)
    assert known_phones(person(own, other)) == ["+8613912340001", "+8613900000666"]


def test_who_calls_is_shown_the_number_of_whoever_knows_her_first() -> None:
    own, evil = card("own", "staff", {"phones": ["13912340001"]}, 3, 2), "13900000666"
    other = card("other", "dealer/D1", {"phones": [evil]}, 900, 1)
    found = person(own, other)
    assert [each.card_id for each in found.cards] == ["other", "own"]
    assert [each.card_id for each in cards_by_trust(found)] == ["own", "other"]
    shown = reached(found)
    assert [phone for phone, _ in shown.phones] == ["13912340001", evil]
    assert shown.names == ("王own", "王other")
