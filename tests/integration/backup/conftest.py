"""Installations on both databases that hold a card's whole life and a small season."""

from collections.abc import Iterator

import pytest

from tests.databases import EmptyInstallation
from tests.installations import Installation, clock
from tests.integration.laws.test_erasure import life
from tests.seasons import AFTER_US, season, take_in

PEOPLE = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """It has recorded everything, the life of the card c1 among it."""
    with clock(AFTER_US):
        if request.param == "sqlite":
            with Installation() as made:
                yield lived_in(made)
            return
        empty: EmptyInstallation = request.getfixturevalue("empty_in_postgres")
        with empty.copied() as made:
            yield lived_in(made)


def lived_in(installation: Installation) -> Installation:
    take_in(installation, season(PEOPLE))
    said, _, _ = life()
    assert {receipt.status for receipt in installation.accept(said)} == {"accepted"}
    installation.work()
    return installation
