"""The judgement as a whole: equal to the written rule, whatever the order of the facts."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.rewards.facts import VoidedPurchase
from crm.rewards.judgement import Judgement, judge
from tests.profiles import examples
from tests.unit.crm.rewards.invented import MEMBERS, bought, judged, person, referred, verdict
from tests.unit.crm.rewards.naive_rewards import Row, naive_judgement
from tests.unit.crm.rewards.worlds import World, worlds

WIDE = examples(8)


def judge_world(world: World) -> Judgement:
    return judge(world.persons, world.members, world.policies, world.reached_day)


def rows(judgement: Judgement) -> dict[str, Row]:
    return {
        r.reward_id: (
            *(r.purchase_id, r.member, r.referral_id, r.policy, r.mode, r.state),
            *(r.amount_fen, r.reason, r.releases_on, r.marks),
        )
        for r in judgement.rewards
    }


@WIDE
@given(worlds())
def test_judgement_equals_the_written_rule(world: World) -> None:
    expected = naive_judgement(world.persons, world.members, world.policies, world.reached_day)
    judgement = judge_world(world)
    found = (
        rows(judgement),
        judgement.refused_verdicts,
        judgement.payment_marks,
        judgement.balances,
    )
    assert found == expected


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_given_changes_nothing(world: World, random: Random) -> None:
    def mixed(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(values, len(values)))

    shuffled = World(
        mixed(
            tuple(
                replace(
                    each,
                    purchases=mixed(each.purchases),
                    referrals=mixed(each.referrals),
                    returns=mixed(each.returns),
                    verdicts=mixed(each.verdicts),
                )
                for each in world.persons
            )
        ),
        {
            code: replace(world.members[code], events=mixed(world.members[code].events))
            for code in mixed(tuple(world.members))
        },
        mixed(world.policies),
        world.reached_day,
    )
    assert judge_world(shuffled) == judge_world(world)


@WIDE
@given(worlds())
def test_the_balances_of_every_reward_sum_to_zero(world: World) -> None:
    for balances in judge_world(world).balances.values():
        assert sum(balances.values()) == 0
        assert all(balances.values())


@WIDE
@given(worlds())
def test_the_balances_tell_what_the_rows_tell(world: World) -> None:
    judgement = judge_world(world)
    for reward in judgement.rewards:
        booked = judgement.balances.get(reward.reward_id, {})
        assert booked.get("company:reward_expense", 0) == reward.amount_fen
        if reward.state == "held":
            assert -booked.get(f"member:{reward.member}:held", 0) == reward.amount_fen


@given(worlds())
def test_judging_a_person_alone_is_enough_without_caps_and_payments(world: World) -> None:
    unpaid = [
        replace(each, verdicts=tuple(v for v in each.verdicts if v.kind != "paid"))
        for each in world.persons
    ]
    together = judge(unpaid, world.members, (), world.reached_day)
    alone = [judge([each], world.members, (), world.reached_day) for each in unpaid]
    assert together.rewards == tuple(
        sorted((r for one in alone for r in one.rewards), key=lambda r: r.reward_id)
    )


def test_a_verdict_on_a_purchase_that_was_not_given_is_an_error() -> None:
    with pytest.raises(ValueError, match="not given"):
        judged(bought(), verdict("paid", "clerk", purchase="p9"))


def test_a_payment_that_carries_the_id_of_anothers_reward_leaves_its_row_alone() -> None:
    facts = (bought(), referred("clerk"))
    row = judged(*facts).rewards
    owed_id = row[0].reward_id
    stray = verdict("paid", "consumer", amount_fen=700, named=owed_id)
    judgement = judged(*facts, stray)
    assert judgement.rewards == row
    assert judgement.balances[owed_id]["member:consumer:receivable"] == 700
    other = person(VoidedPurchase("p0"), verdict("paid", "doctor", purchase="p0", named=owed_id))
    both = judge([other, person(*facts, stray)], MEMBERS, (), None)
    assert [r.member for r in both.rewards] == ["clerk"]
    assert sum(both.balances[owed_id].values()) == 0
