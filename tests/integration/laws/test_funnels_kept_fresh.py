"""Columns kept fresh step by step answer as columns read anew, whatever came in between."""

from hypothesis import given
from hypothesis import strategies as st

from crm.funnels.stored import Stored
from crm.storage.database import reading
from streams.upkeep.replay import rebuild
from tests.installations import Installation, clock
from tests.integration.laws.fresh_funnels import answers, read_anew
from tests.worlds import FEW, Sent, worlds


@FEW
@given(worlds(), st.integers(1, 7))
def test_what_is_read_in_steps_answers_as_what_is_read_at_once(
    events: list[Sent], at_once: int
) -> None:
    kept = Stored()
    with clock(), Installation() as installation:
        for start in range(0, len(events), at_once):
            installation.accept(events[start : start + at_once])
            installation.work()
            with reading(installation.engine) as connection:
                kept.refresh(connection)
        anew = read_anew(installation)
        assert answers(kept) == anew
        rebuild(installation.engine, installation.keyring)
        with reading(installation.engine) as connection:
            kept.refresh(connection)
        assert answers(kept) == read_anew(installation) == anew
