"""Caps and payments hold where two workers, or several who pay, meet in one PostgreSQL."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import func, select

from campaigns.intake import HEADQUARTERS
from crm.ledger.tables import LEDGER_ENTRY, REWARD
from crm.recording.carried_batch import CarriedEvent
from crm.recording.carried_recorder import CarriedRecorder
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.queries import desk_rows
from crm.reward_desk.register import (
    PaymentTaken,
    begin_telling,
    fail_order,
    new_order,
    order_payment,
)
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from streams.upkeep.replay import verify
from tests.installations import Installation
from tests.integration.postgres.at_once import AT_ONCE, at_once, payer
from tests.integration.postgres.carrying import batches, carried_events
from tests.integration.postgres.two_workers import one_behind_the_other, two_workers
from tests.integration.web.reward_sites import event, member, reward_of, sale
from tests.integration.web.sites import today
from tests.servers.processes import PATIENCE_SECONDS

CAP_FEN, EACH_FEN = 5_000, 4_000


def told(door: Installation, sales: int) -> tuple[list[CarriedEvent], list[CarriedEvent]]:
    """(what comes before, the purchases) of a clerk who gets ¥20.00 a unit, ¥50.00 a month."""
    rule = {
        **{"member_kind": "clerk", "mode": "ALLOWED", "basis": "per_unit", "amount_fen": 2_000},
        **{"window_days": 90, "which": "last", "hold_days": 30, "training_required": True},
        "cap_fen_month": CAP_FEN,
    }
    starts = str(today() - timedelta(days=200))
    policy = {"policy": "capped", "effective_from": starts, "rules": [rule]}
    events = [event("reward_policy.published", "policy/capped", policy, 199), *member("M1")]
    for n in range(sales):
        events += sale(n, "M1", days_ago=20)
    receipts = door.intake.accept([orjson.dumps(each) for each in events], HEADQUARTERS)
    assert {each.status for each in receipts} == {"accepted"}
    carried = carried_events(door.engine)
    bought = [each for each in carried if each.row["type"] == "purchase.made"]
    return [each for each in carried if each not in bought], bought


def record(worker: CarriedRecorder, events: Sequence[CarriedEvent], number: int) -> None:
    """One partition, in batches of random sizes."""
    for batch in batches(events, number, Random(number), largest=2):
        worker.record([batch], 1)


def amounts(installation: Installation | CarriedRecorder) -> list[int]:
    with reading(installation.engine) as connection:
        assert connection.execute(select(func.sum(LEDGER_ENTRY.c.amount_fen))).scalar_one() == 0
        found = select(REWARD.c.amount_fen).order_by(REWARD.c.amount_fen.desc())
        return list(connection.execute(found).scalars())


def test_of_two_purchases_that_two_workers_record_at_one_moment_the_second_sees_the_cap(
    postgres_url: str,
) -> None:
    with two_workers(postgres_url) as (door, first, second):
        before, (one, two) = told(door, 2)
        record(first, before, 2)
        recorded = one_behind_the_other(first, one, second, two, 1)
        assert [each.events for each in recorded] == [1, 1]
        assert amounts(second) == [EACH_FEN, CAP_FEN - EACH_FEN]


def test_two_workers_that_run_freely_leave_within_the_cap_what_one_alone_leaves(
    postgres_url: str,
) -> None:
    with two_workers(postgres_url) as (door, first, second):
        before, bought = told(door, 8)
        record(first, before, 2)
        with ThreadPoolExecutor(2) as threads:
            running = [
                threads.submit(record, worker, bought[number::2], number)
                for number, worker in enumerate((first, second))
            ]
            for each in running:
                each.result(PATIENCE_SECONDS)
        assert amounts(first) == [EACH_FEN, CAP_FEN - EACH_FEN, *[0] * 6]
        door.work()
        assert amounts(door) == amounts(first)
        with reading(first.engine) as connection, reading(door.engine) as alone:
            rows = [select(REWARD).order_by(REWARD.c.reward_id)] * 2
            assert connection.execute(rows[0]).all() == alone.execute(rows[1]).all()
        assert all(table.equal for table in verify(first.engine, door.keyring).values())


def rewarded(installation: Installation) -> DeskRow:
    told(installation, 1)
    installation.work()
    with reading(installation.engine) as connection:
        rows = desk_rows(HEADQUARTERS_SCOPE, connection, [reward_of(0, "M1", "capped")])
    return rows[0]


def test_of_many_who_order_tell_and_give_up_one_payment_at_one_moment_one_does(
    in_postgres: Installation,
) -> None:
    row, engine = rewarded(in_postgres), in_postgres.engine
    ids = [str(uuid4()) for _ in range(AT_ONCE)]

    def order(n: int) -> str:
        try:
            order_payment(engine, payer(n), row, new_order(row, EACH_FEN, f"r-{n}", ids[n]))
        except PaymentTaken:
            return "taken"
        return ids[n]

    ordered = at_once(order)
    assert ordered.count("taken") == AT_ONCE - 1
    order_id = next(each for each in ordered if each != "taken")
    began = ids.index(order_id)

    def end(n: int) -> Any:
        act = begin_telling if n % 2 else fail_order
        return act(engine, payer(began), order_id)

    # Half of the taps say that the money went, half that it did not.
    ended = at_once(end)
    assert ("begun" in ended) != ("failed" in ended), ended
