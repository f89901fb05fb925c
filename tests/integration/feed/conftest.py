"""A company's site for each test, with dealers D1 (Beijing) and D2 (Shanghai)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.feed.dealers import Company, contract
from tests.integration.web.sites import running


@pytest.fixture(scope="package")
def contracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site, closed again, in which both contracts are recorded."""
    folder = tmp_path_factory.mktemp("contracted")
    with running(folder) as site:
        Company(site).take(contract("D1"), contract("D2", "310000"))
    return folder


@pytest.fixture
def company(tmp_path: Path, contracted: Path) -> Iterator[Company]:
    """With both contracts recorded."""
    shutil.copytree(contracted, tmp_path, dirs_exist_ok=True)
    with running(tmp_path) as site:
        company = Company(site)
        yield company
        company.close()
