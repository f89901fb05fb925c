"""What may be done with a person's data inside the company."""

from typing import Literal

import pytest

from crm.consents.consents import is_allowed
from crm.consents.facts import ConsentDecision
from crm.consents.uses import Standing, may_follow_up, may_reach_out, may_show
from tests.unit.crm.copies.samples import at, decision, health, share

NOON = at("2026-05-03 12:00")
OPEN = Standing(restricted=False, deceased=False)
RESTRICTED = Standing(restricted=True, deceased=False)
DECEASED = Standing(restricted=False, deceased=True)


def test_a_restricted_archive_is_shown_to_compliance_alone() -> None:
    assert may_show(OPEN, sees_restricted=False)
    assert not may_show(RESTRICTED, sees_restricted=False)
    assert may_show(RESTRICTED, sees_restricted=True)


def test_nobody_calls_the_dead_or_those_who_said_no() -> None:
    assert may_follow_up(OPEN)
    assert not may_follow_up(RESTRICTED)
    assert not may_follow_up(DECEASED)


@pytest.mark.parametrize("purpose", ["marketing", "club"])
def test_news_are_sent_to_nobody_who_did_not_agree_to_them(
    purpose: Literal["marketing", "club"],
) -> None:
    yes = decision("given", "2026-05-01 09:00", purpose)
    later_no = decision("withdrawn", "2026-05-02 09:00", purpose)
    other = decision("given", "2026-05-01 09:00", "archive")

    def may(*cards: list[ConsentDecision], standing: Standing = OPEN) -> bool:
        return may_reach_out(cards, standing, purpose, NOON)

    assert not may([])
    assert not may([other])
    assert may([yes])
    assert may([], [yes])
    assert not may([yes, later_no])
    assert not may([yes], [later_no])
    assert not may([yes], standing=RESTRICTED)
    assert not may([yes], standing=DECEASED)


def test_a_dealer_has_only_the_categories_that_the_consent_names() -> None:
    def given(decisions: list[ConsentDecision], category: str) -> bool:
        return is_allowed(decisions, "share_with_dealer", NOON, "D1", category)

    bare = [share()]
    assert [c for c in ("identity", "contact", "health", "history") if given(bare, c)] == [
        "identity",
        "contact",
    ]
    named = [share("2026-03-01 09:00", "identity", "health", "purchases")]
    assert given(named, "identity")
    assert not given(named, "contact")
    assert not given(named, "health")
    assert not given(named, "purchases")
    assert given([*named, health()], "health")
    assert given([*named, health()], "purchases")
    assert not given([*named, health(expires_on=None)], "history")


def test_the_companys_own_use_of_health_needs_that_consent_too() -> None:
    yes = decision("given", "2026-03-01 09:00", "archive")
    assert not is_allowed([yes], "archive", NOON, category="health")
    assert is_allowed([yes, health()], "archive", NOON, category="health")
    assert is_allowed([yes], "archive", NOON, category="identity")
    assert not is_allowed([], "archive", NOON, category="identity")


def test_no_other_purpose_ever_gives_a_dealer_anything() -> None:
    decisions = [decision("given", "2026-03-01 09:00", "archive"), health()]
    for purpose in ("archive", "health", "marketing", "club"):
        assert not is_allowed(decisions, purpose, NOON, "D1", "identity")
