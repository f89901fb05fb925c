"""Credentials: what each role may say, under which sources, for which dealer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import CheckedEvent, check
from campaigns.intake import CLOCK_SOURCE, HEADQUARTERS, SYSTEM, Credential, Role
from tests.examples import LATER_US, a_card, an_event, valid_events, written
from tests.profiles import examples

ROLES: tuple[Role, ...] = ("headquarters", "staff", "dealer")
HEADQUARTERS_ALONE = {
    *("card.erased", "identity.same", "identity.different", "identity.undecided"),
    *("dealer.contracted", "dealer.ended", "reward_policy.published"),
    *("reward.approved", "reward.rejected", "reward.paid", "matching.published"),
}


def checked(event: dict[str, Any]) -> CheckedEvent:
    found = check(written(event), LATER_US)
    assert isinstance(found, CheckedEvent), found
    return found


@given(valid_events())
def test_each_role_may_say_exactly_what_is_its_to_say(event: dict[str, Any]) -> None:
    said = checked(event)
    own = event["data"].get("dealer") or "D1"
    for role in ROLES:
        allowed = said.type_name != "day.reached" and (
            role == "headquarters" or said.type_name not in HEADQUARTERS_ALONE
        )
        assert Credential(role, "token-1", dealer=own).may_send(said) == allowed
    assert SYSTEM.may_send(said)


@pytest.mark.parametrize("type_name", CATALOGUE)
@examples(1 / 10)
@given(data=st.data())
def test_a_dealer_speaks_for_no_other_dealer(type_name: str, data: st.DataObject) -> None:
    said = checked(data.draw(valid_events(type_name)))
    other = Credential("dealer", "token-1", dealer="some-other")
    if said.plain.get("dealer") is not None:
        assert other.forbidden_at(said) in {"$.data.dealer", "$.type"}
    elif type_name not in HEADQUARTERS_ALONE | {"day.reached"}:
        assert other.may_send(said)


@pytest.mark.parametrize(
    ("opened", "source", "allowed"),
    [
        ("/sheets/D1", "/sheets/D1", True),
        ("/sheets/D1", "/sheets/D1/2026/may", True),
        ("/sheets/D1", "/sheets/D10", False),
        ("/sheets/D1", "/sheets/D10/may", False),
        ("/sheets/D1", "/sheets/D1x", False),
        ("/sheets/D1", "/sheets", False),
        ("/sheets/D1", "x/sheets/D1", False),
        ("/sheets/", "/sheets/D10", True),
        ("urn:jinxi:D1:", "urn:jinxi:D1:till-2", True),
        ("urn:jinxi:D1", "urn:jinxi:D10", False),
    ],
)
def test_a_source_is_opened_by_whole_segments(opened: str, source: str, allowed: bool) -> None:
    said = checked(a_card() | {"source": source})
    for role in ROLES:
        credential = Credential(role, "token-1", dealer="D1", sources=("/other", opened))
        assert credential.forbidden_at(said) == (None if allowed else "$.source")


def test_without_prefixes_any_source_is_open_but_the_clocks() -> None:
    assert Credential("staff", "token-1").may_send(checked(a_card() | {"source": "/anything"}))
    clock = checked(a_card() | {"source": CLOCK_SOURCE})
    assert HEADQUARTERS.forbidden_at(clock) == "$.source"


def test_the_passing_of_days_is_nobodys_to_say() -> None:
    day = checked(an_event("day.reached", {}, subject="day/2026-05-03"))
    assert HEADQUARTERS.forbidden_at(day) == "$.type"
    assert SYSTEM.forbidden_at(day) is None


def test_what_is_forbidden_is_named_by_its_place() -> None:
    erased = checked(an_event("card.erased", {"card_id": "c", "reason_code": "asked"}))
    assert Credential("staff", "token-1").forbidden_at(erased) == "$.type"
    foreign = checked(a_card(dealer="D2"))
    assert Credential("dealer", "token-1", dealer="D1").forbidden_at(foreign) == "$.data.dealer"
    assert Credential("dealer", "token-1").forbidden_at(foreign) == "$.data.dealer"
