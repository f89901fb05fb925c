"""Installations in PostgreSQL, copied from one that is made once for the session."""

from collections.abc import Iterator

import pytest

from tests.databases import EmptyInstallation, empty_installation
from tests.installations import Installation


@pytest.fixture(scope="session")
def empty_in_postgres(postgres_server: str) -> Iterator[EmptyInstallation]:
    """What installations in PostgreSQL are copied from."""
    with empty_installation(postgres_server) as found:
        yield found


@pytest.fixture
def in_postgres(empty_in_postgres: EmptyInstallation) -> Iterator[Installation]:
    """An empty installation: data and keyring each in a database of its own."""
    with empty_in_postgres.copied() as installation:
        yield installation
