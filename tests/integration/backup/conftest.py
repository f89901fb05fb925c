"""Installations on both databases that hold a card's whole life and a small season."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.databases import EmptyInstallation
from tests.installations import Installation, clock
from tests.integration.laws.erased_life import life
from tests.seasons import AFTER_US, season, take_in
from tests.templates import new_installation

PEOPLE = 6


@pytest.fixture(scope="module")
def lived_in_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one, to which nobody is connected."""
    folder = tmp_path_factory.mktemp("lived-in")
    new_installation(folder)
    lived_in(Installation(folder)).close()
    return folder


@pytest.fixture(scope="module")
def lived_in_server(empty_in_postgres: EmptyInstallation) -> Iterator[EmptyInstallation]:
    """The same in PostgreSQL."""
    with empty_in_postgres.after(lived_in) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """It has recorded everything, the life of the card c1 among it."""
    with clock(AFTER_US):
        if request.param == "sqlite":
            folder = Path(mkdtemp(prefix="jinxi-installation-"))
            shutil.copytree(request.getfixturevalue("lived_in_file"), folder, dirs_exist_ok=True)
            with Installation(folder) as made:
                yield made
            return
        server: EmptyInstallation = request.getfixturevalue("lived_in_server")
        with server.copied() as made:
            yield made


def lived_in(installation: Installation) -> Installation:
    """Its clock runs for that long alone: what lives longer than a test would leave it behind."""
    with clock(AFTER_US):
        take_in(installation, season(PEOPLE))
        said, _, _ = life()
        assert {receipt.status for receipt in installation.accept(said)} == {"accepted"}
        installation.work()
    return installation
