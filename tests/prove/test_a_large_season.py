"""A hundred thousand events, in order and fully shuffled, checked and replayed."""

from random import Random

import pytest

from tests.installations import Installation, assert_same, clock
from tests.seasons import AFTER_US, assert_lawful, season, take_in

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3_600)]

PEOPLE = 11_000


def test_a_hundred_thousand_events_shuffled_are_the_same_season() -> None:
    lines = season(PEOPLE)
    assert len(lines) > 100_000
    shuffled = list(lines)
    Random(11).shuffle(shuffled)
    with clock(AFTER_US), Installation() as plain, Installation() as other:
        assert set(take_in(plain, lines)) == {"accepted", "duplicate"}
        plain.work()
        assert_lawful(plain)
        before, entries = plain.snapshot(), plain.ledger()
        assert set(take_in(plain, lines)) == {"duplicate"}
        plain.work()
        assert_same(before, plain.snapshot())
        assert plain.ledger() == entries
        take_in(other, shuffled)
        other.work()
        assert_same(before, other.snapshot())
