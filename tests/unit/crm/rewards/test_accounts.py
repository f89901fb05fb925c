"""A member's account comes, change by change, to what all of its claims come to together."""

from collections.abc import Iterable, Mapping
from datetime import date
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campaigns.events.rewards import Tier
from campaigns.times import SECOND_US, day_start_us
from crm.rewards.accounts import Balances, ClaimKey, MemberAccount, key_of, seen_by_others
from crm.rewards.claims import Claim
from crm.rewards.facts import Moment, VerdictFact
from crm.rewards.judgement import Reward, judge_claims
from crm.rewards.postings import entries
from crm.rewards.states import State
from crm.rewards.verdicts import Verdicts
from tests.profiles import examples

MANY = examples(10)
SEEDS = st.integers(0, 2**48)
PURCHASES = 6
YEARS = (2025, 2026)

Claims = Mapping[ClaimKey, Claim]


def paid(random: Random, reward_id: str, purchase_id: str, times: int) -> tuple[VerdictFact, ...]:
    payments = []
    for number in range(times):
        at_us = day_start_us(date(2026, 6, 1)) + random.randrange(10**9) * SECOND_US // 10**3
        order = (at_us, 0, "hq", f"{reward_id}-{purchase_id}-{number}")
        moment = Moment(order, False, at_us, random.choice("uv"))
        amount_fen = random.choice((300, 500, 700, 1_000))
        payments.append(VerdictFact("paid", reward_id, purchase_id, "m", amount_fen, moment))
    return tuple(sorted(payments, key=lambda each: each.moment.order))


def owed(random: Random, number: int, *, looks: bool) -> Claim:
    """A claim whose rule may have caps or tiers, if it looks at others."""
    day = date(random.choice(YEARS), random.choice((3, 3, 4)), 1 + number)
    reward_id, purchase_id = f"r{number}", f"p{number}"
    standing: State = random.choice(("held", "payable", "payable", "payable", "blocked"))
    due_fen = random.choice((0, 500, 700, 1_000)) if standing in ("held", "payable") else 0
    payments = paid(random, reward_id, purchase_id, random.choice((0, 0, 1, 2)))
    return Claim(
        reward_id,
        purchase_id,
        "m",
        f"f{number}",
        "policy",
        "ALLOWED",
        standing,
        "paid" if payments else standing,
        None,
        due_fen,
        day,
        Verdicts(payments=payments),
        (day_start_us(day), 0, "hq", purchase_id),
        day,
        random.choice((None, 900, 1_500)) if looks else None,
        random.choice((None, None, 2_000)) if looks else None,
        quantity=random.choice((1, 2, 3)),
        unit_price_fen=10_000,
        tiers=(Tier(from_units=1, amount_fen=400), Tier(from_units=3, amount_fen=200))
        if looks and random.random() < 0.4
        else (),
    )


def unowed(random: Random, number: int) -> Claim:
    """The claim of a payment that names another purchase than its reward's."""
    reward_id, purchase_id = f"r{random.randrange(PURCHASES)}", f"p{number}"
    verdicts = Verdicts(payments=paid(random, reward_id, purchase_id, 1))
    named = reward_id, purchase_id, "m", None, None, None
    return Claim(*named, "clawed_back", "clawed_back", None, 0, None, verdicts)


def changed(random: Random, claim: Claim) -> Claim:
    """The same but for one thing."""
    changes: tuple[dict[str, Any], ...] = (
        {"standing": "payable"},
        {"standing": "blocked"},
        {"quantity": 4},
        {"returned": 1},
        {"due_fen": 600},
        {"cap_fen_month": 800},
        {"unit_price_fen": 1},
        {"verdicts": Verdicts(payments=paid(random, *key_of(claim), 1))},
    )
    return replace(claim, **random.choice(changes))


