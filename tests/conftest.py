"""What every test gets: Hypothesis profiles, the long proofs left out, a clean environment."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import kafka, postgres, shared
from tests.services import require

_TESTS = Path(__file__).parent
_PROVING = os.environ.get("JINXI_PROVE") == "1"
_SETTINGS_OF_JINXI = (
    "JINXI_DATA",
    "JINXI_DATABASE_URL",
    "JINXI_DEALER_COPIES_TOPIC",
    "JINXI_KAFKA_BOOTSTRAP",
    "JINXI_KAFKA_CA_FILE",
    "JINXI_KAFKA_PASSWORD_FILE",
    "JINXI_KAFKA_PREFIX",
    "JINXI_KAFKA_SASL_MECHANISM",
    "JINXI_KAFKA_SECURITY_PROTOCOL",
    "JINXI_KAFKA_USERNAME",
    "JINXI_KEYRING_URL",
    "JINXI_MASTER_KEY_FILE",
    "JINXI_PROXIES",
    "JINXI_WEBHOOKS_TO_LOOPBACK",
)

# The suite draws the same examples each time, so that red means a change; the proofs draw new ones.
settings.register_profile(
    "suite",
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "prove",
    max_examples=1_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("prove" if _PROVING else "suite")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests away from the database and the keys that the developer works with."""
    for name in _SETTINGS_OF_JINXI:
        os.environ.pop(name, None)
    if _leads(config):
        shared.open_session()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers that the session started."""
    if _leads(config):
        shared.close_session()


def _leads(config: pytest.Config) -> bool:
    """Whether this process leads the session; xdist's others work for it."""
    return not hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a PostgreSQL on which databases may be made."""
    require("postgres")
    return postgres.server_url()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    with postgres.new_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def broker() -> str:
    """The address of an Apache Kafka on which topics may be made."""
    require("kafka")
    return kafka.broker_address()


def pytest_report_header() -> str:
    """Say whether the long proofs run."""
    return "long proofs: " + ("in" if _PROVING else "left out (make prove runs them)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slowest first, so that nobody waits for them at the end; without what is marked `prove`,
    unless JINXI_PROVE=1."""
    items.sort(key=lambda item: not item.path.is_relative_to(_TESTS / "integration" / "kafka"))
    if _PROVING:
        return
    long_proofs = [item for item in items if item.get_closest_marker("prove")]
    if long_proofs:
        config.hook.pytest_deselected(items=long_proofs)
        items[:] = [item for item in items if item not in long_proofs]
