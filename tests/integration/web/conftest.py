"""A running site for each module, and callers of it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.web.sites import RunningSite, running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """An empty site."""
    folder: Path = tmp_path_factory.mktemp("site")
    with running(folder) as started:
        yield started


@pytest.fixture
def staff(site: RunningSite) -> Iterator[httpx.Client]:
    """A machine that may send what staff may."""
    with site.client(Authorization=f"Bearer {site.token()}") as client:
        yield client