def some_claims(random: Random) -> dict[ClaimKey, Claim]:
    """Those of a member; often nothing looks at others in one of the years."""
    made = []
    for number in range(PURCHASES):
        claim = owed(random, number, looks=random.random() < 0.5)
        made.append(claim if random.random() < 0.9 else unowed(random, number))
    return {key_of(claim): claim for claim in made}


def as_judged(claims: Iterable[Claim]) -> tuple[dict[str, Reward], Balances]:
    judgement = judge_claims(sorted(claims, key=key_of))
    balances = {name: dict(accounts) for name, accounts in judgement.balances.items() if accounts}
    return {reward.reward_id: reward for reward in judgement.rewards}, balances


def as_kept(account: MemberAccount, names: Iterable[str]) -> tuple[dict[str, Reward], Balances]:
    rewards = {name: row for name in names if (row := account.reward(name)) is not None}
    balances = {name: found for name in names if (found := account.balances(name))}
    return rewards, balances


@MANY
@given(SEEDS)
def test_an_account_is_what_its_claims_are_judged_to_be_after_any_changes(seed: int) -> None:
    random = Random(seed)
    known = some_claims(random)
    account = MemberAccount()
    account.change((), known.values())
    for _ in range(random.randint(1, 6)):
        wanted = some_claims(random)
        both = sorted({*known, *wanted})
        touched = random.sample(both, random.choice((1, 1, 2, len(both))))
        gone = [known[key] for key in touched if key in known]
        fresh = [
            changed(random, known[key]) if key in known and random.random() < 0.5 else wanted[key]
            for key in touched
            if key in wanted
        ]
        before = as_judged(known.values())
        for claim in gone:
            del known[key_of(claim)]
        known |= {key_of(claim): claim for claim in fresh}
        moved = account.change(gone, fresh)
        after = as_judged(known.values())
        names = {*before[0], *after[0]}
        assert as_kept(account, names) == after
        assert {name for name in names if differs(name, before, after)} <= moved.rewards
        booked = entries("s", "e", moved.before, moved.after)
        assert booked == entries("s", "e", before[1], after[1])


def differs(
    name: str,
    before: tuple[dict[str, Reward], Balances],
    after: tuple[dict[str, Reward], Balances],
) -> bool:
    return before[0].get(name) != after[0].get(name) or before[1].get(name) != after[1].get(name)


@MANY
@given(SEEDS)
def test_an_account_needs_no_claims_but_those_that_concern_each_other(seed: int) -> None:
    """Who was paid what is due, and at whom nothing looks that moves, may be left out."""
    random = Random(seed)
    everything = some_claims(random)
    whole = MemberAccount()
    whole.change((), everything.values())
    touched = random.choice(sorted(everything))
    fresh = [claim for key, claim in some_claims(random).items() if key == touched]
    if random.random() < 0.5:
        fresh = [changed(random, everything[touched])]
    moved = [everything[touched], *fresh]
    if len(moved) == 2 and seen_by_others(moved[0]) == seen_by_others(moved[1]):
        moved = []
    looked_at = {
        (looked.bought_on.year, looked.bought_on.month if looked.looks_at == "month" else None)
        for looked in (*everything.values(), *fresh)
        if looked.bought_on is not None and looked.looks_at is not None
    }
    beside = {
        key
        for key, claim in everything.items()
        for other in moved
        if claim.bought_on is not None
        and other.bought_on is not None
        and claim.bought_on.year == other.bought_on.year
        and (
            (claim.bought_on.year, None) in looked_at
            or (claim.bought_on.month, other.bought_on.month) == (other.bought_on.month,) * 2
        )
    }
    unsettled = {key for key in everything if whole.judged(key).is_unsettled}
    same_id = {key for key in everything if key[0] == touched[0]}
    part = MemberAccount(whole.judged(key) for key in beside | unsettled | same_id)
    movement, expected = (each.change([everything[touched]], fresh) for each in (part, whole))
    assert movement == expected
    assert as_kept(part, movement.rewards) == as_kept(whole, movement.rewards)
