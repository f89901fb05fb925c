"""How many events each list of outcomes holds, against the lists themselves."""

import pytest
from hypothesis import given

from crm.outcomes.queries import event_statuses, outcome_counts
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.installations import Installation, clock
from tests.poison import poison_by
from tests.worlds import FEW, Sent, worlds

OUTCOMES = ("accepted", "recorded", "waiting", "rejected", "voided", "failed")


@FEW
@given(worlds(40))
def test_a_count_of_events_is_the_length_of_its_list(world: list[Sent]) -> None:
    with clock(), Installation() as installation, pytest.MonkeyPatch.context() as patch:
        spoilt = next(sent for sent in world if sent.type_name == "card.registered")
        poison_by(patch)(spoilt, ValueError("broken"))
        installation.accept(world[:30])
        installation.work()
        installation.accept(world[30:])
        with reading(installation.engine) as connection:
            counts = outcome_counts(HEADQUARTERS_SCOPE, connection)
            for outcome in OUTCOMES:
                listed = list(event_statuses(HEADQUARTERS_SCOPE, connection, outcome))
                latest = event_statuses(HEADQUARTERS_SCOPE, connection, outcome, latest_first=True)
                assert counts.get(outcome, 0) == len(listed)
                assert list(latest) == listed[::-1]
            everything = list(event_statuses(HEADQUARTERS_SCOPE, connection))
        assert sum(counts.values()) == len(everything)
