"""A database in memory."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from crm.schema.tables import METADATA


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A connection to an empty database with every table."""
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()
