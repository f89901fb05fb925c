"""Of several who order payments at one moment one does, and no debt is set off twice."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import orjson
from sqlalchemy import func, select

from campaigns.intake import HEADQUARTERS
from campaigns.times import rfc3339
from crm.clock import now_us
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.queries import desk_rows
from crm.reward_desk.register import NothingLeft, PaymentTaken, new_order, order_file, order_payment
from crm.reward_desk.tables import PAYMENT_ORDER
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.installations import Installation
from tests.integration.postgres.at_once import AT_ONCE, at_once, payer
from tests.integration.web.reward_sites import event, member, reward_of, sale
from tests.integration.web.sites import today

OVERPAID_FEN, EACH_FEN = 1_000, 4_000
RULE = {
    **{"member_kind": "clerk", "mode": "ALLOWED", "basis": "per_unit", "amount_fen": 2_000},
    **{"window_days": 90, "which": "last", "hold_days": 30, "training_required": True},
}


def owing(installation: Installation) -> list[DeskRow]:
    """Payable rewards of ¥40.00 of one member, who was paid ¥10.00 too much for another."""
    starts = str(today() - timedelta(days=200))
    policy = {"policy": "open", "effective_from": starts, "rules": [RULE]}
    events = [event("reward_policy.published", "policy/open", policy, 199), *member("M1")]
    for n in range(AT_ONCE + 1):
        events += sale(n, "M1")
    receipts = installation.intake.accept([orjson.dumps(each) for each in events], HEADQUARTERS)
    assert {each.status for each in receipts} == {"accepted"}
    installation.work()
    reward = reward_of(AT_ONCE, "M1", "open")
    said: dict[str, object] = {"reward_id": reward, "purchase_id": f"P{AT_ONCE}", "member": "M1"}
    said |= {"amount_fen": EACH_FEN + OVERPAID_FEN, "reference": "too much"}
    paid = event("reward.paid", f"reward/{reward}", said, 0) | {"time": rfc3339(now_us())}
    installation.intake.accept([orjson.dumps(paid)], HEADQUARTERS)
    installation.work()
    rewards = [reward_of(n, "M1", "open") for n in range(AT_ONCE)]
    with reading(installation.engine) as connection:
        rows = desk_rows(HEADQUARTERS_SCOPE, connection, rewards)
    assert {(row.open_fen, row.member_owes_fen) for row in rows} == {(EACH_FEN, OVERPAID_FEN)}
    return rows


def ordered(installation: Installation) -> list[tuple[int, int]]:
    """(amount, what is set off) of every order, in fen."""
    with reading(installation.engine) as connection:
        query = select(PAYMENT_ORDER.c.amount_fen, PAYMENT_ORDER.c.set_off_fen)
        return sorted((int(a), int(s)) for a, s in connection.execute(query))


def tried(act: Callable[[], object]) -> str:
    try:
        act()
    except (PaymentTaken, NothingLeft) as error:
        return type(error).__name__
    return "ordered"


def pay_all_at_once(installation: Installation, rows: Sequence[DeskRow]) -> list[str]:
    """Each reward by somebody else, half of them in files; of what a payer saw before."""
    engine = installation.engine

    def pay(n: int) -> str:
        row = rows[n % len(rows)]
        left_fen = EACH_FEN - OVERPAID_FEN
        if n % 2:
            return tried(lambda: order_file(engine, payer(n), [row]))
        return tried(lambda: order_payment(engine, payer(n), row, new_order(row, left_fen)))

    return at_once(pay)


def assert_one_orders(installation: Installation) -> None:
    rows = owing(installation)
    one = pay_all_at_once(installation, rows[:1])
    assert one == ["PaymentTaken"] * (AT_ONCE - 1) + ["ordered"]
    assert ordered(installation) == [(EACH_FEN - OVERPAID_FEN, OVERPAID_FEN)]
    # The debt is promised: what others saw before is not set off again.
    rest = pay_all_at_once(installation, rows[1:])
    assert rest == ["PaymentTaken"] + ["ordered"] * (AT_ONCE - 1)
    assert sum(set_off_fen for _, set_off_fen in ordered(installation)) == OVERPAID_FEN


def assert_one_sets_off(installation: Installation) -> None:
    rows = owing(installation)
    assert pay_all_at_once(installation, rows) == ["ordered"] * AT_ONCE
    with reading(installation.engine) as connection:
        total = select(func.sum(PAYMENT_ORDER.c.set_off_fen))
        assert int(connection.execute(total).scalar_one()) == OVERPAID_FEN


def test_of_many_who_pay_one_reward_by_any_way_one_does_and_its_debt_is_set_off_once(
    in_postgres: Installation,
) -> None:
    assert_one_orders(in_postgres)
    with Installation() as in_sqlite:
        assert_one_orders(in_sqlite)


def test_of_many_who_pay_rewards_of_one_member_at_one_moment_one_sets_off_what_is_owed(
    in_postgres: Installation,
) -> None:
    assert_one_sets_off(in_postgres)
    with Installation() as in_sqlite:
        assert_one_sets_off(in_sqlite)
