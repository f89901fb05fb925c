"""Whatever is said in whatever order: each row of a copy rests on a consent that came before it."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from campaigns.times import day_end_us, shanghai_day
from crm.copies.asking import proofs_of_copy
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.installations import Installation, clock, cut
from tests.integration.laws.orders import shuffled
from tests.worlds import CLOCK_US, DEALERS, FEW, Sent, shared_worlds

NOW_US = day_end_us(shanghai_day(CLOCK_US)) - 1


@FEW
@given(shared_worlds(), st.randoms(use_true_random=False))
def test_each_row_of_a_copy_rests_on_a_consent_of_the_journal(
    events: list[Sent], random: Random
) -> None:
    with clock(), Installation() as installation:
        for piece in cut(shuffled(events, random), random):
            installation.accept(piece)
            installation.work()
        with reading(installation.engine) as connection:
            for dealer in DEALERS:
                proofs = proofs_of_copy(HEADQUARTERS_SCOPE, connection, dealer, NOW_US)
                assert [proof for proof in proofs if proof.basis != "consent"] == []
