"""Of a member with many rewards one more costs as much as of a member with few, and so of a person
with many purchases; and what was paid by mistake moves nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.ledger.tables import BALANCE, LEDGER_ENTRY, REWARD
from crm.storage.database import reading
from tests.installations import Installation
from tests.integration.record.sales import (
    RULE,
    a_hall,
    a_patient,
    a_sale,
    bought,
    owed,
    paid,
    take,
    taken_back,
    the_clerk,
    the_policy,
)
from tests.work import calls_of

FEW, MANY = 5, 80


def rewards(made: Installation) -> dict[str, tuple[Any, ...]]:
    columns = REWARD.c.reward_id, REWARD.c.purchase_id, REWARD.c.state, REWARD.c.amount_fen
    with reading(made.engine) as connection:
        return {row[0]: tuple(row[1:]) for row in connection.execute(select(*columns))}


def amounts(made: Installation) -> dict[str, int]:
    return {purchase_id: fen for purchase_id, _, fen in rewards(made).values()}


def work_of_one_payment_more(others: int) -> int:
    """Of so many sales all but the last are paid."""
    with Installation() as made:
        sales = [line for number in range(others + 1) for line in a_sale(number)]
        payments = [paid(owed(number), number, 1_000) for number in range(others)]
        take(made, *the_clerk(), the_policy(), *sales, *payments)
        return calls_of(lambda: take(made, paid(owed(others), others, 1_000)))


def work_of_one_purchase_more(others: int) -> int:
    """Of one person, who bought so often."""
    with Installation() as made:
        purchases = [bought(number, 0) for number in range(others)]
        take(made, *the_clerk(), the_policy(), *a_patient(0), *purchases)
        return calls_of(lambda: take(made, bought(others, 0)))


def work_of_the_purchases_of_a_hall(many: int) -> int:
    """Where so many cards must be looked at together, and each buys."""
    with Installation() as made:
        take(made, *the_clerk(), the_policy(), *a_hall(many))
        purchases = [bought(number, number) for number in range(many)]
        return calls_of(lambda: take(made, *purchases))


@pytest.mark.parametrize("work", [work_of_one_payment_more, work_of_one_purchase_more])
def test_one_more_is_little_more_work_among_many(work: Callable[[int], int]) -> None:
    # What a process does once only, such as to build a statement, is done by then.
    work(1)
    assert work(MANY) < 1.25 * work(FEW)


def test_a_purchase_costs_as_much_in_a_hall_of_many_as_of_few() -> None:
    work_of_the_purchases_of_a_hall(1)
    few, many = map(work_of_the_purchases_of_a_hall, (20, MANY))
    assert many / MANY < 1.25 * few / 20


def test_a_payment_that_names_another_purchase_leaves_the_reward_as_it_is() -> None:
    with Installation() as made:
        take(made, *the_clerk(), the_policy(), *a_sale(1), *a_sale(2), *a_sale(3))
        before = rewards(made)
        take(made, paid(owed(1), 2, 1_000))
        assert rewards(made) == before
        # The member is judged once more, for somebody else's sake.
        take(made, paid(owed(3), 3, 1_000))
        assert rewards(made)[owed(1)] == before[owed(1)]
        with reading(made.engine) as connection:
            mine = select(BALANCE.c.account, BALANCE.c.amount_fen)
            rows = connection.execute(mine.where(BALANCE.c.reward_id == owed(1)))
            balances = dict(map(tuple, rows))
        assert balances == {
            "company:reward_expense": 1_000,
            "company:bank": -1_000,
            "member:M1:payable": -1_000,
            "member:M1:receivable": 1_000,
        }


@pytest.mark.parametrize("cap", ["cap_fen_month", "cap_fen_year"])
def test_a_cap_looks_at_all_that_was_recorded_before(cap: str) -> None:
    """Whatever goes leaves room for those after it, and a payment on one leaves all as they are."""
    with Installation() as made:
        take(made, *the_clerk(), the_policy({**RULE, cap: 1_500}), *a_sale(1))
        take(made, *a_sale(2))
        assert amounts(made) == {"p1": 1_000, "p2": 500}
        take(made, *a_sale(3), paid(owed(2), 2, 500))
        assert amounts(made) == {"p1": 1_000, "p2": 500, "p3": 0}
        take(made, taken_back("purchase.made", 4, 1))
        assert amounts(made) == {"p2": 1_000, "p3": 500}
        take(made, paid(owed(3), 3, 500))
        assert amounts(made) == {"p2": 1_000, "p3": 500}
        assert made.ledger_sum() == 0


def test_who_buys_again_is_granted_what_the_rule_for_that_grants() -> None:
    first = {**RULE, "trigger": "first_purchase", "amount_fen": 700}
    again = {**RULE, "trigger": "repeat_purchase", "amount_fen": 200}
    with Installation() as made:
        take(made, *the_clerk(), the_policy(first, again), *a_patient(1), bought(1, 1))
        take(made, bought(2, 1, day=5))
        take(made, bought(3, 1, day=6))
        granted = {row[0]: row[2] for row in rewards(made).values()}
    assert granted == {"p1": 1_400, "p2": 400, "p3": 400}


def test_what_was_paid_too_much_settles_what_was_paid_too_little_under_a_mistaken_id() -> None:
    with Installation() as made:
        take(made, *the_clerk(), the_policy(), *a_sale(1), *a_sale(2), *a_sale(3))
        # Of the first 500 fen are left; 300 fen are paid for nothing, under its id.
        take(made, paid(owed(1), 1, 500), paid(owed(1), 2, 300))
        take(made, paid(owed(3), 3, 1_600))
        with reading(made.engine) as connection:
            rows = connection.execute(
                select(BALANCE.c.reward_id, BALANCE.c.account, BALANCE.c.amount_fen)
            )
            balances = {(name, account): fen for name, account, fen in rows}
            entries = connection.execute(
                select(
                    LEDGER_ENTRY.c.reward_id,
                    LEDGER_ENTRY.c.account,
                    func.sum(LEDGER_ENTRY.c.amount_fen),
                ).group_by(LEDGER_ENTRY.c.reward_id, LEDGER_ENTRY.c.account)
            )
            booked = {(name, account): fen for name, account, fen in entries if fen}
        assert balances == booked
        assert balances[owed(1), "member:M1:receivable"] == 300 - 500
        assert balances[owed(3), "member:M1:receivable"] == 600
