"""What tiers, triggers and caps of a purchase must never break, whatever happened."""

from dataclasses import replace
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from crm.rewards.attribution import membership_of
from crm.rewards.claims import Bench, Claim, claims_of
from crm.rewards.explaining import explain
from crm.rewards.judgement import Judgement, judge, judge_claims
from crm.rewards.policy import timetable
from crm.rewards.tiers import graded_fen, shares, units_before
from tests.profiles import examples
from tests.unit.crm.rewards.reward_worlds import Maker, World, wider_worlds

WIDE = examples(4)


def bench_of(world: World) -> Bench:
    members = {code: membership_of(fact) for code, fact in world.members.items()}
    known = {code: member for code, member in members.items() if member is not None}
    return Bench(known, timetable(world.policies), world.reached_day)


def claims_in(world: World) -> list[Claim]:
    bench = bench_of(world)
    return [claim for person in world.persons for claim in claims_of(person, bench)[0]]


def judged(world: World) -> Judgement:
    return judge(world.persons, world.members, world.policies, world.reached_day)


@WIDE
@given(wider_worlds())
def test_every_rewards_balances_sum_to_zero(world: World) -> None:
    for balances in judged(world).balances.values():
        assert sum(balances.values()) == 0 and all(balances.values())


@WIDE
@given(wider_worlds())
def test_no_cap_is_ever_passed(world: World) -> None:
    claims = claims_in(world)
    due = {each.reward_id: each.amount_fen for each in judge_claims(claims).rewards}
    for claim in claims:
        if claim.cap_fen_event is not None and claim.referral_id is not None:
            assert due[claim.reward_id] <= claim.cap_fen_event
    capped = {(c.member, c.cap_fen_month) for c in claims if c.cap_fen_month is not None}
    for member, cap_fen in capped:
        assert cap_fen is not None
        mine = [c for c in claims if c.member == member and c.referral_id is not None]
        for month in {(c.bought_on.year, c.bought_on.month) for c in mine if c.bought_on}:
            of_month = [
                c for c in mine if c.bought_on and (c.bought_on.year, c.bought_on.month) == month
            ]
            if all(c.cap_fen_month == cap_fen for c in of_month):
                assert sum(due[c.reward_id] for c in of_month) <= cap_fen


@WIDE
@given(wider_worlds())
def test_nothing_forbidden_or_tracked_is_paid_without_an_alarm(world: World) -> None:
    for reward in judged(world).rewards:
        if reward.paid_fen and reward.mode in ("FORBIDDEN", "TRACK_ONLY"):
            assert "nothing_due" in reward.marks and reward.amount_fen == 0


@WIDE
@given(wider_worlds())
def test_each_unit_is_granted_at_the_tier_in_which_it_lies(world: World) -> None:
    claims = claims_in(world)
    graded = graded_fen(claims)
    for claim, fen in zip(claims, graded, strict=True):
        if not claim.tiers or claim.standing not in ("held", "payable"):
            continue
        mine = [each for each in claims if each.member == claim.member]
        before = units_before(mine, claim)
        units = claim.quantity - claim.returned
        by_unit = [
            [tier for tier in claim.tiers if tier.from_units <= before + number][-1]
            for number in range(1, units + 1)
        ]
        found = shares(claim, before)
        assert [s.tier for s in found for _ in range(s.units)] == by_unit
        most = sum(share.fen for share in found)
        assert fen == (most if claim.cap_fen_event is None else min(most, claim.cap_fen_event))


@WIDE
@given(wider_worlds())
@example(Maker(Random(1672), with_more=True).world()).via("units of two tiers and no cap")
@example(Maker(Random(13477), with_more=True).world()).via("the second tier comes to nothing")
def test_what_a_reward_explains_is_what_it_is(world: World) -> None:
    """To the fen: the arithmetic comes to the amount that is recorded."""
    bench = bench_of(world)
    claims = claims_in(world)
    by_id = {reward.reward_id: reward for reward in judge_claims(claims).rewards}
    for person in world.persons:
        for claim in claims_of(person, bench)[0]:
            reward = by_id[claim.reward_id]
            if (reward.purchase_id, reward.member) != (claim.purchase_id, claim.member):
                continue
            others = [each for each in claims if each.member == claim.member]
            told = explain(person, bench, claim.reward_id, others)
            assert told is not None and told.due_fen == reward.amount_fen
            if claim.referral_id is not None:
                counts = [each for each in told.referrals if each.why == "counts"]
                assert [each.referral.referral_id for each in counts] == [claim.referral_id]
                assert told.rule is not None and told.sums


@given(wider_worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_changes_nothing(world: World, random: Random) -> None:
    persons = [
        replace(
            person,
            purchases=tuple(random.sample(person.purchases, len(person.purchases))),
            referrals=tuple(random.sample(person.referrals, len(person.referrals))),
            returns=tuple(random.sample(person.returns, len(person.returns))),
        )
        for person in random.sample(world.persons, len(world.persons))
    ]
    mixed = World(tuple(persons), world.members, world.policies, world.reached_day)
    assert judged(mixed) == judged(world)
