"""Installations in PostgreSQL: data and keyring each in a database of its own."""

from collections.abc import Iterator

import pytest

from tests.installations import Installation
from tests.servers.postgres import new_database


@pytest.fixture
def in_postgres(postgres_server: str) -> Iterator[Installation]:
    """An empty installation."""
    with (
        new_database(postgres_server) as database_url,
        new_database(postgres_server) as keyring_url,
        Installation(database_url=database_url, keyring_url=keyring_url) as installation,
    ):
        yield installation
