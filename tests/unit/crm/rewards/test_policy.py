"""Which policy and rule judge a purchase, what they grant, and the caps."""

from collections.abc import Mapping
from typing import Any

import pytest

from campaigns.ids import reward_id
from crm.rewards.facts import MemberEvent
from crm.rewards.judgement import judge
from tests.unit.crm.rewards.invented import (
    LATE,
    MEMBERS,
    bought,
    day_of,
    judged,
    member,
    on,
    only,
    person,
    policy,
    referred,
    returned,
    rule,
    verdict,
)


@pytest.mark.parametrize(
    ("by", "mode", "amount_fen", "state"),
    [
        ("doctor", "TRACK_ONLY", 0, "tracked"),
        ("clerk", "HOLD_FOR_REVIEW", 6_000, "held"),
        ("consumer", "NON_CASH", 1_000, "payable"),
    ],
)
def test_the_shipped_policy_tracks_doctors_reviews_clerks_and_gives_consumers_a_gift(
    by: str, mode: str, amount_fen: int, state: str
) -> None:
    reward = only(judged(bought(quantity=3), referred(by)))
    assert (reward.mode, reward.amount_fen, reward.state) == (mode, amount_fen, state)
    assert reward.policy == "default"
    assert reward.reward_id == reward_id("p1", by, "default")


def test_the_latest_policy_begun_by_the_purchases_day_judges_it_whole() -> None:
    policies = (
        policy(rule("doctor"), code="early", effective_from=-9),
        policy(rule("clerk"), code="late", effective_from=0),
        policy(rule("clerk"), code="later", effective_from=1),
    )
    assert only(judged(bought(), referred("clerk"), policies=policies)).policy == "late"
    assert only(judged(bought(1), referred("clerk"), policies=policies)).policy == "later"
    assert judged(bought(-1), referred("clerk"), policies=policies).rewards == ()
    assert only(judged(bought(-10), referred("clerk", -12), policies=policies)).policy == "default"


def test_of_two_policies_from_one_day_the_later_in_effective_order_judges() -> None:
    policies = (policy(rule(), code="b"), policy(rule(), code="a"))
    assert only(judged(bought(), referred("clerk"), policies=policies)).policy == "b"


def test_the_first_rule_that_fits_applies() -> None:
    at_pharmacy = MemberEvent(on(-50, id="x"), "changed", {"institution_kind": "pharmacy"})
    members = {**MEMBERS, "guide": member("guide", "clerk", events=(at_pharmacy,))}
    trial = policy(
        rule(institution_kind="pharmacy", amount_fen=1),
        rule(region="110000", amount_fen=2),
        rule(amount_fen=3),
    )

    def granted(by: str, region: str | None) -> int:
        facts = (bought(quantity=1, region=region), referred(by))
        return only(judged(*facts, members=members, policies=(trial,))).amount_fen

    assert granted("guide", "110105") == 1
    assert [granted("clerk", code) for code in ("110105", "310115", None)] == [2, 3, 3]


@pytest.mark.parametrize(
    ("changed", "back", "amount_fen"),
    [
        ({"basis": "per_unit"}, 0, 3_000),
        ({"basis": "per_unit"}, 1, 2_000),
        ({"basis": "per_purchase"}, 0, 1_000),
        ({"basis": "per_purchase"}, 1, 666),
        ({"basis": "percent", "percent_bp": 150}, 0, 3_118),
        ({"basis": "percent", "percent_bp": 150}, 2, 1_039),
        ({"basis": "per_unit", "mode": "NON_CASH"}, 2, 3_000),
        ({"basis": "per_purchase", "mode": "NON_CASH"}, 2, 1_000),
        ({"basis": "per_purchase", "mode": "NON_CASH"}, 3, 0),
    ],
)
def test_a_return_takes_back_its_share_and_a_gift_only_when_all_is_returned(
    changed: dict[str, Any], back: int, amount_fen: int
) -> None:
    facts = [bought(quantity=3, unit_price_fen=69_300), referred("clerk")]
    facts += [returned(back)] if back else []
    assert only(judged(*facts, policies=(policy(rule(**changed)),))).amount_fen == amount_fen


def amounts(*persons: Any, **caps: Any) -> Mapping[str, int]:
    judgement = judge(persons, MEMBERS, (policy(rule(**caps)),), LATE)
    return {reward.purchase_id: reward.amount_fen for reward in judgement.rewards}


def test_a_monthly_cap_counts_the_members_rewards_over_all_persons_in_effective_order() -> None:
    first = person(bought(4, id="p1"), bought(40, id="p3"), referred("clerk"))
    second = person(bought(2, id="p2", quantity=1), referred("clerk", id="r2"))
    expected = {"p2": 1_000, "p1": 2_500, "p3": 3_000}
    assert amounts(first, second, cap_fen_month=3_500) == expected
    assert amounts(second, first, cap_fen_month=3_500) == expected


def test_a_yearly_cap_counts_over_the_months_of_one_shanghai_year() -> None:
    facts = [referred("clerk", day - 1, id=f"r{day}") for day in (0, 40, 306)]
    purchases = [bought(day, id=f"p{day}") for day in (0, 40, 306)]
    assert day_of(306).year == 2027
    expected = {"p0": 3_000, "p40": 1_000, "p306": 3_000}
    assert amounts(person(*facts, *purchases), cap_fen_year=4_000) == expected


def test_what_is_returned_rejected_or_blocked_takes_nothing_from_the_cap() -> None:
    trial = policy(rule(cap_fen_month=3_000))
    facts = [referred("clerk"), bought(4, id="p4")]
    facts += [bought(1, id="p1"), returned(3, purchase="p1")]
    facts += [bought(2, id="p2"), verdict("rejected", "clerk", purchase="p2", policy="trial")]
    facts += [bought(3, id="p3", compliance_breach=True)]
    rewards = {r.purchase_id: r for r in judged(*facts, policies=(trial,)).rewards}
    assert rewards["p4"].amount_fen == 3_000
    assert rewards["p4"].marks == frozenset()


def test_another_members_rewards_leave_the_cap_alone_and_a_cut_reward_is_marked() -> None:
    trial = policy(rule("clerk", cap_fen_month=2_000), rule("consumer"))
    facts = [bought(1), bought(2, id="p2"), referred("consumer", 0), referred("clerk", 2, id="r2")]
    rewards = {r.member: r for r in judged(*facts, policies=(trial,)).rewards}
    assert (rewards["consumer"].amount_fen, rewards["clerk"].amount_fen) == (3_000, 2_000)
    assert rewards["clerk"].marks == {"capped"}
