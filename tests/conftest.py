"""What every test gets: Hypothesis profiles, the long proofs left out, a clean environment."""

import os

import pytest
from hypothesis import HealthCheck, settings

_PROVING = os.environ.get("JINXI_PROVE") == "1"
_SETTINGS_OF_JINXI = (
    "JINXI_DATA",
    "JINXI_DATABASE_URL",
    "JINXI_KAFKA_BOOTSTRAP",
    "JINXI_KEYRING_URL",
    "JINXI_MASTER_KEY_FILE",
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


def pytest_configure() -> None:
    """Keep the tests away from the database and the keys that the developer works with."""
    for name in _SETTINGS_OF_JINXI:
        os.environ.pop(name, None)


def pytest_report_header() -> str:
    """Say whether the long proofs run."""
    return "long proofs: " + ("in" if _PROVING else "left out (make prove runs them)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `prove`, unless JINXI_PROVE=1."""
    if _PROVING:
        return
    long_proofs = [item for item in items if item.get_closest_marker("prove")]
    if long_proofs:
        config.hook.pytest_deselected(items=long_proofs)
        items[:] = [item for item in items if item not in long_proofs]
