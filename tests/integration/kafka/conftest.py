"""Installations that Kafka carries: topics of their own on a broker that all tests share."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from streams.topics import create
from tests.installations import Installation
from tests.integration.kafka.carriers import Carried, carried_by
from tests.servers.postgres import new_database


@pytest.fixture
def on_kafka(broker: str, postgres_server: str) -> Iterator[Carried]:
    """An empty installation: PostgreSQL, and new topics."""
    with (
        new_database(postgres_server) as database_url,
        new_database(postgres_server) as keyring_url,
        Installation(database_url=database_url, keyring_url=keyring_url) as installation,
    ):
        carried = carried_by(installation, broker, f"t{uuid4().hex[:10]}")
        create(carried.settings)
        yield carried
        carried.stop()
