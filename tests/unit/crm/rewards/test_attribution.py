"""Whose referral a purchase is owed to."""

from typing import Any

import pytest

from crm.rewards.facts import MemberEvent
from tests.unit.crm.rewards.invented import (
    MEMBERS,
    bought,
    judged,
    member,
    on,
    only,
    policy,
    referred,
    rule,
)


def winner(*facts: Any, **more: Any) -> str | None:
    """The referral that earned the one reward; None without a reward."""
    rewards = judged(*facts, **more).rewards
    return rewards[0].referral_id if rewards else None


def test_the_last_referral_before_the_purchase_counts() -> None:
    facts = (referred("clerk", -3, id="r2"), referred("consumer", -9, id="r1"), bought())
    assert winner(*facts) == "r2"


def test_when_the_last_referral_earns_nothing_an_earlier_one_does_not_step_in() -> None:
    members = {**MEMBERS, "fresh": member("fresh", "clerk", trained=None)}
    facts = (referred("clerk", -9), referred("fresh", -3, id="r2"), bought())
    reward = only(judged(*facts, members=members))
    assert (reward.member, reward.state, reward.reason) == ("fresh", "blocked", "not_trained")


@pytest.mark.parametrize(("day", "counts"), [(-90, True), (-91, False)])
def test_a_referral_counts_for_ninety_calendar_days(day: int, counts: bool) -> None:
    at = on(day, hour=0.5, id="r1-made")
    assert (winner(bought(), referred("clerk", moment=at)) == "r1") is counts


@pytest.mark.parametrize(
    ("referral_hour", "purchase_hour", "counts"),
    [(9, 10, True), (10, 10, True), (11, 10, False), (None, 10, True), (11, None, True)],
)
def test_on_one_day_the_clock_decides_only_when_both_times_are_known(
    referral_hour: float | None, purchase_hour: float | None, counts: bool
) -> None:
    referral = referred("clerk", moment=on(0, hour=referral_hour, id="r1-made"))
    purchase = bought(moment=on(0, hour=purchase_hour, id="a"))
    assert (winner(referral, purchase) == "r1") is counts


def test_a_referral_on_a_later_day_never_counts() -> None:
    assert winner(bought(), referred("clerk", 1)) is None


def test_the_shanghai_day_decides_not_the_day_in_utc() -> None:
    # 07:00 and 09:00 in Shanghai lie on two days of UTC.
    early, late = on(0, hour=9, id="r1-made"), on(0, hour=7, id="p1-made")
    assert winner(bought(moment=late), referred("clerk", moment=early)) is None


def test_who_enrolled_after_the_referral_earns_nothing() -> None:
    members = {"clerk": member("clerk", "clerk", enrolled=-5)}
    assert winner(bought(), referred("clerk", -10), members=members) is None


def test_who_left_before_the_referral_earns_nothing_and_an_earlier_referral_counts() -> None:
    left = MemberEvent(on(-5, id="gone"), "left")
    members = {**MEMBERS, "gone": member("gone", "clerk", events=(left,))}
    facts = (bought(), referred("clerk", -9), referred("gone", -3, id="r2"))
    assert winner(*facts, members=members) == "r1"


def test_who_leaves_after_the_referral_keeps_it() -> None:
    left = MemberEvent(on(-5, id="gone"), "left")
    members = {"gone": member("gone", "clerk", events=(left,))}
    assert winner(bought(), referred("gone", -9), members=members) == "r1"


def test_a_member_without_a_recorded_enrolment_earns_nothing() -> None:
    assert winner(bought(), referred("stranger")) is None


def test_kind_and_institution_are_those_in_force_at_the_purchase() -> None:
    changes = (
        MemberEvent(on(-2, id="a"), "changed", {"kind": "doctor"}),
        MemberEvent(on(2, id="b"), "changed", {"kind": "consumer"}),
    )
    members = {"m": member("m", "clerk", events=changes)}
    assert only(judged(bought(), referred("m"), members=members)).mode == "TRACK_ONLY"


def test_a_policy_by_the_first_referral_rewards_the_first_in_its_window() -> None:
    facts = [bought(), *(referred("clerk", day, id=f"r{-day}") for day in (-40, -20, -3))]
    first = policy(rule(which="first", window_days=30))
    assert winner(*facts, policies=(first,)) == "r20"


def test_a_referral_that_no_rule_fits_keeps_an_earlier_one_from_stepping_in() -> None:
    facts = (bought(), referred("clerk", -9), referred("doctor", -3, id="r2"))
    assert winner(*facts, policies=(policy(rule("clerk")),)) is None
    longer_ago = (bought(), referred("clerk", -9), referred("doctor", -95, id="r2"))
    assert winner(*longer_ago, policies=(policy(rule("clerk")),)) == "r1"


def test_each_purchase_makes_a_reward_of_its_own() -> None:
    rewards = judged(bought(0), bought(3, id="p2"), referred("clerk")).rewards
    assert {reward.purchase_id for reward in rewards} == {"p1", "p2"}
    assert len({reward.reward_id for reward in rewards}) == 2
