"""One event may move the rewards of several people at once: the ledger has its entries once."""

from sqlalchemy import select

from crm.journal.dead_letters import DEAD_LETTER
from crm.ledger.tables import REWARD
from crm.storage.database import reading
from tests.installations import Installation
from tests.integration.record.sales import a_sale, paid, take, the_clerk, the_policy


def test_a_policy_moves_what_several_people_earned_one_member() -> None:
    with Installation() as made:
        take(made, *the_clerk(), *a_sale(1), *a_sale(2))
        with reading(made.engine) as connection:
            earned = dict(
                connection.execute(select(REWARD.c.purchase_id, REWARD.c.reward_id)).all()
            )
        # Of the second a little is left, which what the first member owes back would settle.
        take(made, paid(earned["p1"], 1, 4_000), paid(earned["p2"], 2, 3_500))
        take(made, the_policy())
        with reading(made.engine) as connection:
            assert connection.execute(select(DEAD_LETTER.c.error)).all() == []
            found = connection.execute(select(REWARD.c.policy, REWARD.c.state, REWARD.c.amount_fen))
            states = sorted((str(policy), state, fen) for policy, state, fen in found)
        assert states == [
            *[("P1", "payable", 1_000)] * 2,
            *[("default", "clawed_back", 0)] * 2,
        ]
        assert made.ledger_sum() == 0
