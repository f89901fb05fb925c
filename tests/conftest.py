"""What every test gets: Hypothesis profiles, the long proofs left out, a clean environment."""

import gc
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine

from crm import clock
from crm.configuration.environment import variables
from crm.configuration.settings import Settings
from crm.intake import accept
from crm.web.view import templates
from tests import compiled, profiles, schemas, statements
from tests.ground import break_ground, leave_ground
from tests.servers import kafka, postgres, shared
from tests.services import require

_TESTS = Path(__file__).parent
profiles.load()

_NEW_OBJECTS_BEFORE_A_LOOK = 50_000
"""Seven hundred is Python's own: what is loaded here would be looked through again and again."""
_WORK_BESIDE_WAITING = 10
"""Modules: as many as are done by others while one waits."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests away from the database and the keys that the developer works with."""
    gc.set_threshold(_NEW_OBJECTS_BEFORE_A_LOOK)
    for declared in variables(Settings).values():
        os.environ.pop(declared.name, None)
    if _leads(config):
        shared.open_session(break_ground())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind that the session started."""
    if _leads(config):
        shared.close_session()
        leave_ground()


def _leads(config: pytest.Config) -> bool:
    """Whether this process leads the session; xdist's others work for it."""
    return not hasattr(config, "workerinput")


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: no look for garbage looks at it."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A guess is to cost nothing here; what it costs elsewhere has a test of its own."""
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with mock.patch("crm.accounts.passwords.PasswordHasher", quick):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_schemas() -> Iterator[None]:
    """Migrations write the schema of an empty file once, and `tests.schemas` from then on."""
    with mock.patch("crm.schema.upgrading.upgrade", schemas.upgrade):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_statements() -> Iterator[None]:
    """A statement is compiled for the first database of a process, and not for the others."""
    making = statements.keeping(create_engine)
    with mock.patch("crm.storage.database.create_engine", making):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_pages() -> Iterator[None]:
    """A template is compiled when the first site of a session shows it, and not by the others."""
    making = compiled.keeping(templates._environment)
    with mock.patch("crm.web.view.templates._environment", making):
        yield


@pytest.fixture(scope="module", autouse=True)
def right_clock() -> Iterator[None]:
    """No module of tests leaves the door another time than it found: all after it would suffer."""
    yield
    assert vars(accept)["now_us"] is clock.now_us


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
    return "long proofs: " + ("in" if profiles.PROVING else "left out (make prove runs them)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In an order that leaves no processor idle; without what is marked `prove`, unless
    JINXI_PROVE=1."""
    places = _places([*dict.fromkeys(item.path for item in items)])
    items.sort(key=lambda item: places[item.path])
    if profiles.PROVING:
        return
    long_proofs = [item for item in items if item.get_closest_marker("prove")]
    if long_proofs:
        config.hook.pytest_deselected(items=long_proofs)
        items[:] = [item for item in items if item not in long_proofs]


def _places(modules: list[Path]) -> dict[Path, int]:
    """Where each module stands: a whole minute of work first, then browsers, then what waits for a
    broker more than it works, each module of it among several that work; small ones to the end."""
    waiting = [each for each in modules if each.is_relative_to(_TESTS / "integration" / "kafka")]
    ordered = [each for each in modules if each not in waiting]
    ordered.sort(key=lambda module: not module.is_relative_to(_TESTS / "simulation"))
    integration = (each.is_relative_to(_TESTS / "integration") for each in ordered)
    start = next((place for place, found in enumerate(integration) if found), 0)
    for number, module in enumerate(waiting):
        ordered.insert(start + number * _WORK_BESIDE_WAITING, module)
    return {module: place for place, module in enumerate(ordered)}
