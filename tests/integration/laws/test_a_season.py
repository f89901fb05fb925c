"""A season of three hundred people: in order, shuffled, in batches of any size."""

from random import Random

import pytest

from tests.installations import Installation, assert_same, clock
from tests.seasons import AFTER_US, assert_lawful, pieces, season, take_in


@pytest.mark.long
def test_a_shuffled_season_in_any_batches_is_the_same_season() -> None:
    lines = season(300)
    shuffled = list(lines)
    Random(7).shuffle(shuffled)
    with clock(AFTER_US), Installation() as plain, Installation() as other:
        assert set(take_in(plain, lines)) == {"accepted", "duplicate"}
        plain.work()
        assert_lawful(plain)
        for place, piece in enumerate(pieces(shuffled, 700)):
            take_in(other, piece)
            other.worker.recorder.record_next(0, (50, 300, 1000)[place % 3])
        other.work()
        assert_same(plain.snapshot(), other.snapshot())


@pytest.mark.long
def test_the_ledger_of_a_season_does_not_show_the_size_of_batches() -> None:
    lines = season(120, seed=2)
    ledgers, snapshots = [], []
    for size in (10, 400, 4_000):
        with clock(AFTER_US), Installation() as installation:
            take_in(installation, lines)
            while installation.worker.recorder.record_next(0, size):
                pass
            installation.work()
            ledgers.append(installation.ledger())
            snapshots.append(installation.snapshot())
    assert ledgers[0] == ledgers[1] == ledgers[2]
    assert ledgers[0]
    assert_same(snapshots[0], snapshots[1])
    assert_same(snapshots[0], snapshots[2])


def test_a_season_taken_in_again_changes_nothing() -> None:
    lines = season(120, seed=3)
    with clock(AFTER_US), Installation() as installation:
        take_in(installation, lines)
        installation.work()
        before, entries = installation.snapshot(), installation.ledger()
        assert set(take_in(installation, lines)) == {"duplicate"}
        installation.work()
        assert_same(before, installation.snapshot())
        assert installation.ledger() == entries
