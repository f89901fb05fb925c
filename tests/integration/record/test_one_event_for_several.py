"""One event may move the rewards of several people at once: the ledger has its entries once."""

from typing import Any

from sqlalchemy import select

from campaigns.intake import HEADQUARTERS
from crm.journal.dead_letters import DEAD_LETTER
from crm.ledger.tables import REWARD
from crm.storage.database import reading
from tests.examples import an_event, written
from tests.installations import Installation

RULE = {
    **{"member_kind": "clerk", "mode": "ALLOWED", "basis": "per_unit", "amount_fen": 500},
    **{"window_days": 90, "which": "last", "hold_days": 0, "training_required": False},
}


def said(type_name: str, day: int, number: int, **data: Any) -> bytes:
    name = f"{type_name}-{day}-{number}"
    return written(an_event(type_name, data, id=name, time=f"2026-03-{day:02}T09:00:00+08:00"))


def a_sale(number: int) -> list[bytes]:
    card = {"card_id": f"c{number}"}
    registered = {**card, "person": {"name": f"王秀英{number}"}, "source_kind": "walk_in"}
    bought = {**card, "purchase_id": f"p{number}", "sku": "S", "channel": "pharmacy"}
    referred = {**card, "member": "M1", "patient_agreed": True}
    return [
        said("card.registered", 2, number, **registered),
        said("referral.made", 3, number, **referred, referral_id=f"r{number}"),
        said("purchase.made", 4, number, **bought, quantity=2, unit_price_fen=69_300),
    ]


def paid(reward_id: str, number: int, amount_fen: int) -> bytes:
    data = {"reward_id": reward_id, "purchase_id": f"p{number}", "member": "M1"}
    return said("reward.paid", 20, number, **data, amount_fen=amount_fen, reference=f"b{number}")


def test_a_policy_moves_what_several_people_earned_one_member() -> None:
    person = {"person": {"name": "张三"}, "contact": {"phones": ["13812345678"]}}
    enrolled = said("member.enrolled", 1, 1, member="M1", kind="clerk", dealer="D1", **person)
    trained = said("member.trained", 1, 1, member="M1", course="x", passed=True)
    with Installation() as made:

        def take(*lines: bytes) -> None:
            receipts = made.intake.accept(lines, HEADQUARTERS)
            assert {receipt.status for receipt in receipts} == {"accepted"}
            made.work()

        take(enrolled, trained, *a_sale(1), *a_sale(2))
        with reading(made.engine) as connection:
            earned = dict(
                connection.execute(select(REWARD.c.purchase_id, REWARD.c.reward_id)).all()
            )
        # Of the second a little is left, which what the first member owes back would settle.
        take(paid(earned["p1"], 1, 4_000), paid(earned["p2"], 2, 3_500))
        policy = {"policy": "P1", "effective_from": "2026-01-01", "rules": [RULE]}
        take(said("reward_policy.published", 21, 1, **policy))
        with reading(made.engine) as connection:
            assert connection.execute(select(DEAD_LETTER.c.error)).all() == []
            found = connection.execute(select(REWARD.c.policy, REWARD.c.state, REWARD.c.amount_fen))
            states = sorted((str(policy), state, fen) for policy, state, fen in found)
        assert states == [
            *[("P1", "payable", 1_000)] * 2,
            *[("default", "clawed_back", 0)] * 2,
        ]
        assert made.ledger_sum() == 0
