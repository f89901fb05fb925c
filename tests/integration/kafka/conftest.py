"""Installations that Kafka carries: topics of their own on a broker that all tests share."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from streams.kafka.topics import create
from tests.installations import Installation
from tests.integration.kafka.carriers import Carried, carried_by


@pytest.fixture
def on_kafka(broker: str, in_postgres: Installation) -> Iterator[Carried]:
    """An empty installation: PostgreSQL, and new topics."""
    carried = carried_by(in_postgres, broker, f"t{uuid4().hex[:10]}")
    create(carried.settings)
    yield carried
    carried.stop()
