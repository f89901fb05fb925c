"""The ledger: pairs that sum to zero, whatever arrives and in whatever order."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ids import derived_id
from crm.rewards.facts import PersonFacts
from crm.rewards.judgement import judge
from crm.rewards.postings import BANK, EXPENSE, balances_of, entries, postings
from tests.unit.crm.rewards.worlds import FACTS, World, worlds

ACCOUNTS = (EXPENSE, BANK, *(f"member:{m}:{a}" for m in "ab" for a in ("held", "payable")))
HELD, PAYABLE, RECEIVABLE = (f"member:m:{a}" for a in ("held", "payable", "receivable"))

balances = st.dictionaries(st.sampled_from(ACCOUNTS), st.integers(-50, 50)).map(
    lambda drawn: {**drawn, "member:a:receivable": -sum(drawn.values())}
)


@given(balances, balances)
def test_postings_are_pairs_that_sum_to_zero_and_lead_from_before_to_after(
    before: dict[str, int], after: dict[str, int]
) -> None:
    made = postings(before, after)
    for debit, credit in zip(made[::2], made[1::2], strict=True):
        assert debit.amount_fen == -credit.amount_fen > 0
        assert debit.account != credit.account and debit.reason == credit.reason
    sums = Counter(before)
    for posting in made:
        sums[posting.account] += posting.amount_fen
    assert {a: fen for a, fen in sums.items() if fen} == {a: f for a, f in after.items() if f}


@given(balances, st.randoms(use_true_random=False))
def test_postings_do_not_depend_on_the_order_of_the_accounts(
    after: dict[str, int], random: Random
) -> None:
    shuffled = dict(random.sample(list(after.items()), len(after)))
    assert postings({}, shuffled) == postings({}, after)


def arrivals(world: World, random: Random) -> list[tuple[int, str, object]]:
    """Every fact of the world, in some order of arrival."""
    facts = [
        (number, name, fact)
        for number, person in enumerate(world.persons)
        for name in FACTS
        for fact in getattr(person, name)
    ]
    return random.sample(facts, len(facts))


def known(world: World, arrived: list[tuple[int, str, object]]) -> list[PersonFacts]:
    """The persons as known after some arrivals; verdicts wait for their purchase."""
    persons = []
    for number, person in enumerate(world.persons):
        have: dict[str, Any] = {
            name: tuple(f for n, kind, f in arrived if (n, kind) == (number, name))
            for name in FACTS
        }
        bought = {p.purchase_id for p in (*have["purchases"], *person.voided)}
        have["verdicts"] = tuple(v for v in have["verdicts"] if v.purchase_id in bought)
        persons.append(replace(person, **have))
    return persons


@given(worlds(), st.integers())
def test_the_ledger_sums_to_zero_after_every_arrival_and_ends_in_the_same_balances(
    world: World, seed: int
) -> None:
    order = arrivals(world, Random(seed))
    sums: Counter[tuple[str, str]] = Counter()
    before: Mapping[str, Mapping[str, int]] = {}
    ids: set[str] = set()
    for count in range(len(order) + 1):
        persons = known(world, order[:count])
        after = judge(persons, world.members, world.policies, world.reached_day).balances
        made = entries("test", f"event-{count}", before, after)
        for entry in made:
            sums[entry.reward_id, entry.account] += entry.amount_fen
        assert sum(entry.amount_fen for entry in made) == 0
        assert sum(sums.values()) == 0
        assert ids.isdisjoint(entry.entry_id for entry in made)
        ids.update(entry.entry_id for entry in made)
        before = after
    whole = judge(world.persons, world.members, world.policies, world.reached_day).balances
    assert {key: fen for key, fen in sums.items() if fen} == {
        (reward_id, account): fen for reward_id, of in whole.items() for account, fen in of.items()
    }


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({}, {EXPENSE: 9, HELD: -9}, "earned"),
        ({}, {EXPENSE: 9, PAYABLE: -9}, "earned"),
        ({EXPENSE: 9, HELD: -9}, {EXPENSE: 9, PAYABLE: -9}, "released"),
        ({EXPENSE: 9, PAYABLE: -9}, {EXPENSE: 9, BANK: -9}, "paid"),
        ({EXPENSE: 9, HELD: -9}, {}, "earned_reversed"),
        ({EXPENSE: 9, BANK: -9}, {RECEIVABLE: 9, BANK: -9}, "clawed_back"),
        ({RECEIVABLE: 9, BANK: -9}, {EXPENSE: 9, BANK: -9}, "clawed_back_reversed"),
        ({}, {RECEIVABLE: 9, BANK: -9}, "overpaid"),
        ({EXPENSE: 9, PAYABLE: -9}, {EXPENSE: 9, RECEIVABLE: -9}, "set_off"),
        ({EXPENSE: 9, BANK: -9}, {EXPENSE: 9, PAYABLE: -9}, "paid_reversed"),
    ],
)
def test_every_pair_of_accounts_gives_its_reason(
    before: dict[str, int], after: dict[str, int], reason: str
) -> None:
    made = postings(before, after)
    assert [posting.reason for posting in made] == [reason, reason]


def test_what_does_not_change_is_not_posted() -> None:
    booked = balances_of("m", held=True, due_fen=2_000, paid_fen=0)
    assert booked == {EXPENSE: 2_000, HELD: -2_000}
    assert postings(booked, booked) == ()


def test_entry_ids_come_from_the_event_the_reward_and_the_entrys_number() -> None:
    made = entries("desk", "e1", {}, {"reward": {EXPENSE: 9, HELD: -9}})
    assert [entry.entry_id for entry in made] == [
        derived_id("entry", "desk", "e1", "reward", number) for number in "01"
    ]
    assert {(entry.source, entry.id, entry.reward_id) for entry in made} == {
        ("desk", "e1", "reward")
    }
